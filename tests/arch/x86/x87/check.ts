// Compares the engine with expected outcomes: recorded hashes or this host's CPU.

import type { Instruction } from "./instructions.js";
import type { X87Lab } from "./lab.js";
import type { NativeX87 } from "./native.js";
import { Dice, makeState, type Variation } from "./operands.js";
import { CODE_BYTES, clean, clearPointers, describeInput, describeOutput, IN_CODE, RECORD } from "./records.js";

/** Input records of `count` cases for an instruction. */
export function makeCases(
  instruction: Instruction,
  count: number,
  seed: number,
  variation: Variation,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * RECORD);
  const view = new DataView(bytes.buffer);
  const dice = new Dice(seed);
  const tame = instruction.kind === "approximate";
  for (let k = 0; k < count; k++) {
    const at = k * RECORD;
    bytes.fill(0x90, at + IN_CODE, at + IN_CODE + CODE_BYTES);
    bytes.set(instruction.code, at + IN_CODE);
    makeState(view, at, instruction.memory, dice, variation, tame && dice.below(3) !== 0);
  }
  return bytes;
}

/** The seed of instruction number `n`. */
export function caseSeed(seed: number, n: number): number {
  return (seed + Math.imul(n, 0x9e3779b1)) >>> 0;
}

/** Cleaned output records of the engine. */
export function emulate(lab: X87Lab, input: Uint8Array<ArrayBuffer>): DataView {
  const from = new DataView(input.buffer, input.byteOffset, input.length);
  const to = new DataView(new ArrayBuffer(input.length));
  for (let at = 0; at < input.length; at += RECORD) {
    lab.run(from, to, at);
    clean(to, at);
  }
  return to;
}

/** Cleaned output records of this host's CPU. */
export function execute(native: NativeX87, input: Uint8Array): DataView {
  const output = native.run(input);
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  for (let at = 0; at < output.length; at += RECORD) clean(view, at);
  return view;
}

export function sameRecord(a: DataView, b: DataView, at: number): boolean {
  for (let k = 0; k < RECORD; k += 4) if (a.getUint32(at + k) !== b.getUint32(at + k)) return false;
  return true;
}

export interface Comparison {
  cases: number;
  differ: number;
  messages: string[];
}

/** Runs `count` cases of each instruction on both; a message for up to `limit` that differ. */
export function compareLive(
  lab: X87Lab,
  native: NativeX87,
  instructions: readonly Instruction[],
  count: number,
  seed: number,
  variation: Variation,
  limit = 20,
): Comparison {
  const result: Comparison = { cases: 0, differ: 0, messages: [] };
  instructions.forEach((instruction, n) => {
    const input = makeCases(instruction, count, caseSeed(seed, n), variation);
    const expected = execute(native, input);
    const got = emulate(lab, input);
    const view = new DataView(input.buffer);
    let shown = 0;
    for (let at = 0; at < input.length; at += RECORD) {
      result.cases++;
      if (!native.amd) for (const records of [expected, got]) clearPointers(records, at);
      if (sameRecord(expected, got, at)) continue;
      result.differ++;
      if (shown++ > 0 || result.messages.length >= limit) continue;
      result.messages.push(
        `${instruction.name}\n  in     ${describeInput(view, at)}\n  native ${describeOutput(expected, at)}\n` +
          `  ours   ${describeOutput(got, at)}`,
      );
    }
  });
  return result;
}
