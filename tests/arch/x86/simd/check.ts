// Compares the engine with expected outcomes: recorded hashes or this host's CPU.

import { SIMD_ROWS } from "../../../../src/arch/x86/frontend/table/simd.js";
import { ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { X86Frontend } from "../../../../src/arch/x86/frontend/translate.js";
import { coreModule } from "../../../../testing/core.js";
import { Random } from "../../../../testing/random.js";
import type { Parts } from "../../../../testing/x86/parts.js";
import { asVendor, vendorRows } from "../vendors/table.js";
import type { Vendor } from "../vendors/vendor.js";
import { execution } from "./execution.js";
import { encodings, type Instruction } from "./instructions.js";
import type { SimdLab } from "./lab.js";
import type { RecordCpu } from "./native.js";
import { makeOperands } from "./operands.js";
import { describeInput, describeOutput, hashOutput, IN_CODE, RECORD } from "./records.js";

/** Recorded cases a form: with and without an immediate. */
export const RECORDED = 24;
export const RECORDED_IMM = 6;
export const RECORDED_SEED = 20261122;

export function simdInstructions(): Instruction[] {
  return encodings(SIMD_ROWS);
}

/** Every instruction the table has, on a CPU with every feature. */
export function simdParts(module = coreModule()): Parts {
  if (ROWS.length === 0) throw new Error("the instruction table is empty");
  return {
    module,
    frontend: new X86Frontend("all"),
    cpuid: { table: new Uint32Array(6), features: new Uint32Array(8).fill(0xffffffff) },
  };
}

/** Input records of `count` cases for an instruction. */
export function makeCases(instruction: Instruction, count: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * RECORD);
  const view = new DataView(bytes.buffer);
  const random = new Random(seed);
  for (let k = 0; k < count; k++) {
    const at = k * RECORD;
    bytes.fill(0x90, at + IN_CODE, at + IN_CODE + 16);
    bytes.set(instruction.code, at + IN_CODE);
    makeOperands(view, at, instruction.kind, random);
  }
  return bytes;
}

export function recordedCount(instruction: Instruction): number {
  return instruction.row[2].includes("Ib") ? RECORDED_IMM : RECORDED;
}

/** The seed of instruction number `n`. */
export function caseSeed(seed: number, n: number): number {
  return (seed + Math.imul(n, 0x9e3779b1)) >>> 0;
}

const BATCH = 16384;

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

function toView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Hashes of the outcomes on the engine. */
export function emulate(lab: SimdLab, input: Uint8Array): Uint8Array {
  const output = new Uint8Array(input.length);
  const from = toView(input);
  const to = toView(output);
  for (let at = 0; at < input.length; at += RECORD) lab.run(from, to, at);
  return output;
}

/**
 * Makes outcomes what a vendor's processors do where vendors differ. `owner`: the instruction of record number k. Gives the
 * numbers of the records that vendors differ on, and of those whose outcome on this vendor's is not known.
 */
export function asVendorDoes(
  vendor: Vendor,
  input: Uint8Array,
  output: Uint8Array,
  owner: (k: number) => Instruction,
): { changed: Set<number>; unknown: Set<number> } {
  const changed = new Set<number>();
  const unknown = new Set<number>();
  for (let k = 0; k < input.length / RECORD; k++) {
    const rows = vendorRows(owner(k).row[1]);
    if (rows.length === 0) continue;
    const found = asVendor(rows, execution(owner(k), toView(input), toView(output), k * RECORD), vendor);
    if (found === "changed") changed.add(k);
    if (found === "unknown") unknown.add(k);
  }
  return { changed, unknown };
}

export function hashes(output: Uint8Array): Uint32Array {
  const view = toView(output);
  const out = new Uint32Array(output.length / RECORD);
  for (let k = 0; k < out.length; k++) out[k] = hashOutput(view, k * RECORD);
  return out;
}

export interface Comparison {
  cases: number;
  differ: number;
  messages: string[];
  /** Cases on which vendors differ: compared with the host's column of the table of vendors; or left out, for its vendor is
   *  not in it. */
  byVendor: number;
  leftOut: number;
}

/** Runs `count` cases of each instruction on both; messages for those that differ (at most `limit`). */
export function compareLive(
  lab: SimdLab,
  native: RecordCpu,
  instructions: readonly Instruction[],
  count: (instruction: Instruction) => number,
  seed: number,
  limit = 20,
): Comparison {
  const messages: string[] = [];
  let byVendor = 0;
  let leftOut = 0;
  let cases = 0;
  let differ = 0;
  let from = 0;
  while (from < instructions.length) {
    // Batches of some size: starting the native program costs more than a case.
    const owners: Instruction[] = [];
    const parts: Uint8Array[] = [];
    while (from < instructions.length && owners.length < BATCH) {
      const instruction = instructions[from]!;
      const n = count(instruction);
      parts.push(makeCases(instruction, n, caseSeed(seed, from)));
      for (let k = 0; k < n; k++) owners.push(instruction);
      from++;
    }
    const input = concatenate(parts);
    const expected = native.run(input);
    const got = emulate(lab, input);
    const { changed, unknown } = asVendorDoes(native.vendor, input, got, (k) => owners[k]!);
    byVendor += changed.size;
    leftOut += unknown.size;
    const a = hashes(expected);
    const b = hashes(got);
    let shown: Instruction | undefined;
    for (let k = 0; k < a.length; k++) {
      cases++;
      if (a[k] === b[k] || unknown.has(k)) continue;
      differ++;
      if (shown === owners[k] || messages.length >= limit) continue;
      shown = owners[k]!;
      const at = k * RECORD;
      messages.push(
        `${shown.name} (${[...shown.code].map((x) => x.toString(16).padStart(2, "0")).join(" ")})\n` +
          `  in     ${describeInput(toView(input), at)}\n` +
          `  native ${describeOutput(toView(expected), at)}\n` +
          `  ours   ${describeOutput(toView(got), at)}`,
      );
    }
  }
  return { cases, differ, messages, byVendor, leftOut };
}
