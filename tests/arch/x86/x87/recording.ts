// The file of recorded outcomes: for instructions with one right answer a hash for each few cases, for transcendental ones
// the results themselves.

import { distance } from "./approximate.js";
import { caseSeed, makeCases } from "./check.js";
import { INSTRUCTIONS, type Instruction } from "./instructions.js";
import { hash, OUT_FSW, OUT_SIGNAL, OUT_VALID, RECORD, STACK } from "./records.js";

const SEED = 19801122;
/** Cases of an instruction, and how many a hash covers. */
const CASES = 512;
const GROUP = 16;
const APPROXIMATE_CASES = 192;
/** Status word, tags, signal, ST(0), ST(1). */
const RESULT = 24;
const C1 = 0x200;

type Run = (input: Uint8Array<ArrayBuffer>) => DataView;

function cases(instruction: Instruction, n: number): Uint8Array<ArrayBuffer> {
  const count = instruction.kind === "approximate" ? APPROXIMATE_CASES : CASES;
  return makeCases(instruction, count, caseSeed(SEED, n), "all");
}

function size(instruction: Instruction): number {
  return instruction.kind === "approximate" ? APPROXIMATE_CASES * RESULT : (CASES / GROUP) * 4;
}

/** Where each instruction's part starts, and the length of the whole. */
function offsets(): number[] {
  const at = [0];
  for (const instruction of INSTRUCTIONS) at.push(at.at(-1)! + size(instruction));
  return at;
}

function results(output: DataView): Uint8Array {
  const from = new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
  const to = new Uint8Array((output.byteLength / RECORD) * RESULT);
  for (let at = 0, p = 0; at < from.length; at += RECORD, p += RESULT) {
    to.set(from.subarray(at + OUT_FSW, at + OUT_FSW + 2), p);
    to[p + 2] = from[at + OUT_VALID]!;
    to[p + 3] = from[at + OUT_SIGNAL]!;
    to.set(from.subarray(at + STACK, at + STACK + 20), p + 4);
  }
  return to;
}

/** The file's bytes, with outcomes of `run`. */
export function makeRecording(run: Run): Uint8Array {
  const at = offsets();
  const file = new Uint8Array(at.at(-1)!);
  const view = new DataView(file.buffer);
  INSTRUCTIONS.forEach((instruction, n) => {
    const output = run(cases(instruction, n));
    if (instruction.kind === "approximate") file.set(results(output), at[n]!);
    else {
      for (let g = 0; g < CASES / GROUP; g++)
        view.setUint32(at[n]! + 4 * g, hash(output, g * GROUP * RECORD, GROUP), true);
    }
  });
  return file;
}

/** Names of instructions whose outcomes differ from the recording, and the number of cases. Throws when the recording is
 *  of another list of instructions. */
export function compareRecording(file: Uint8Array, run: Run): { cases: number; wrong: string[] } {
  const at = offsets();
  if (file.length !== at.at(-1)) throw new Error("the recording is of other instructions: run with X87_RECORD=1");
  const expected = new DataView(file.buffer, file.byteOffset, file.length);
  const wrong: string[] = [];
  let count = 0;
  INSTRUCTIONS.forEach((instruction, n) => {
    const input = cases(instruction, n);
    count += input.length / RECORD;
    const output = run(input);
    const start = at[n]!;
    let bad = 0;
    if (instruction.kind === "approximate") {
      const got = new DataView(results(output).buffer);
      for (let p = 0; p < got.byteLength; p += RESULT) {
        const theirs = new DataView(file.buffer, file.byteOffset + start + p, RESULT);
        const ours = new DataView(got.buffer, p, RESULT);
        const same =
          ((theirs.getUint16(0, true) ^ ours.getUint16(0, true)) & ~C1) === 0 &&
          theirs.getUint16(2) === ours.getUint16(2);
        if (!same || distance(theirs, ours, 4) > 1 || distance(theirs, ours, 14) > 1) bad++;
      }
    } else {
      for (let g = 0; g < CASES / GROUP; g++) {
        if (expected.getUint32(start + 4 * g, true) !== hash(output, g * GROUP * RECORD, GROUP)) bad++;
      }
    }
    if (bad > 0) wrong.push(`${instruction.name}: ${bad}`);
  });
  return { cases: count, wrong };
}
