// Where the data of a command is: one page, two, or a list of pages. NVM Express 1.4, section 4.3.

import type { GuestMemory } from "../../interfaces.js";
import type { Segment } from "../../virtio/queue/segments.js";

const ENTRY = 8;

/** The pieces of guest memory of so many bytes; undefined where the driver broke the rules. */
export function prpSegments(
  memory: GuestMemory,
  page: number,
  prp1: number,
  prp2: number,
  length: number,
): Segment[] | undefined {
  const segments: Segment[] = [];
  const add = (address: number, bytes: number): boolean => {
    if (!Number.isSafeInteger(address) || memory.view(address, bytes) === undefined) return false;
    const last = segments.at(-1);
    if (last && last.address + last.length === address) {
      segments[segments.length - 1] = { address: last.address, length: last.length + bytes };
    } else segments.push({ address, length: bytes });
    return true;
  };
  if (prp1 % 4 !== 0) return undefined;
  const first = Math.min(length, page - (prp1 % page));
  if (!add(prp1, first)) return undefined;
  let left = length - first;
  if (left === 0) return segments;
  if (left <= page) return prp2 % page === 0 && add(prp2, left) ? segments : undefined;
  if (prp2 % ENTRY !== 0) return undefined;
  for (let at = prp2; left > 0; ) {
    if (!Number.isSafeInteger(at) || memory.view(at, ENTRY) === undefined) return undefined;
    const entry = memory.readU64(at);
    // The last entry of a page leads to the next page of the list, where there is more.
    if (at % page === page - ENTRY && left > page) {
      if (entry % page !== 0) return undefined;
      at = entry;
      continue;
    }
    const bytes = Math.min(left, page);
    if (entry % page !== 0 || !add(entry, bytes)) return undefined;
    left -= bytes;
    at += ENTRY;
  }
  return segments;
}
