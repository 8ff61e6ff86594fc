// Regions as tier 1 keeps them.

import type { FunctionBody } from "./code.js";

export interface Entry {
  readonly phys: number;
  readonly record: number;
  /** R_COUNT at the last look. */
  seen: number;
}

export interface LiveRegion {
  readonly mode: number;
  /** Entry i: guest-physical address and record. */
  readonly entries: readonly Entry[];
  /** Guest-physical addresses of all its blocks. */
  readonly blocks: readonly number[];
  /** Those executed often. */
  readonly warm: readonly number[];
  readonly spans: readonly number[];
  readonly slot: number;
  /** Guest instructions. */
  readonly insns: number;
  /** Its function; undefined while it waits for a module. */
  body: FunctionBody | undefined;
  alive: boolean;
}

/** Where a region can be entered. */
export interface Door {
  readonly region: LiveRegion;
  readonly record: number;
}

export interface LiveModule {
  regions: LiveRegion[];
  /** Made of several. */
  readonly merged: boolean;
}

/** Guest-physical address at which a region starts. */
export function startOf(region: LiveRegion): number {
  return region.entries[0]!.phys;
}

/** Bytes of a region's function. */
export function bytesOf({ body }: LiveRegion): number {
  return body ? body.bytes.length : 0;
}
