// Which slots of CPU state a region keeps in locals.
//
// A slot is cached when every access to it has one type and no other slot overlaps it. The common part of CPU state, and
// ranges the guest names, stay in memory: core reads and writes them behind the code's back.

import type { HelperDef, SlotRange } from "../../ir/helpers.js";
import { Op, Ty } from "../../ir/ops.js";
import { slotSize } from "../../ir/passes/dce.js";
import { S_GUEST, SLOT_WORDS } from "../../layout/vcpu.js";
import type { RegionBlock } from "../form/region.js";
import type { Code } from "./code.js";

export interface CachedSlot {
  readonly slot: number;
  readonly ty: Ty;
  readonly local: number;
  /** Some block stores it. */
  written: boolean;
}

export class SlotMap {
  readonly cached: CachedSlot[] = [];
  private readonly byCell = new Int16Array(SLOT_WORDS).fill(-1);

  constructor(
    code: Code,
    blocks: readonly RegionBlock[],
    live: readonly Uint8Array[],
    uncached: readonly SlotRange[],
    helpers: readonly HelperDef[],
  ) {
    // Per cell of 4 bytes: slot and type of the accesses that cover it, or a conflict.
    const owner = new Int32Array(SLOT_WORDS).fill(-1);
    const conflict = new Uint8Array(SLOT_WORDS);
    const seen = new Map<number, { ty: Ty; written: boolean }>();
    blocks.forEach(({ ir }, k) => {
      for (let i = 0; i < ir.count; i++) {
        if (!live[k]![i]) continue;
        const flag = ir.op[i] === Op.CALL ? helpers[ir.a[i]!]!.shortcut?.flag : undefined;
        if (!flag && ir.op[i] !== Op.LD && ir.op[i] !== Op.ST) continue;
        const slot = flag ? flag.slot : ir.a[i]!;
        const ty = flag ? Ty.I32 : (ir.ty[i] as Ty);
        const key = (slot << 3) | ty;
        for (let c = slot >> 2; c < (slot + slotSize(ty)) >> 2; c++) {
          if (owner[c] === -1) owner[c] = key;
          else if (owner[c] !== key) conflict[c] = 1;
        }
        const info = seen.get(slot);
        if (!info) seen.set(slot, { ty, written: ir.op[i] === Op.ST });
        else if (ir.op[i] === Op.ST) info.written = true;
      }
    });
    // A conflict spreads to all of its slot, and by that to slots it overlaps.
    for (let changed = true; changed; ) {
      changed = false;
      for (let c = 0; c < SLOT_WORDS; c++) {
        if (!conflict[c] || owner[c] === -1) continue;
        const slot = owner[c]! >> 3;
        for (const [at, { ty }] of seen) {
          if (at + slotSize(ty) <= c << 2 || at >= (c + 1) << 2) continue;
          for (let d = at >> 2; d < (at + slotSize(ty)) >> 2; d++) {
            if (!conflict[d]) {
              conflict[d] = 1;
              changed = true;
            }
          }
        }
        for (let d = slot >> 2; d < (slot + slotSize((owner[c]! & 7) as Ty)) >> 2; d++) {
          if (!conflict[d]) {
            conflict[d] = 1;
            changed = true;
          }
        }
      }
    }
    for (const [slot, { ty, written }] of seen) {
      if (slot < S_GUEST || conflict[slot >> 2]) continue;
      if (uncached.some(([from, to]) => slot < to && slot + slotSize(ty) > from)) continue;
      this.byCell[slot >> 2] = this.cached.length;
      this.cached.push({ slot, ty, local: code.local(ty), written });
    }
  }

  /** Index in `cached`, -1 for a slot that stays in memory. */
  index(slot: number): number {
    return this.byCell[slot >> 2]!;
  }

  /** The local that holds a slot, -1 if it stays in memory. */
  local(slot: number): number {
    const i = this.byCell[slot >> 2]!;
    return i < 0 ? -1 : this.cached[i]!.local;
  }
}

export function inRanges(slot: CachedSlot, ranges: readonly SlotRange[] | "all"): boolean {
  if (ranges === "all") return true;
  const end = slot.slot + slotSize(slot.ty);
  return ranges.some(([from, to]) => slot.slot < to && end > from);
}
