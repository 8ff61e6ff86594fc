// Ranges of guest memory that together make one buffer. All of them were checked to be RAM when the chain was taken.

import type { GuestMemory } from "../../interfaces.js";

export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** The part [offset, offset+length) of a buffer, neighbours in memory joined. */
export function slice(segments: readonly Segment[], offset: number, length: number): Segment[] {
  const result: Segment[] = [];
  let skip = offset;
  let left = length;
  for (const segment of segments) {
    if (left === 0) break;
    if (skip >= segment.length) {
      skip -= segment.length;
      continue;
    }
    const address = segment.address + skip;
    const taken = Math.min(segment.length - skip, left);
    skip = 0;
    left -= taken;
    const last = result.at(-1);
    if (last !== undefined && last.address + last.length === address) {
      result[result.length - 1] = { address: last.address, length: last.length + taken };
    } else {
      result.push({ address, length: taken });
    }
  }
  return result;
}

/** Copies guest memory out, from the buffer's start; answers the bytes copied (less than asked when it is shorter). */
export function copyOut(memory: GuestMemory, segments: readonly Segment[], into: Uint8Array): number {
  let at = 0;
  for (const { address, length } of segments) {
    if (at === into.length) break;
    const view = memory.view(address, Math.min(length, into.length - at));
    if (view === undefined) break;
    into.set(view, at);
    at += view.length;
  }
  return at;
}

/** Copies into guest memory, from the buffer's start; answers the bytes copied. */
export function copyIn(memory: GuestMemory, segments: readonly Segment[], from: Uint8Array): number {
  let at = 0;
  for (const { address, length } of segments) {
    if (at === from.length) break;
    const part = from.subarray(at, at + length);
    if (!memory.write(address, part)) break;
    at += part.length;
  }
  return at;
}
