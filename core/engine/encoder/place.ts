// Decides, before anything is written, which values live in guest slots: in the slot they were loaded from while that is
// not overwritten, or in the slot they will be stored to when nothing can observe the early store. A sum that is only
// stored after an access to memory (a stack pointer) is computed where it is stored.

import { SLOT_WORDS } from "../../../src/layout/vcpu";
import { Op, Ty } from "../../../src/ir/ops";
import { MEM_SIGNED } from "../../../src/layout/access";
import { HF_PURE, HF_WRITES_ALL } from "../../../src/tier0/layout";
import { operand, operandsOf } from "./operands";
import {
  a,
  aliasUse,
  b,
  c,
  firstUse,
  helperFirstRange,
  helperRanges,
  helperTraits,
  lastUse,
  live,
  loc,
  manyWritten,
  nextWrite,
  op,
  rangeFrom,
  rangeTo,
  setAliasUse,
  setFirstUse,
  setLastUse,
  setLoc,
  setNextWrite,
  setSlotEnd,
  setSunk,
  setUses,
  slotEnd,
  ty,
  uses,
} from "./state";

export function place(n: i32): void {
  findUses(n);
  sinkSums(n);
  aliasLoads(n);
  targetStores(n);
}

/** Uses of values, and where slots are overwritten: one walk backward. */
function findUses(n: i32): void {
  for (let i = n - 1; i >= 0; i--) {
    if (!live(i)) continue;
    const o = op(i);
    if (o === Op.LD) {
      setSlotEnd(i, nextWrite(a(i)));
      continue;
    }
    if (o === Op.ST) {
      setSlotEnd(i, nextWrite(a(i)));
      setNextWrite(a(i), i);
    } else if (o === Op.CALL) overwrite(a(i), i);
    const k = operandsOf(i);
    for (let j = 0; j < k; j++) {
      const v = operand(j);
      if (lastUse(v) < i) setLastUse(v, i);
      setFirstUse(v, i);
      setUses(v, uses(v) + 1);
    }
    // A value that is only another one's location lives as long as that one (WRAP, EXTU of a zero-extended value).
    if (o === Op.WRAP || o === Op.EXTU) {
      const v = a(i);
      if (lastUse(v) < lastUse(i)) setLastUse(v, lastUse(i));
    }
  }
}

/** Slots that a helper called by node i writes. */
function overwrite(helper: i32, i: i32): void {
  if (helperTraits(helper) & HF_WRITES_ALL) {
    manyWritten();
    for (let k = 0; k < SLOT_WORDS; k++) setNextWrite(k << 2, i);
    return;
  }
  let range = helperFirstRange(helper);
  let left = helperRanges(helper);
  if (left > 0) manyWritten();
  for (; left > 0; left--, range++) {
    const end = min((rangeTo(range) + 3) >> 2, SLOT_WORDS);
    for (let k = rangeFrom(range) >> 2; k < end; k++) setNextWrite(k << 2, i);
  }
}

/** Moves sums of slots and constants to the store that is their first use when something between may fault: there they can be
 *  computed into the slot. */
function sinkSums(n: i32): void {
  let barrier = -1;
  for (let j = 0; j < n; j++) {
    if (!live(j)) continue;
    const o = op(j);
    if (o === Op.LOAD || o === Op.STORE || o === Op.ATOMIC || o === Op.CALL) barrier = j;
    if (o !== Op.ST || ty(j) !== Ty.I64) continue;
    const v = b(j);
    if (v > barrier || op(v) < Op.ADD || op(v) > Op.XOR || firstUse(v) !== j || lastUse(v) > slotEnd(j)) continue;
    const x = a(v);
    const y = b(v);
    if (!lasts(x, j) || !(op(y) === Op.CONST || lasts(y, j))) continue;
    const slot = a(j);
    setSunk(v, j);
    setLoc(v, slot);
    if (lastUse(v) > aliasUse(slot)) setAliasUse(slot, lastUse(v));
    if (lastUse(x) < j) setLastUse(x, j);
    if (lastUse(y) < j) setLastUse(y, j);
  }
}

/** The value is a slot's, which still holds it at node j. */
function lasts(v: i32, j: i32): bool {
  return op(v) === Op.LD && ty(v) === Ty.I64 && slotEnd(v) >= j;
}

function aliasLoads(n: i32): void {
  for (let i = 0; i < n; i++) {
    if (!live(i) || op(i) !== Op.LD || lastUse(i) > slotEnd(i)) continue;
    const slot = a(i);
    setLoc(i, slot);
    if (lastUse(i) > aliasUse(slot)) setAliasUse(slot, lastUse(i));
  }
}

/** Lets a value be computed right in the I64 or V128 slot it is stored to. */
function targetStores(n: i32): void {
  for (let j = 0; j < n; j++) {
    if (!live(j) || op(j) !== Op.ST) continue;
    const v = b(j);
    const t = ty(j);
    if (t !== Ty.I64 && t !== Ty.V128) continue;
    // A zero-extension of a 32-bit result costs nothing: target what it extends.
    let source = v;
    if (op(v) === Op.EXTU && zeroExtends(a(v))) source = a(v);
    if (source !== v && loc(source) !== -1) source = v;
    if (loc(v) !== -1 || loc(source) !== -1 || !computes(source)) continue;
    const slot = a(j);
    // Later uses of the value must come before the slot is overwritten.
    const end = slotEnd(j);
    if (lastUse(v) > end || lastUse(source) > end) continue;
    if (aliasUse(slot) > source) continue;
    if (!unobserved(source, j, slot)) continue;
    setLoc(source, slot);
    if (source !== v) setLoc(v, slot);
    // From here on the slot holds this value: the next store to it must not come early over its uses.
    const last = max(lastUse(v), lastUse(source));
    if (last > aliasUse(slot)) setAliasUse(slot, last);
  }
}

/** A 32-bit result that micro-ops store zero-extended. */
function zeroExtends(v: i32): bool {
  const o = op(v);
  if (ty(v) !== Ty.I32) return false;
  if (o >= Op.ADD && o <= Op.LES) return true;
  if (o === Op.CLZ || o === Op.CTZ || o === Op.POPCNT || o === Op.BSWAP || o === Op.SELECT) return true;
  return o === Op.W || (o === Op.LOAD && (c(v) & MEM_SIGNED) === 0);
}

function computes(v: i32): bool {
  const o = op(v);
  if (o === Op.EXTU) return !zeroExtends(a(v));
  return (
    o === Op.PC || o === Op.VCONST || (o >= Op.ADD && o !== Op.WRAP && o !== Op.STORE && o !== Op.FENCE && o < Op.GOTO)
  );
}

/** Nothing in (from, to) can fault, leave or use the slot. */
function unobserved(from: i32, to: i32, slot: i32): bool {
  for (let k = from + 1; k < to; k++) {
    if (!live(k)) continue;
    const o = op(k);
    if (o === Op.LOAD || o === Op.STORE || o === Op.ATOMIC) return false;
    if (o === Op.CALL && !(helperTraits(a(k)) & HF_PURE)) return false;
    if ((o === Op.LD || o === Op.ST) && a(k) === slot) return false;
  }
  return true;
}
