// What the encoder knows about the nodes of the block in hand, as arrays in linear memory, and short names for the IR.

import { Op } from "../../../src/ir/ops";
import {
  IR_A, IR_B, IR_C, IR_D, IR_MAYBE_HI, IR_NODES, IR_OP, IR_TY, LIVE, SCRATCH,
} from "../../../src/tier0/layout";

/** 4-byte words of CPU state that slots can be in. */
export const SLOT_WORDS = 0x1000 >> 2;

/** One record per node. */
const NODES: usize = SCRATCH;
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
const NEXT_WRITE: usize = NODES + (IR_NODES << NODE_SHIFT);
const ALIAS_USE: usize = NEXT_WRITE + 4 * SLOT_WORDS;
/** Stack of free temporaries (i32), at most TEMP_COUNT. */
export const FREE: usize = ALIAS_USE + 4 * SLOT_WORDS;

/** Later than any node. */
export const NEVER: i32 = 0x7f7f7f7f;

/** The words of CPU state have something else in them than between blocks. */
let written = true;

/** Makes all ready for a block of `n` nodes. */
export function beginState(n: i32): void {
  if (written) forgetSlots();
  const end = NODES + (n << NODE_SHIFT);
  for (let at = NODES; at < end; at += 1 << NODE_SHIFT) {
    v128.store(at, i32x4.splat(-1));
    v128.store(at, i32x4.splat(0), 16);
  }
}

function forgetSlots(): void {
  memory.fill(NEXT_WRITE, 0x7f, 4 * SLOT_WORDS);
  memory.fill(ALIAS_USE, 0xff, 4 * SLOT_WORDS);
  written = false;
}

/** Helpers have been seen to write more slots than there are stores. */
export function manyWritten(): void {
  written = true;
}

/** After a block: puts the words of CPU state that it names back. */
export function endState(n: i32): void {
  if (written) return;
  for (let i = 0; i < n; i++) {
    const o = op(i);
    if (o !== Op.LD && o !== Op.ST) continue;
    setNextWrite(a(i), NEVER);
    setAliasUse(a(i), -1);
  }
}

// @ts-ignore: decorator
@inline function record(v: i32): usize { return NODES + (v << NODE_SHIFT); }

// @ts-ignore: decorator
@inline export function op(i: i32): i32 { return load<u8>(IR_OP + i); }
// @ts-ignore: decorator
@inline export function ty(i: i32): i32 { return load<u8>(IR_TY + i); }
// @ts-ignore: decorator
@inline export function a(i: i32): i32 { return load<i32>(IR_A + (i << 2)); }
// @ts-ignore: decorator
@inline export function b(i: i32): i32 { return load<i32>(IR_B + (i << 2)); }
// @ts-ignore: decorator
@inline export function c(i: i32): i32 { return load<i32>(IR_C + (i << 2)); }
// @ts-ignore: decorator
@inline export function d(i: i32): i32 { return load<i32>(IR_D + (i << 2)); }
// @ts-ignore: decorator
@inline export function maybeHi(i: i32): i32 { return load<i32>(IR_MAYBE_HI + (i << 2)); }
/** The node is needed. */
// @ts-ignore: decorator
@inline export function live(i: i32): bool { return load<u8>(LIVE + i) !== 0; }

/** Last node that uses a value, -1: none. */
// @ts-ignore: decorator
@inline export function lastUse(v: i32): i32 { return load<i32>(record(v), N_LAST_USE); }
// @ts-ignore: decorator
@inline export function setLastUse(v: i32, i: i32): void { store<i32>(record(v), i, N_LAST_USE); }
/** First node that uses a value which is used. */
// @ts-ignore: decorator
@inline export function firstUse(v: i32): i32 { return load<i32>(record(v), N_FIRST_USE); }
// @ts-ignore: decorator
@inline export function setFirstUse(v: i32, i: i32): void { store<i32>(record(v), i, N_FIRST_USE); }
/** How many nodes use a value. */
// @ts-ignore: decorator
@inline export function uses(v: i32): i32 { return load<i32>(record(v), N_USES); }
// @ts-ignore: decorator
@inline export function setUses(v: i32, n: i32): void { store<i32>(record(v), n, N_USES); }
/** Store a value is computed at instead of in its own place, or -1. */
// @ts-ignore: decorator
@inline export function sunk(v: i32): i32 { return load<i32>(record(v), N_SUNK); }
// @ts-ignore: decorator
@inline export function setSunk(v: i32, i: i32): void { store<i32>(record(v), i, N_SUNK); }
/** Slot or temporary a value lives in, -1: none yet. */
// @ts-ignore: decorator
@inline export function loc(v: i32): i32 { return load<i32>(record(v), N_LOC); }
// @ts-ignore: decorator
@inline export function setLoc(v: i32, slot: i32): void { store<i32>(record(v), slot, N_LOC); }
/** Per LD: the next node that overwrites its slot; per ST: the same after it. */
// @ts-ignore: decorator
@inline export function slotEnd(i: i32): i32 { return load<i32>(record(i), N_SLOT_END); }
// @ts-ignore: decorator
@inline export function setSlotEnd(i: i32, n: i32): void { store<i32>(record(i), n, N_SLOT_END); }
/** The location holds the value zero-extended to 64 bits. */
// @ts-ignore: decorator
@inline export function zx(v: i32): bool { return load<u8>(record(v), N_ZX) !== 0; }
// @ts-ignore: decorator
@inline export function setZx(v: i32, is: bool): void { store<u8>(record(v), is, N_ZX); }
/** The location is a temporary to free after the last use. */
// @ts-ignore: decorator
@inline export function ownsTemp(v: i32): bool { return load<u8>(record(v), N_OWNS_TEMP) !== 0; }
// @ts-ignore: decorator
@inline export function setOwnsTemp(v: i32, is: bool): void { store<u8>(record(v), is, N_OWNS_TEMP); }
/** While slot ends are looked for: next node that writes a slot. */
// @ts-ignore: decorator
@inline export function nextWrite(slot: i32): i32 { return load<i32>(NEXT_WRITE + (slot & ~3)); }
// @ts-ignore: decorator
@inline export function setNextWrite(slot: i32, i: i32): void { store<i32>(NEXT_WRITE + (slot & ~3), i); }
/** Last node so far that reads a slot through an alias. */
// @ts-ignore: decorator
@inline export function aliasUse(slot: i32): i32 { return load<i32>(ALIAS_USE + (slot & ~3)); }
// @ts-ignore: decorator
@inline export function setAliasUse(slot: i32, i: i32): void { store<i32>(ALIAS_USE + (slot & ~3), i); }
