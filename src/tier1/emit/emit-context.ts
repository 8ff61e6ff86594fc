// What the parts of the emitter know of each other: the function that is emitted, and the block of it.

import type { IrBlock } from "../../ir/block.js";
import type { HelperDef, SlotRange } from "../../ir/helpers.js";
import type { PcWidth } from "../../ir/ops.js";
import type { RegionBlock } from "../form/region.js";
import type { Code } from "./code.js";
import type { AccessGroup, SharedAccess } from "./groups.js";
import type { SlotMap } from "./slots.js";

/** What all blocks of a function share. */
export interface FunctionContext {
  readonly code: Code;
  readonly helpers: readonly HelperDef[];
  readonly uncached: readonly SlotRange[];
  /** The host's relaxed multiply-add rounds once. */
  readonly fused: boolean;
  readonly slots: SlotMap;
  readonly mmu: number;
  readonly mode: number;
  readonly pcWidth: PcWidth;
  readonly cpu: number;
  /** I32: fuel left. */
  readonly fuel: number;
  /** I32: with less fuel than that, an edge back leaves. */
  readonly limit: number;
  /** I64: program counter of the region's base. */
  readonly pc: number;
  /** I32: bit n set when page n of the region is known to be mapped. */
  readonly pagesOk: number;
  /** I32: address of the MMU mode's TLB. */
  readonly tlb: number;
  /** Scratch: an address (I64) and the TLB entry for it (I32). */
  readonly va: number;
  readonly entry: number;
  /** The local with the host address of each group whose check has been made. */
  readonly hosts: Map<AccessGroup, number>;
  /** Depth of the label of the exit before an instruction; it takes the site (see packSite), an I64. */
  siteDepth(): number;
}

/** The block being emitted. */
export interface BlockContext {
  readonly f: FunctionContext;
  readonly ir: IrBlock;
  readonly code: Code;
  readonly block: RegionBlock;
  /** Of the block in the region. */
  readonly index: number;
  /** The block has called a helper that may have changed anything. */
  system: boolean;
  /** Writes the value of node n to the stack. */
  value(n: number): void;
  /** The local that holds node n's value or its slot, or -1: it has to be computed. */
  localOf(n: number): number;
  /** Takes node n's value off the stack into a local, or drops it. */
  keep(n: number): void;
  /** The check a memory node shares with others, if it does. */
  shared(n: number): SharedAccess | undefined;
  /** Instructions of the block that have not been executed when instruction `pos` does not complete. */
  pending(pos: number): number;
  /** Of the instruction that node n belongs to (site.ts). */
  site(n: number): number;
}
