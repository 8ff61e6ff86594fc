// What a region was made of is what was hot then. Regions that lead to one another again and again have become parts of
// something larger: they are given up together, and what is chosen in their place is to have the code they executed.

import {
  RETHINK_ENTRIES,
  RETHINK_LEAST,
  RETHINK_MOST,
  RETHINK_MOST_BYTES,
  RETHINK_PATIENCE_NS,
  RETHINK_REMEMBERED,
  RETHINK_SHARE,
} from "../../tuning/engine.js";
import { type LiveRegion, startOf } from "../cache/live.js";
import { Straddles } from "../form/straddles.js";
import { remember } from "./remember.js";

/** Control went from one region to another so many times since the last look. */
export interface Transition {
  readonly from: LiveRegion;
  readonly to: LiveRegion;
  readonly times: number;
  /** Guest-physical address of the other one's entry if all of these were in vain: the TLB did not allow what the instruction there
   *  accesses. Where the first one was left for it, that had the same done to it. */
  readonly straddle?: number;
}

interface Past {
  times: number;
  /** Nanoseconds: not to be chosen anew before. */
  again: number;
  /** Code the regions given up together have executed often. */
  code: ReadonlySet<number>;
}

/** Those to choose regions anew for, the most frequent first; there were `all` transitions, less frequent ones included. */
export function frequent(transitions: readonly Transition[], all: number): Transition[] {
  const sorted = [...transitions].sort((x, y) => y.times - x.times);
  const most = sorted
    .filter(({ straddle }) => straddle === undefined)
    .slice(0, RETHINK_MOST)
    .reduce((sum, { times }) => sum + times, 0);
  const bar = most > RETHINK_ENTRIES && most > RETHINK_SHARE * all ? RETHINK_LEAST : RETHINK_ENTRIES;
  return sorted.filter(({ times, straddle }) => times > (straddle === undefined ? bar : RETHINK_LEAST));
}

export class Rethinking {
  /** By the guest-physical address of a region's start. */
  private readonly past = new Map<number, Past>();
  readonly straddles = new Straddles();

  /** Code often executed by the regions in whose place one that starts here would be, undefined if none has been given up. */
  codeAt(start: number): ReadonlySet<number> | undefined {
    return this.past.get(start)?.code;
  }

  /** The regions to be given up, together with those in the same group, by the transitions between them, the most frequent first. */
  groups(transitions: readonly Transition[], now: number): Set<LiveRegion>[] {
    const groupOf = new Map<LiveRegion, Set<LiveRegion>>();
    const settled = (region: LiveRegion) => now < (this.past.get(startOf(region))?.again ?? 0);
    // Checking each access for itself has not helped before: it would not now.
    const hopeful = transitions.filter(({ straddle }) => straddle === undefined || !this.straddles.has(straddle));
    for (const { from, to, straddle } of hopeful.slice(0, RETHINK_MOST)) {
      if (settled(from) || settled(to)) continue;
      const group = new Set([from, to, ...(groupOf.get(from) ?? []), ...(groupOf.get(to) ?? [])]);
      let bytes = 0;
      for (const region of group) bytes += region.bytes;
      if (bytes > RETHINK_MOST_BYTES) continue;
      for (const region of group) groupOf.set(region, group);
      if (straddle !== undefined) this.straddles.add(straddle);
    }
    const groups = new Set(groupOf.values());
    for (const group of groups) this.note(group, now);
    return [...groups];
  }

  private note(group: ReadonlySet<LiveRegion>, now: number): void {
    const code = new Set<number>();
    for (const { warm } of group) for (const phys of warm) code.add(phys);
    for (const region of group) {
      const times = (this.past.get(startOf(region))?.times ?? 0) + 1;
      // Every time it is given twice as long to prove itself.
      const again = now + RETHINK_PATIENCE_NS * 2 ** (times - 1);
      remember(this.past, startOf(region), { times, again, code }, RETHINK_REMEMBERED);
    }
  }
}
