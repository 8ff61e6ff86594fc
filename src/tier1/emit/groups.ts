// Memory accesses that share one TLB check: same base value, displacements within a small span, nothing between them that could
// change the mapping, which only helpers that may change anything do. Loads ride on a check for writing (what may be written may be
// read); a store behind loads makes their check one for writing if they are always executed together, in one block.
//
// A check also serves the blocks behind it, unless they are led to from elsewhere too, as long as a slot holds the base, or the base and
// a constant (a stack pointer after pushes): fields of a record on both sides of a branch, frames of callers and callees.

import type { IrBlock } from "../../ir/block.js";
import type { HelperDef } from "../../ir/helpers.js";
import { Op, Ty } from "../../ir/ops.js";
import { MEM_ALIGN, MEM_RMW, MEM_SIZE_MASK } from "../../layout/access.js";
import { MAX_SPAN, MAX_SPAN_SHARED, WIDENING } from "../../tuning/regions.js";
import type { RegionBlock } from "../form/region.js";
import { inRanges, type SlotMap } from "./slots.js";

/** A value that no node has. */
const UNKNOWN = -1;

/** One check. */
export interface AccessGroup {
  write: boolean;
  /** Displacements from the base that are covered, [from, to). */
  from: number;
  to: number;
  /** Block and node of the first access, and the last one of that block. */
  readonly block: number;
  readonly first: number;
  last: number;
  size: number;
  /** Accesses of other blocks share it. */
  lasting: boolean;
}

/** An access's group; it lies at its own displacement and `shift` from the group's base. */
export interface SharedAccess {
  readonly group: AccessGroup;
  readonly shift: number;
}

/** The address in a slot has been looked at: it is `shift` from the group's base. */
interface Fact extends SharedAccess {
  readonly slot: number;
}

type Accesses = (SharedAccess | undefined)[];

/**
 * The group of each access of each block, by node; undefined for one that is alone. `before`: the blocks that lead to each, none where
 * something else does too. `order`: the blocks, each behind those that lead to it.
 */
export function groupAccesses(
  blocks: readonly RegionBlock[],
  live: readonly Uint8Array[],
  slots: SlotMap,
  helpers: readonly HelperDef[],
  before: readonly (readonly number[])[],
  order: readonly number[],
): Accesses[] {
  const result: Accesses[] = blocks.map(() => []);
  const facts: Fact[][] = blocks.map(() => []);
  for (const k of order) {
    const block = blocks[k]!;
    if (block.crossingAccesses) continue;
    const grouping = new Grouping(k, block, agreed(before[k]!.map((from) => facts[from]!)), blocks, helpers);
    facts[k] = grouping.run(live[k]!, result[k]!, slots);
  }
  for (const accesses of result)
    for (let n = 0; n < accesses.length; n++) if (accesses[n]?.group.size === 1) accesses[n] = undefined;
  return result;
}

/** What all of them say. */
function agreed([first, ...others]: readonly (readonly Fact[])[]): Fact[] {
  const same = (x: Fact) => (y: Fact) => x.slot === y.slot && x.group === y.group && x.shift === y.shift;
  return (first ?? []).filter((fact) => others.every((facts) => facts.some(same(fact))));
}

class Grouping {
  /** Groups that can be joined, by the base value. */
  private readonly reading = new Map<number, SharedAccess>();
  private readonly writing = new Map<number, SharedAccess>();
  /** The value each slot has been given. */
  private readonly stored = new Map<number, number>();
  private readonly ir: IrBlock;

  constructor(
    private readonly block: number,
    private readonly what: RegionBlock,
    private known: readonly Fact[],
    private readonly blocks: readonly RegionBlock[],
    private readonly helpers: readonly HelperDef[],
  ) {
    this.ir = what.ir;
  }

  /** Fills in the groups of the block's accesses and gives what holds at its end. */
  run(live: Uint8Array, accesses: Accesses, slots: SlotMap): Fact[] {
    const { ir } = this;
    for (let n = 0; n < ir.count; n++) {
      if (!live[n]) continue;
      switch (ir.op[n] as Op) {
        case Op.CALL:
          this.call(this.helpers[ir.a[n]!]!, slots);
          break;
        case Op.LD:
          this.load(n);
          break;
        case Op.ST:
          this.stored.set(ir.a[n]!, ir.b[n]!);
          break;
        case Op.LOAD:
        case Op.STORE:
          if (!(ir.c[n]! & MEM_ALIGN)) accesses[n] = this.access(n);
          break;
      }
    }
    return this.factsAtEnd(slots);
  }

