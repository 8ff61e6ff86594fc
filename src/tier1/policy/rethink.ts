// Region re-formation. A region holds the code that was hot when it was formed. Regions that keep jumping to each other have become
// parts of something larger: they are discarded as a group, and the region formed in their place includes the code they ran often.

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
import { PageCrossings } from "../form/page-crossings.js";
import { remember } from "../form/remember.js";

/** `times` entries of one region from another since the last look. */
export interface Transition {
  readonly from: LiveRegion;
  readonly to: LiveRegion;
  readonly times: number;
  /** Set when every one of these entries failed its first TLB check: the entry's physical address. `from` was left for the same
   *  reason. */
  readonly crossing?: number;
}

interface Past {
  times: number;
  /** Nanoseconds: the region may not be discarded again before. */
  again: number;
  /** Code that the regions discarded together ran often. */
  code: ReadonlySet<number>;
}

/** The transitions whose regions are to be formed again, the most frequent first. `all` counts the less frequent ones as well. */
export function frequent(transitions: readonly Transition[], all: number): Transition[] {
  const sorted = [...transitions].sort((x, y) => y.times - x.times);
  const most = sorted
    .filter(({ crossing }) => crossing === undefined)
    .slice(0, RETHINK_MOST)
    .reduce((sum, { times }) => sum + times, 0);
  const bar = most > RETHINK_ENTRIES && most > RETHINK_SHARE * all ? RETHINK_LEAST : RETHINK_ENTRIES;
  return sorted.filter(({ times, crossing }) => times > (crossing === undefined ? bar : RETHINK_LEAST));
}

export class Rethinking {
  /** By the guest-physical address of a region's start. */
  private readonly past = new Map<number, Past>();
  readonly crossings = new PageCrossings();

  /** Code that the discarded regions ran often which started here; undefined if none was discarded. */
  codeAt(start: number): ReadonlySet<number> | undefined {
    return this.past.get(start)?.code;
  }

  /** Groups of regions to discard together, by the transitions between them. The most frequent transition comes first. */
  groups(transitions: readonly Transition[], now: number): Set<LiveRegion>[] {
    const groupOf = new Map<LiveRegion, Set<LiveRegion>>();
    const settled = (region: LiveRegion) => now < (this.past.get(startOf(region))?.again ?? 0);
    // This block checks each access for itself already, and that did not help.
    const hopeful = transitions.filter(({ crossing }) => crossing === undefined || !this.crossings.has(crossing));
    for (const { from, to, crossing } of hopeful.slice(0, RETHINK_MOST)) {
      if (settled(from) || settled(to)) continue;
      const group = new Set([from, to, ...(groupOf.get(from) ?? []), ...(groupOf.get(to) ?? [])]);
      let bytes = 0;
      for (const region of group) bytes += region.bytes;
      if (bytes > RETHINK_MOST_BYTES) continue;
      for (const region of group) groupOf.set(region, group);
      if (crossing !== undefined) this.crossings.add(crossing);
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
      // The pause doubles each time.
      const again = now + RETHINK_PATIENCE_NS * 2 ** (times - 1);
      remember(this.past, startOf(region), { times, again, code }, RETHINK_REMEMBERED);
    }
  }
}
