// Regions as tier 1 keeps them.

import type { RegionCode } from "../link/compiler.js";

export interface Entry {
  readonly phys: number;
  readonly record: number;
  /** R_COUNT and R_MISSED at the last look. */
  seen: number;
  missed: number;
}

export interface LiveRegion {
  readonly mode: number;
  /** Entry i: guest-physical address and record. */
  readonly entries: readonly Entry[];
  /** Guest-physical addresses of all its blocks. */
  readonly blocks: readonly number[];
  /** Physical addresses of the hot ones of its blocks (RETHINK_WARM). */
  readonly warm: readonly number[];
  readonly spans: readonly number[];
  readonly slot: number;
  /** Guest instructions. */
  readonly insns: number;
  /** Its function and the bytes of that; undefined and 0 while it waits for a module. */
  code: RegionCode | undefined;
  bytes: number;
  /** Instruction count at the last look that found new entries; at first that of the choice. */
  usedAt: number;
  alive: boolean;
}

/** A region and its function, which is not part of a module yet. */
export interface UnlinkedRegion {
  readonly region: LiveRegion;
  readonly code: RegionCode;
}

/** Where a region can be entered. */
export interface EntryPoint {
  readonly region: LiveRegion;
  readonly record: number;
}

export interface LiveModule {
  regions: LiveRegion[];
  /** Of its functions, those of dead regions too: the host holds them until the module goes. */
  readonly bytes: number;
  /** 0: made of new regions; otherwise one more than the modules it was made of. */
  readonly level: number;
}

/** Bytes of the module's functions that may still run. */
export function liveBytes({ regions }: LiveModule): number {
  return regions.reduce((sum, region) => sum + (region.alive ? region.bytes : 0), 0);
}

/** Guest-physical address at which a region starts. */
export function startOf(region: LiveRegion): number {
  return region.entries[0]!.phys;
}
