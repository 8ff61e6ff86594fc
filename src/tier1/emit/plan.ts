// Where each value of a block is computed. Pure values used once are written as expressions at their use; the others, and
// results of loads and calls, get a local. A slot read is repeated at its uses as long as the slot has not changed.

import type { HelperDef } from "../../ir/helpers.js";
import { MAX_OPERANDS, operandsOf } from "../../ir/operands.js";
import { isTerminator, Op } from "../../ir/ops.js";
import type { RegionBlock } from "../form/region.js";
import type { SharedAccess } from "./groups.js";
import { inRanges, type SlotMap } from "./slots.js";

export const AT_USE = 0;
export const IN_LOCAL = 1;

export interface Plan {
  /** AT_USE or IN_LOCAL, per node. */
  readonly place: Uint8Array;
  /** Node at which the value is used last (expressions count where they are written), 0 if never. */
  readonly lastUse: Int32Array;
  /** Memory accesses that share a TLB check, by node. */
  readonly groups: readonly (SharedAccess | undefined)[];
}

const operands = new Int32Array(MAX_OPERANDS);

/** Memory accesses, calls, slot stores and terminators happen where they stand. */
export function isStatement(op: Op): boolean {
  const memory = op === Op.LOAD || op === Op.STORE || op === Op.ATOMIC || op === Op.FENCE;
  return memory || op === Op.ST || op === Op.CALL || isTerminator(op);
}

export function planBlock(
  { ir }: RegionBlock,
  live: Uint8Array,
  slots: SlotMap,
  helpers: readonly HelperDef[],
  groups: readonly (SharedAccess | undefined)[],
): Plan {
  const n = ir.count;
  const place = new Uint8Array(n);
  const lastUse = new Int32Array(n);
  const uses = new Uint16Array(n);
  // The next node that changes each cached slot.
  const nextChange = new Int32Array(slots.cached.length).fill(n);
  for (let i = n - 1; i >= 0; i--) {
    if (!live[i]) continue;
    const op = ir.op[i] as Op;
    let at = i;
    if (isStatement(op)) place[i] = IN_LOCAL;
    else if (op === Op.CONST || op === Op.VCONST || op === Op.PC) place[i] = AT_USE;
    else if (op === Op.LD) {
      const slot = slots.index(ir.a[i]!);
      if (slot < 0) place[i] = IN_LOCAL;
      else if (nextChange[slot]! >= lastUse[i]!) place[i] = AT_USE;
      else place[i] = IN_LOCAL;
    } else if (uses[i] === 1) at = lastUse[i]!;
    else place[i] = IN_LOCAL;
    if (op === Op.ST) {
      const slot = slots.index(ir.a[i]!);
      if (slot >= 0) nextChange[slot] = i;
    } else if (op === Op.CALL) {
      const writes = helpers[ir.a[i]!]!.writes;
      slots.cached.forEach((slot, k) => {
        if (inRanges(slot, writes)) nextChange[k] = i;
      });
    }
    const count = operandsOf(ir, i, operands);
    for (let k = 0; k < count; k++) {
      const o = operands[k]!;
      uses[o]!++;
      if (lastUse[o]! < at) lastUse[o] = at;
    }
  }
  return { place, lastUse, groups };
}
