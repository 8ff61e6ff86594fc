// Jobs for the native program: loops with their operand sets, one behind the other in one buffer.

import type { Encoding } from "./encodings.js";
import { AREA, INPUT } from "./layout.js";
import { type Loop, makeLoop } from "./loop.js";
import type { Operands } from "./operands.js";

export interface Job {
  encoding: Encoding;
  loop: Loop;
  count: number;
  /** The operand sets: a part of the batch's words. */
  input: Uint32Array;
}

const BATCH_BYTES = 16 << 20;
const HEADER_WORDS = 8;

export class Batch {
  readonly jobs: Job[] = [];
  private readonly words = new Uint32Array(BATCH_BYTES / 4);
  private used = 0;

  /** Everything added so far. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, 0, 4 * this.used);
  }

  clear(): void {
    this.jobs.length = 0;
    this.used = 0;
  }

  get full(): boolean {
    return 4 * this.used > BATCH_BYTES - AREA - 16384;
  }

  /** Adds `count` operand sets for an encoding, fewer if they are large. Gives how many. */
  add(encoding: Encoding, wanted: number, operands: Operands): number {
    const { words } = this;
    const loop = makeLoop(encoding);
    const count = Math.min(wanted, Math.floor(AREA / Math.max(loop.inStride, loop.outStride)));
    const padded = (loop.code.length + 15) & ~15;
    const memory = encoding.window > 0 ? 1 : 0;
    const header = [padded, loop.entry, count, count * loop.inStride, count * loop.outStride, memory, 0, 0];
    words.set(header, this.used);
    const code = new Uint8Array(words.buffer, 4 * (this.used + HEADER_WORDS), padded);
    code.fill(0xcc);
    code.set(loop.code);
    const at = this.used + HEADER_WORDS + padded / 4;
    operands.fill(encoding, count, words, at, INPUT);
    this.used = at + (count * loop.inStride) / 4;
    this.jobs.push({ encoding, loop, count, input: words.subarray(at, this.used) });
    return count;
  }
}
