// Memory for the records core reads (region entries, code ranges): pieces of 32 and 96 bytes out of one area, with free lists.

import { B_HEADER } from "../../layout/block.js";
import { R_SIZE } from "../../layout/region.js";

const SMALL = 32;
const LARGE = 96;
if (R_SIZE > SMALL || B_HEADER > LARGE) throw new Error("records have outgrown their pieces");

export class RecordPool {
  private next: number;
  private readonly free: [number[], number[]] = [[], []];

  constructor(
    start: number,
    private readonly end: number,
  ) {
    this.next = Math.ceil(start / SMALL) * SMALL;
  }

  /** Address of a region entry record, 0 when there is no room. */
  entry(): number {
    return this.take(0, SMALL);
  }

  /** Address of a span header, 0 when there is no room. */
  span(): number {
    return this.take(1, LARGE);
  }

  releaseEntry(address: number): void {
    this.free[0].push(address);
  }

  releaseSpan(address: number): void {
    this.free[1].push(address);
  }

  private take(which: 0 | 1, size: number): number {
    const reuse = this.free[which].pop();
    if (reuse !== undefined) return reuse;
    if (this.next + size > this.end) return 0;
    const address = this.next;
    this.next += size;
    return address;
  }
}