  private call({ writes, system }: HelperDef, slots: SlotMap): void {
    if (system) {
      this.reading.clear();
      this.writing.clear();
      this.known = [];
    }
    if (writes !== "all")
      for (const cached of slots.cached) if (inRanges(cached, writes)) this.stored.set(cached.slot, UNKNOWN);
  }

  /** Value n is what a slot had at the start. */
  private load(n: number): void {
    const slot = this.ir.a[n]!;
    if (this.stored.has(slot)) return;
    for (const fact of this.known) if (fact.slot === slot) this.open(fact.group.write).set(n, fact);
  }

  private open(write: boolean): Map<number, SharedAccess> {
    return write ? this.writing : this.reading;
  }

  private access(n: number): SharedAccess {
    const { ir, block } = this;
    const word = ir.c[n]!;
    const base = ir.a[n]!;
    const from = ir.d[n]!;
    const to = from + (1 << (word & MEM_SIZE_MASK));
    const write = ir.op[n] === Op.STORE || (word & MEM_RMW) !== 0;
    for (const shared of [this.writing.get(base), this.reading.get(base)]) {
      if (!shared || (write && !this.mayWrite(shared)) || !this.join(shared, n, from, to)) continue;
      if (write && !shared.group.write) this.upgrade(base, shared);
      return shared;
    }
    const group = { write, from, to, block, first: n, last: n, size: 1, lasting: false };
    const own = { group, shift: 0 };
    this.open(write).set(base, own);
    return own;
  }

  /** The check is one for writing, or can be made one. */
  private mayWrite({ group }: SharedAccess): boolean {
    return group.write || group.block === this.block;
  }

  private upgrade(base: number, shared: SharedAccess): void {
    shared.group.write = true;
    this.reading.delete(base);
    this.writing.set(base, shared);
  }

  private join({ group, shift }: SharedAccess, n: number, from: number, to: number): boolean {
    const low = Math.min(group.from, from + shift);
    const high = Math.max(group.to, to + shift);
    const foreign = group.block !== this.block;
    const wider = low !== group.from || high !== group.to;
    if (wider && high - low > (foreign ? MAX_SPAN_SHARED : MAX_SPAN)) return false;
    if (wider && foreign && this.what.weight < this.blocks[group.block]!.weight * WIDENING) return false;
    group.from = low;
    group.to = high;
    group.size++;
    if (foreign) group.lasting = true;
    else group.last = n;
    return true;
  }

  private factsAtEnd(slots: SlotMap): Fact[] {
    const { ir, stored } = this;
    const facts = this.known.filter(({ slot }) => !stored.has(slot));
    for (const open of [this.reading, this.writing]) {
      for (const [base, { group, shift }] of open) {
        const add = (slot: number, constant: number) => {
          if (slots.index(slot) < 0) return;
          const same = facts.findIndex((f) => f.slot === slot && f.group.write === group.write);
          if (same >= 0) facts.splice(same, 1);
          facts.push({ slot, group, shift: shift + constant });
        };
        if (ir.op[base] === Op.LD && !stored.has(ir.a[base]!)) add(ir.a[base]!, 0);
        for (const [slot, value] of stored) {
          const constant = distance(ir, value, base);
          if (constant !== undefined) add(slot, constant);
        }
      }
    }
    return facts;
  }
}

/** What is added to `base` to give `value`, if that is a small constant. */
function distance(ir: IrBlock, value: number, base: number): number | undefined {
  if (ir.ty[value] !== Ty.I64) return undefined;
  let sum = 0;
  let at = value;
  while (at !== base) {
    if (ir.op[at] !== Op.ADD) return undefined;
    const constant = ir.b[at]!;
    if (ir.op[constant] !== Op.CONST || ir.b[constant] !== ir.a[constant]! >> 31) return undefined;
    sum += ir.a[constant]!;
    at = ir.a[at]!;
  }
  return Math.abs(sum) < 2 ** 30 ? sum : undefined;
}
