// What the encoder knows about the nodes of the block in hand, as arrays in linear memory, and short names for the IR.

import { Op } from "../../../src/ir/ops";
import { SLOT_WORDS } from "../../../src/layout/vcpu";
import {
  HELPERS,
  HELPER_RANGES,
  IR_A,
  IR_B,
  IR_C,
  IR_D,
  IR_INSN_OFFSET,
  IR_MAYBE_HI,
  IR_NODES,
  IR_OP,
  IR_POS,
  IR_TY,
  LIVE,
  SCRATCH,
  VCONSTS,
} from "../../../src/tier0/layout";

/** Address of all this (src/tier0/layout.ts), during a call of tier0_encode. */
let area: i32 = 0;

/** i32: the words of CPU state have in them what they have between blocks (below). */
const CLEAN = SCRATCH;
/** One record per node. */
const NODES = SCRATCH + 64;
const NODE_SHIFT = 5;
// i32, -1 at first.
const N_LAST_USE = 0;
const N_FIRST_USE = 4;
const N_SUNK = 8;
const N_LOC = 12;
// 0 at first: i32, i32, u8, u8.
const N_USES = 16;
const N_SLOT_END = 20;
const N_ZX = 24;
const N_OWNS_TEMP = 25;
// i32 per word of CPU state; NEVER and -1 between blocks.
const NEXT_WRITE = NODES + (IR_NODES << NODE_SHIFT);
const ALIAS_USE = NEXT_WRITE + 4 * SLOT_WORDS;
/** Stack of free temporaries (i32), at most TEMP_COUNT. */
const FREE = ALIAS_USE + 4 * SLOT_WORDS;

/** Later than any node. */
export const NEVER: i32 = 0x7f7f7f7f;

/** Makes all ready for a block of `n` nodes in the area at `address`. */
export function beginState(address: i32, n: i32): void {
  area = address;
  if (!load<i32>(address + CLEAN)) forgetSlots();
  const begin = address + NODES;
  const end = begin + (n << NODE_SHIFT);
  for (let at = begin; at < end; at += 1 << NODE_SHIFT) {
    v128.store(at, i32x4.splat(-1));
    v128.store(at, i32x4.splat(0), 16);
  }
}

function forgetSlots(): void {
  memory.fill(area + NEXT_WRITE, 0x7f, 4 * SLOT_WORDS);
  memory.fill(area + ALIAS_USE, 0xff, 4 * SLOT_WORDS);
  store<i32>(area + CLEAN, 1);
}

/** Helpers have been seen to write more slots than there are stores. */
export function manyWritten(): void {
  store<i32>(area + CLEAN, 0);
}

/** After a block: puts the words of CPU state that it names back. */
export function endState(n: i32): void {
  if (!load<i32>(area + CLEAN)) return;
  for (let i = 0; i < n; i++) {
    const o = op(i);
    if (o !== Op.LD && o !== Op.ST) continue;
    setNextWrite(a(i), NEVER);
    setAliasUse(a(i), -1);
  }
}

// @ts-ignore: decorator
@inline function record(v: i32): i32 {
  return area + (v << NODE_SHIFT);
}

// @ts-ignore: decorator
@inline export function op(i: i32): i32 {
  return load<u8>(area + i, IR_OP);
}
// @ts-ignore: decorator
@inline export function ty(i: i32): i32 {
  return load<u8>(area + i, IR_TY);
}
// @ts-ignore: decorator
@inline export function a(i: i32): i32 {
  return load<i32>(area + (i << 2), IR_A);
}
// @ts-ignore: decorator
@inline export function b(i: i32): i32 {
  return load<i32>(area + (i << 2), IR_B);
}
// @ts-ignore: decorator
@inline export function c(i: i32): i32 {
  return load<i32>(area + (i << 2), IR_C);
}
// @ts-ignore: decorator
@inline export function d(i: i32): i32 {
  return load<i32>(area + (i << 2), IR_D);
}
// @ts-ignore: decorator
@inline export function maybeHi(i: i32): i32 {
  return load<i32>(area + (i << 2), IR_MAYBE_HI);
}
/** The node is needed. */
// @ts-ignore: decorator
@inline export function live(i: i32): bool {
  return load<u8>(area + i, LIVE) !== 0;
}

