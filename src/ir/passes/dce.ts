// Dead code and dead slot stores of one block: a single backward walk.
//
// A node is live when it has an effect (memory access, call that does more than compute, terminator, slot store that can be seen) or
// a live node uses it. A slot store is dead when the same bytes are stored again before anything can look: a load of the
// slot, a helper that reads it, the end of the block, or any node that may fault (guest state must be exact there).

import { SLOT_WORDS } from "../../layout/vcpu.js";
import type { IrBlock } from "../block.js";
import type { HelperDef } from "../helpers.js";
import { MAX_OPERANDS, operandsOf } from "../operands.js";
import { isTerminator, Op, Ty } from "../ops.js";

const operands = new Int32Array(MAX_OPERANDS);
/** Per 4 bytes of CPU state: equal to `stamp` where a later store overwrites them unseen. Scratch of one call. */
const overwritten = new Uint32Array(SLOT_WORDS);
let stamp = 0;

/** Bytes a slot of type `ty` takes. */
export function slotSize(ty: Ty): number {
  return ty === Ty.I32 || ty === Ty.F32 ? 4 : ty === Ty.V128 ? 16 : 8;
}

/**
 * Sets live[n] to 1 for every node of `block` that is needed and to 0 for the others (`live` must hold block.count bytes).
 * Without `helpers` every call counts as one that may fault and reads all of guest state.
 */
export function deadCode(block: IrBlock, live: Uint8Array, helpers?: readonly HelperDef[]): void {
  const n = block.count;
  // Not fill(): blocks are short.
  for (let i = 0; i < n; i++) live[i] = 0;
  forget();
  for (let i = n - 1; i >= 0; i--) {
    const op = block.op[i] as Op;
    if (op === Op.ST) {
      if (coveredStore(block.a[i]!, slotSize(block.ty[i] as Ty))) continue;
      live[i] = 1;
    } else if (op === Op.LOAD || op === Op.STORE || op === Op.ATOMIC || op === Op.FENCE || isTerminator(op)) {
      live[i] = 1;
      forget();
    } else if (op === Op.CALL) {
      const def = helpers?.[block.a[i]!];
      if (!live[i] && def && removable(def)) continue;
      live[i] = 1;
      if (!def || def.fault || def.reads === "all") forget();
      else for (let k = 0; k < def.reads.length; k++) see(def.reads[k]![0], def.reads[k]![1]);
    } else if (op === Op.LD && live[i]) see(block.a[i]!, block.a[i]! + slotSize(block.ty[i] as Ty));
    if (!live[i]) continue;
    const count = operandsOf(block, i, operands);
    for (let k = 0; k < count; k++) live[operands[k]!] = 1;
  }
}

/** A call that does nothing but give a result: not needed when that is not used. */
function removable(def: HelperDef): boolean {
  return def.pure || (!def.fault && !def.exact && !def.system && def.writes !== "all" && def.writes.length === 0);
}

function forget(): void {
  stamp = (stamp + 1) >>> 0;
  if (stamp === 0) {
    overwritten.fill(0);
    stamp = 1;
  }
}

function see(from: number, to: number): void {
  for (let k = from >> 2; k < Math.min((to + 3) >> 2, SLOT_WORDS); k++) overwritten[k] = 0;
}

/** True if every byte of the slot is overwritten later; notes that from here up they are. */
function coveredStore(slot: number, size: number): boolean {
  let dead = true;
  for (let k = slot >> 2; k < (slot + size) >> 2; k++) {
    if (overwritten[k] !== stamp) dead = false;
    overwritten[k] = stamp;
  }
  return dead;
}
