// Where QEMU is not as V 1.0 has it, or as this machine is where V leaves it to a machine.

import type { CompiledRow } from "../../../../src/arch/riscv/frontend/row.js";
import type { Case, Outcome } from "./cases.js";

const VILL = 1n << 63n;

export function corrected({ mnemonic }: CompiledRow, input: Case, outcome: Outcome): Outcome {
  const { raw } = input;
  // Elements and carries of one register: of VADC and VSBC alone QEMU 10.0 does not refuse them (V 5.2).
  const reads0 = ((raw >>> 20) & 31) === 0 || (mnemonic.endsWith(".vvm") && ((raw >>> 15) & 31) === 0);
  if (/^v(adc|sbc)/.test(mnemonic) && reads0) return { ...input, pc: 0, trap: "illegal" };
  // vstart is 0 behind every instruction, those that do nothing too (V 3.7).
  if (outcome.trap === "") outcome.vstart = 0;
  if (mnemonic.startsWith("vset")) withoutNarrowGroups(raw, outcome);
  return outcome;
}

/** Elements of more than LMUL * ELEN bits need not exist (V 3.4.2): here they do not. */
function withoutNarrowGroups(raw: number, outcome: Outcome): void {
  const lmul = Number(BigInt.asIntN(3, outcome.vtype));
  const sew = Number((outcome.vtype >> 3n) & 7n);
  if (outcome.vtype === VILL || sew <= 3 + Math.min(lmul, 0)) return;
  outcome.x[(raw >>> 7) & 31] = 0n;
  outcome.vtype = VILL;
  outcome.vl = 0;
}
