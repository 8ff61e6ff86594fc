// Compares what the engine did with what the processor did, word by word, and says in words where they differ.

import { asVendor, vendorRows } from "../vendors/table.js";
import type { Vendor } from "../vendors/vendor.js";
import type { Job } from "./batch.js";
import type { LoopResult } from "./emulator.js";
import { execution } from "./execution.js";
import { FX_ST, FX_XMM, IN_STATE, OUT_FLAGS, OUT_STATE, STATE_BYTES } from "./layout.js";
import type { NativeResult } from "./native.js";
import { describeSet, describeWord } from "./words.js";

/** What of a word of an outcome counts. */
function masks(job: Job): Uint32Array {
  const mask = new Uint32Array((OUT_STATE + STATE_BYTES[job.encoding.state]) / 4).fill(0xffffffff);
  mask[OUT_FLAGS / 4] = job.encoding.reader.mask;
  mask[OUT_FLAGS / 4 + 1] = 0;
  if (job.encoding.state !== "fx") return mask;
  const image = OUT_STATE / 4;
  // Of the image: control, status and tags, MXCSR, the registers; not the last instruction and its operand.
  mask.fill(0, image + 1, image + FX_ST / 4);
  mask[image + 1] = 0xff;
  mask[image + 6] = 0xffffffff;
  for (let k = 0; k < 8; k++) {
    mask[image + FX_ST / 4 + 4 * k + 2] = 0xffff;
    mask[image + FX_ST / 4 + 4 * k + 3] = 0;
  }
  mask.fill(0, image + (FX_XMM + 256) / 4);
  return mask;
}

export interface Difference {
  /** Number of the operand set. */
  set: number;
  text: string;
}

export interface Comparison {
  /** Operand sets whose outcomes differ. */
  count: number;
  shown: Difference[];
  /** Operand sets on which the vendors differ: compared with what this one does; or left out, for nobody knows it. */
  byVendor: number;
  leftOut: number;
}

/**
 * Compares with a processor of `vendor`. Tells `describe` of the differences in words. Where vendors differ, `ours` becomes
 * what the vendor's processors do.
 */
export function compare(
  job: Job,
  native: NativeResult,
  vendor: Vendor,
  ours: LoopResult,
  describe: number,
): Comparison {
  const { loop, count } = job;
  const { state, window } = job.encoding;
  const outStride = loop.outStride / 4;
  const inStride = loop.inStride / 4;
  const outWords = (OUT_STATE + STATE_BYTES[state]) / 4;
  const windowAt = (IN_STATE + STATE_BYTES[state]) / 4;
  const mask = masks(job);
  const shown: Difference[] = [];
  const rows = vendorRows(job.encoding.name);
  let differing = 0;
  let byVendor = 0;
  let leftOut = 0;
  // Where it stopped, the outcomes that follow are missing.
  const complete = ours.failure ? count - ours.left : count;
  for (let set = 0; set < complete; set++) {
    const found = rows.length > 0 ? asVendor(rows, execution(job, set, ours.output, ours.memory), vendor) : "same";
    if (found === "unknown") leftOut++;
    if (found === "changed") byVendor++;
    if (found === "unknown") continue;
    const lines: string[] = [];
    let differs = false;
    const check = (expected: Uint32Array, got: Uint32Array, from: number, begin: number, end: number, out: boolean) => {
      for (let k = begin; k < end; k++) {
        const x = expected[from + k]! ^ got[from + k]!;
        if (x === 0 || (out && (x & mask[k]!) === 0)) continue;
        differs = true;
        if (differing < describe) lines.push(describeWord(job, k, out, expected[from + k]!, got[from + k]!));
      }
    };
    check(native.output, ours.output, set * outStride, 0, outWords, true);
    if (ours.memory.length > 0)
      check(native.memory, ours.memory, set * inStride, windowAt, windowAt + window / 4, false);
    if (!differs) continue;
    if (differing < describe) shown.push({ set, text: `${describeSet(job, set)}\n    ${lines.join("\n    ")}` });
    differing++;
  }
  if (ours.failure) {
    if (differing < describe) shown.push({ set: complete, text: `${describeSet(job, complete)}\n    ${ours.failure}` });
    differing++;
  }
  return { count: differing, shown, byVendor, leftOut };
}
