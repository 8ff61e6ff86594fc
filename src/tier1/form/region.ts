// A region: blocks of guest code of one mode that become one WebAssembly function. This is also the recipe by which it can
// be emitted again.

import type { IrBlock } from "../../ir/block.js";
import { MODE_MMU_MASK, MODE_MMU_SHIFT } from "../../layout/vcpu.js";

/** Index of the MMU mode that code of a mode (S_MODE) runs in. */
export function mmuOf(mode: number): number {
  return (mode >> MODE_MMU_SHIFT) & MODE_MMU_MASK;
}

/** Where control may go from a block. */
export interface Target {
  /** Displacement of the target from the region's base (program counter of the first block's start). */
  disp: number;
  /** Index of the block in the region, -1: leave the region. */
  block: number;
}

export interface RegionBlock {
  readonly ir: IrBlock;
  /** Guest-physical address of the first byte. */
  readonly phys: number;
  /** Displacement of the start from the region's base. */
  readonly disp: number;
  /** What the block takes for known at its start (a context of the frontend's), 0: nothing. */
  readonly entry?: number;
  /** Executions seen. */
  readonly weight: number;
  /** GOTO: one (or two, of a branch that turned out to be decided); BRANCH: taken, not taken; JUMP: known targets, likeliest first; EXIT: none. */
  readonly targets: readonly Target[];
  /** Index into Region.pages. */
  readonly page: number;
  /** The block is one instruction that goes on into the next page: that one's index, and its guest-physical address. */
  readonly page2?: number;
  readonly phys2?: number;
  /** Its memory accesses lie in several pages, or across the end of one: none shares a TLB check with another. */
  readonly crossingAccesses?: boolean;
}

/** A block that can still be translated again, for what is known at its start. */
export interface DraftBlock extends RegionBlock {
  /** Guest bytes from the block's start: to the end of its page at least, or of the block. */
  readonly code: Uint8Array;
  entry: number;
  /** What holds at its end (TranslateResult.context). */
  context: number;
}

/** A region as it has been chosen: its blocks assume nothing yet. */
export type Draft = Region<DraftBlock>;

/** A virtual page the region has code in. */
export interface RegionPage {
  /** Host address of the page. */
  readonly host: number;
}

export interface Region<Block extends RegionBlock = RegionBlock> {
  readonly mode: number;
  readonly blocks: readonly Block[];
  /** Blocks the dispatcher may enter; entry i of the function is entries[i]. */
  readonly entries: readonly number[];
  readonly pages: readonly RegionPage[];
  /** Address of the region's first R_* record, looked at after helpers that may have killed the region; 0: none. */
  record: number;
}
