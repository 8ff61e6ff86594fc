// Random encodings of the instruction table's rows that a loop can hold, and what their operands need.

import { DECODE_OK, Decoder, X86Insn } from "../../../../src/arch/x86/frontend/decoder.js";
import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { DecodeTables, ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { M_CODE64, M_PE } from "../../../../src/arch/x86/layout.js";
import { Random } from "../../../../testing/random.js";
import { generate } from "../corpus/generate.js";
import { hex } from "../corpus/state.js";
import { covered, ignoreFor } from "../corpus/undefined.js";
import type { Kind } from "../simd/operands.js";
import { INSTRUCTION, type State } from "./layout.js";
import { morePrefixes } from "./prefixes.js";
import { chooseReader, type Reader } from "./readers.js";
import { bitOffset, dividesByHigh, elementsOf, flagsRead, stateOf, undefinedFlags } from "./traits.js";
import { chooseWriter, type Writer } from "./writers.js";

export interface Encoding {
  name: string;
  row: Row;
  seed: number;
  /** The instruction, and behind it what a branch skips. */
  code: Uint8Array;
  insn: X86Insn;
  state: State;
  /** Elements of its vectors. */
  elements: Kind;
  /** Its memory operand: none, through registers, or where the encoding says (`address`). */
  memory: "none" | "registers" | "fixed";
  address: number;
  /** Memory operands are aligned to 16 bytes. */
  aligned: boolean;
  string: boolean;
  stack: boolean;
  /** Bytes of memory in an operand set. */
  window: number;
  writer: Writer;
  reader: Reader;
  /** RFLAGS bits that are undefined. */
  ignore: number;
}

const WINDOW = 64;
export const STRING_WINDOW = 320;
const STACK_WINDOW = 720;

/** Where branches lead is not data. */
const ELSEWHERE = /^(ret|(jmp|call) Ev)/;
const STACK = /^(push|pop|enter|leave|call)$/;
/** LEA RCX, [RCX+1]: changes nothing but RCX. */
const SKIPPED = [0x48, 0x8d, 0x49, 0x01];

const decoder = new Decoder(new DecodeTables(ROWS, "all"));

/** Rows the tester leaves out though the corpus has them. */
export function leftOut(row: Row): boolean {
  return ELSEWHERE.test(`${row[1]} ${row[2]}`) || ignoreFor(row[1]).values === true;
}

/** Encodings without end: in every round one of every form of every row in any order. What a row gets does not depend on
 *  the other rows, so that a choice of rows repeats what all of them did. */
export function* encodings(seed: number, only: RegExp): Generator<Encoding> {
  const rows = ROWS.map((row, k) => ({ row, k })).filter(
    ({ row }) => only.test(row[1]) && covered(row) && !leftOut(row),
  );
  if (rows.length === 0) return;
  for (let round = 0; ; round++) {
    const random = new Random(seed + Math.imul(round, 0x632be5ab));
    const list: Encoding[] = [];
    for (const { row, k } of rows) {
      const rowSeed = Math.imul(seed ^ Math.imul(k + 1, 0x9e3779b1), 0x85ebca6b) + Math.imul(round, 0x27d4eb2f);
      for (const c of generate([row], rowSeed >>> 0, 1)) {
        const encoding = prepare(row, hex(c.code), c.seed);
        if (encoding) list.push(encoding);
      }
    }
    if (list.length === 0 && round > 100) return;
    for (let k = list.length - 1; k > 0; k--) {
      const other = random.below(k + 1);
      [list[k], list[other]] = [list[other]!, list[k]!];
    }
    yield* list;
  }
}

/** Undefined where the encoding cannot be given operands that do not fault. */
function prepare(row: Row, generated: Uint8Array, seed: number): Encoding | undefined {
  const [, name, operands, , attributes] = row;
  const random = new Random(seed);
  const more = morePrefixes(row, generated, random);
  const insn = new X86Insn();
  if (decoder.decode(insn, more, 0, more.length, M_CODE64 | M_PE) !== DECODE_OK) return undefined;
  const bytes = more.slice(0, insn.length);
  const codes = operands.split(",");
  const branch = /^J/.test(operands);
  const code = branch ? skipping(bytes, operands) : bytes;
  // ENTER looks whether the stack's new end can be written to.
  if (name === "enter") code[code.length - 2] = 0;
  const string = attributes?.repeat === true || /^(xlat|maskmov)/.test(name);
  const stack = STACK.test(name);
  const aligned =
    (attributes?.check === "sse" && !attributes.unaligned && codes.some((c) => /^(W(ps|pd|x)|Mx)$/.test(c))) ||
    (name === "cmpxchg8b" && insn.opSize === 8) ||
    name === "ldmxcsr";
  let memory: Encoding["memory"] = "none";
  let address = 0;
  if (codes.some((c) => c === "Ob" || c === "Ov")) {
    memory = "fixed";
    address = insn.immLo;
  } else if (insn.mod !== 3 && name !== "lea") {
    memory = insn.ripRelative ? "fixed" : "registers";
    if (insn.ripRelative) address = INSTRUCTION + insn.length + insn.disp;
  }
  if (memory === "fixed" && aligned && address % 16 !== 0) return undefined;
  // The bit offset would be an address.
  if (bitOffset(name, codes) && memory === "registers" && insn.reg === insn.base) return undefined;
  if (/^i?div$/.test(name) && memory === "none" && dividesByHigh(insn, codes)) return undefined;
  // Only POPF sets the direction.
  const writer = chooseWriter(random, string, flagsRead(name, insn));
  const ignore = undefinedFlags(name, operands, insn) | writer.undefined;
  return {
    name,
    row,
    seed,
    code,
    insn,
    state: stateOf(row, codes),
    elements: elementsOf(row),
    memory,
    address,
    aligned,
    string,
    stack,
    window: stack ? STACK_WINDOW : string ? STRING_WINDOW : memory === "none" ? 0 : WINDOW,
    writer,
    reader: chooseReader(random, ignore),
    ignore,
  };
}

function skipping(bytes: Uint8Array, operands: string): Uint8Array {
  const code = Uint8Array.from([...bytes, ...SKIPPED]);
  const size = operands === "Jb" ? 1 : 4;
  code.fill(0, bytes.length - size, bytes.length);
  code[bytes.length - size] = SKIPPED.length;
  return code;
}
