// What the generator of operands and the comparison have to know of an instruction besides its row.

import type { Insn } from "../../../../src/arch/x86/frontend/insn.js";
import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { ignoreFor } from "../corpus/undefined.js";
import type { Kind } from "../simd/operands.js";
import { ARITHMETIC, type State } from "./layout.js";
import { CONDITIONS } from "./readers.js";

/** BT and its like with a bit offset in a register, which reaches beyond the operand in memory. */
export function bitOffset(name: string, codes: readonly string[]): boolean {
  return /^bt[src]?$/.test(name) && codes[1] === "Gv";
}

/** DIV by (E)DX, or by AH: there are hardly any operands without a fault. */
export function dividesByHigh(insn: Insn, codes: readonly string[]): boolean {
  return codes[0] === "Eb" ? insn.rm === 4 && insn.rex === 0 : insn.rm === 2;
}

export function stateOf(row: Row, codes: readonly string[]): State {
  const check = row[4]?.check;
  if (check === "x87" || check === "mmx" || check === "fwait" || codes.some((c) => /^[PQN]/.test(c))) return "fx";
  return check === "sse" ? "xmm" : "gpr";
}

export function elementsOf([opcode, name, operands]: Row): Kind {
  if (/^D[89] /.test(opcode)) return "single";
  if (/^D[CD] /.test(opcode)) return "double";
  if (/^pcmp[ei]str/.test(name)) return "string";
  if (/^cvtt?ps/.test(name) || /^cvtt?ss/.test(name)) return "single";
  if (/^cvtt?[ps]d/.test(name)) return "double";
  if (/^cvt/.test(name)) return "int";
  if (/[VWU](ps|ss)/.test(operands)) return "single";
  return /[VWU](pd|sd)/.test(operands) ? "double" : "int";
}

/** Flags the instruction depends on: those who set them may not leave them undefined. */
export function flagsRead(name: string, insn: Insn): number {
  if (/^(j|set|cmov)/.test(name) && name !== "jmp" && name !== "jcxz") return CONDITIONS[(insn.opcode & 15) >> 1]!;
  if (/^(loop|fcmov|adox|lahf)/.test(name)) return ARITHMETIC;
  // CF is defined by all of them.
  return 0;
}

/** What the tables of the corpus say; where the count of a shift is known to be 0 or 1, less. */
export function undefinedFlags(name: string, operands: string, insn: Insn): number {
  const { flags } = ignoreFor(name);
  if (!/^(shl|shr|sar|rol|ror|rcl|rcr|shld|shrd)$/.test(name)) return flags;
  let count = -1;
  if (operands.endsWith(",1")) count = 1;
  else if (operands.endsWith("Ib")) count = insn.immLo & (insn.opSize === 8 && !operands.startsWith("Eb") ? 63 : 31);
  if (count === 0) return 0;
  const OVERFLOW = 0x800;
  return count === 1 ? flags & ~OVERFLOW : flags;
}