/** Last node that uses a value, -1: none. */
// @ts-ignore: decorator
@inline export function lastUse(v: i32): i32 {
  return load<i32>(record(v), NODES + N_LAST_USE);
}
// @ts-ignore: decorator
@inline export function setLastUse(v: i32, i: i32): void {
  store<i32>(record(v), i, NODES + N_LAST_USE);
}
/** First node that uses a value which is used. */
// @ts-ignore: decorator
@inline export function firstUse(v: i32): i32 {
  return load<i32>(record(v), NODES + N_FIRST_USE);
}
// @ts-ignore: decorator
@inline export function setFirstUse(v: i32, i: i32): void {
  store<i32>(record(v), i, NODES + N_FIRST_USE);
}
/** How many nodes use a value. */
// @ts-ignore: decorator
@inline export function uses(v: i32): i32 {
  return load<i32>(record(v), NODES + N_USES);
}
// @ts-ignore: decorator
@inline export function setUses(v: i32, n: i32): void {
  store<i32>(record(v), n, NODES + N_USES);
}
/** Store a value is computed at instead of in its own place, or -1. */
// @ts-ignore: decorator
@inline export function sunk(v: i32): i32 {
  return load<i32>(record(v), NODES + N_SUNK);
}
// @ts-ignore: decorator
@inline export function setSunk(v: i32, i: i32): void {
  store<i32>(record(v), i, NODES + N_SUNK);
}
/** Slot or temporary a value lives in, -1: none yet. */
// @ts-ignore: decorator
@inline export function loc(v: i32): i32 {
  return load<i32>(record(v), NODES + N_LOC);
}
// @ts-ignore: decorator
@inline export function setLoc(v: i32, slot: i32): void {
  store<i32>(record(v), slot, NODES + N_LOC);
}
/** Per LD: the next node that overwrites its slot; per ST: the same after it. */
// @ts-ignore: decorator
@inline export function slotEnd(i: i32): i32 {
  return load<i32>(record(i), NODES + N_SLOT_END);
}
// @ts-ignore: decorator
@inline export function setSlotEnd(i: i32, n: i32): void {
  store<i32>(record(i), n, NODES + N_SLOT_END);
}
/** The location holds the value zero-extended to 64 bits. */
// @ts-ignore: decorator
@inline export function zx(v: i32): bool {
  return load<u8>(record(v), NODES + N_ZX) !== 0;
}
// @ts-ignore: decorator
@inline export function setZx(v: i32, is: bool): void {
  store<u8>(record(v), is, NODES + N_ZX);
}
/** The location is a temporary to free after the last use. */
// @ts-ignore: decorator
@inline export function ownsTemp(v: i32): bool {
  return load<u8>(record(v), NODES + N_OWNS_TEMP) !== 0;
}
// @ts-ignore: decorator
@inline export function setOwnsTemp(v: i32, is: bool): void {
  store<u8>(record(v), is, NODES + N_OWNS_TEMP);
}
/** While slot ends are looked for: next node that writes a slot. */
// @ts-ignore: decorator
@inline export function nextWrite(slot: i32): i32 {
  return load<i32>(area + (slot & ~3), NEXT_WRITE);
}
// @ts-ignore: decorator
@inline export function setNextWrite(slot: i32, i: i32): void {
  store<i32>(area + (slot & ~3), i, NEXT_WRITE);
}
/** Last node so far that reads a slot through an alias. */
// @ts-ignore: decorator
@inline export function aliasUse(slot: i32): i32 {
  return load<i32>(area + (slot & ~3), ALIAS_USE);
}
// @ts-ignore: decorator
@inline export function setAliasUse(slot: i32, i: i32): void {
  store<i32>(area + (slot & ~3), i, ALIAS_USE);
}

/** What IR block and helpers have beside nodes. */
// @ts-ignore: decorator
@inline export function vconst(k: i32): v128 {
  return v128.load(area + (k << 4), VCONSTS);
}
/** Index of the guest instruction that a node belongs to, and displacement of an instruction. */
// @ts-ignore: decorator
@inline export function position(i: i32): i32 {
  return load<u16>(area + (i << 1), IR_POS);
}
// @ts-ignore: decorator
@inline export function insnOffset(k: i32): i32 {
  return load<u16>(area + (k << 1), IR_INSN_OFFSET);
}
/** HF_* of a helper. */
// @ts-ignore: decorator
@inline export function helperTraits(helper: i32): i32 {
  return load<u8>(area + (helper << 2), HELPERS);
}
/** How many ranges of CPU state a helper writes, and the index of the first one. */
// @ts-ignore: decorator
@inline export function helperRanges(helper: i32): i32 {
  return load<u8>(area + (helper << 2), HELPERS + 1);
}
// @ts-ignore: decorator
@inline export function helperFirstRange(helper: i32): i32 {
  return load<u16>(area + (helper << 2), HELPERS + 2);
}
// @ts-ignore: decorator
@inline export function rangeFrom(range: i32): i32 {
  return load<u16>(area + (range << 2), HELPER_RANGES);
}
// @ts-ignore: decorator
@inline export function rangeTo(range: i32): i32 {
  return load<u16>(area + (range << 2), HELPER_RANGES + 2);
}
/** The stack of free temporaries. */
// @ts-ignore: decorator
@inline export function freeTemp(k: i32): i32 {
  return load<i32>(area + (k << 2), FREE);
}
// @ts-ignore: decorator
@inline export function setFreeTemp(k: i32, temp: i32): void {
  store<i32>(area + (k << 2), temp, FREE);
}
