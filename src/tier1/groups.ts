// Memory accesses of a block that share one TLB check: same base value, displacements within a small span, nothing between
// them that could change the mapping. Loads ride on a check for writing made before them (what may be written may be read),
// never the other way round.

import type { IrBlock } from "../ir/block.js";
import type { HelperDef } from "../ir/helpers.js";
import { Op } from "../ir/ops.js";
import { MEM_ALIGN, MEM_RMW, MEM_SIZE_MASK } from "../layout.js";

/** Most bytes between the first and the last byte of a group: beyond, page ends are met too often. */
const MAX_SPAN = 256;

export interface AccessGroup {
  readonly base: number;
  readonly write: boolean;
  /** Displacements from the base that are covered, [from, to). */
  from: number;
  to: number;
  /** Nodes of the first and the last access. */
  readonly first: number;
  last: number;
  size: number;
}

/** The group of each access, by node; undefined for one that is alone. */
export function groupAccesses(
  ir: IrBlock,
  live: Uint8Array,
  helpers: readonly HelperDef[],
): readonly (AccessGroup | undefined)[] {
  const groups: (AccessGroup | undefined)[] = [];
  const reading = new Map<number, AccessGroup>();
  const writing = new Map<number, AccessGroup>();
  for (let n = 0; n < ir.count; n++) {
    if (!live[n]) continue;
    const op = ir.op[n] as Op;
    if (op === Op.CALL && !helpers[ir.a[n]!]!.pure) {
      reading.clear();
      writing.clear();
    }
    if (op !== Op.LOAD && op !== Op.STORE) continue;
    const word = ir.c[n]!;
    if (word & MEM_ALIGN) continue;
    const base = ir.a[n]!;
    const from = ir.d[n]!;
    const to = from + (1 << (word & MEM_SIZE_MASK));
    const write = op === Op.STORE || (word & MEM_RMW) !== 0;
    if (!write && join(writing.get(base), n, from, to, groups)) continue;
    const open = write ? writing : reading;
    if (join(open.get(base), n, from, to, groups)) continue;
    const group: AccessGroup = { base, write, from, to, first: n, last: n, size: 1 };
    open.set(base, group);
    groups[n] = group;
  }
  for (let n = 0; n < groups.length; n++) if (groups[n]?.size === 1) groups[n] = undefined;
  return groups;
}

function join(
  group: AccessGroup | undefined,
  n: number,
  from: number,
  to: number,
  groups: (AccessGroup | undefined)[],
): boolean {
  if (!group) return false;
  const low = Math.min(group.from, from);
  const high = Math.max(group.to, to);
  if (high - low > MAX_SPAN) return false;
  group.from = low;
  group.to = high;
  group.last = n;
  group.size++;
  groups[n] = group;
  return true;
}
