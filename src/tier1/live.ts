// Regions as tier 1 keeps them.

import type { RegionCode } from "./compiler.js";

export interface Entry {
  readonly phys: number;
  readonly record: number;
  /** R_COUNT at the last look. */
  seen: number;
}

export interface BlockRange {
  /** Guest-physical address. */
  readonly phys: number;
  /** Displacement from the region's base. */
  readonly disp: number;
  readonly bytes: number;
}

export interface LiveRegion {
  readonly mode: number;
  /** Entry i: guest-physical address and record. */
  readonly entries: readonly Entry[];
  readonly blocks: readonly BlockRange[];
  /** Displacements it leaves for, as far as they are known. */
  readonly exits: ReadonlySet<number>;
  /** Those executed often. */
  readonly warm: readonly number[];
  readonly spans: readonly number[];
  readonly slot: number;
  /** Guest instructions. */
  readonly insns: number;
  /** Its function and the bytes of that; undefined and 0 while it waits for a module. */
  code: RegionCode | undefined;
  bytes: number;
  /** Guest instructions executed when it was last seen to have been entered; at first when it was chosen. */
  usedAt: number;
  alive: boolean;
}

/** A region and its function, which is not part of a module yet. */
export interface UnlinkedRegion {
  readonly region: LiveRegion;
  readonly code: RegionCode;
}

/** Where a region can be entered. */
export interface Door {
  readonly region: LiveRegion;
  readonly record: number;
}

export interface LiveModule {
  regions: LiveRegion[];
  /** 0: made of new regions; otherwise one more than the modules it was made of. */
  readonly level: number;
}

/** Whether the region can only have been left for a guest-physical address in the middle of one of its blocks. */
export function leftInside({ blocks, exits }: LiveRegion, at: number): boolean {
  return blocks.some(({ phys, disp, bytes }) => at > phys && at < phys + bytes && !exits.has(disp + at - phys));
}

/** Guest-physical address at which a region starts. */
export function startOf(region: LiveRegion): number {
  return region.entries[0]!.phys;
}
