// Address spaces that the guest numbers (ASIDs, PCIDs). The TLB holds the current one's translations alone, so that its tags need no
// number: those that are not global are copied when the space is left, and put back when it is entered again.

import { E_MMU_SPACES } from "../../../src/layout/engine";
import {
  COPY_ADDEND,
  COPY_ENTRY,
  COPY_FLAGS,
  COPY_READ,
  COPY_STRIDE,
  COPY_WRITE,
  SPACE_COPIES,
  SPACE_COPIES_MAX,
  SPACE_LARGE,
  SPACE_LENGTH,
  SPACE_NUMBER,
  SPACE_SIZE,
  SPACE_TURN,
  S_TLB,
  TLB_ADDEND,
  TLB_EXEC,
  TLB_FLAGS,
  TLB_GLOBAL,
  TLB_READ,
  TLB_WRITE,
} from "../../../src/layout/tlb";
import { S_SPACE, S_SPACE_TURN, S_TLB_KEPT, S_TLB_LIST, S_TLB_USED } from "../../../src/layout/vcpu";
import { codeBits } from "../codemap/granules";
import { ramPage } from "../physical";
import { engine } from "../state";
import { dropCopies, dropPageOfSpaces, endOfSpaces, findSpace, firstSpace, forgetPages, rememberPage } from "./copies";
import {
  ENTRY_KEPT,
  ENTRY_LARGE,
  ENTRY_NEW,
  flushPageOfSpace,
  flushSpace,
  indexOf,
  neverTag,
  rememberCode,
} from "./tlb";

/** The current space is another one from now on. */
export function switchSpace(cpu: i32, number: i32): void {
  const before = load<i32>(cpu + S_SPACE);
  if (before == number) return;
  const space = findSpace(cpu, number);
  if (engine(E_MMU_SPACES) != 0) keep(cpu, before, space);
  store<i32>(cpu + S_SPACE, number);
  flushSpace(cpu, true);
  if (space != 0) restore(cpu, space);
}

/** Drops the translations of a space that are not global. */
export function dropSpace(cpu: i32, number: i32): void {
  if (load<i32>(cpu + S_SPACE) == number) {
    flushSpace(cpu, true);
    return;
  }
  const space = findSpace(cpu, number);
  if (space != 0) dropCopies(space);
}

/** Drops the translation of a page in a space, where it is not global. */
export function dropPage(cpu: i32, number: i32, va: u64): void {
  if (load<i32>(cpu + S_SPACE) == number) flushPageOfSpace(cpu, va, true);
  else dropPageOfSpaces(cpu, number, va);
}

/** Where the copies of a space go: a place that is free, or that of the space that was left first, but never `wanted`. There are two
 *  places at least. */
function placeFor(cpu: i32, wanted: i32): i32 {
  const turn = load<i32>(cpu + S_SPACE_TURN) + 1;
  store<i32>(cpu + S_SPACE_TURN, turn);
  const end = endOfSpaces(cpu);
  let place = firstSpace(cpu);
  if (place == wanted) place += SPACE_SIZE;
  for (let space = firstSpace(cpu); space != end; space += SPACE_SIZE) {
    if (load<i32>(space + SPACE_NUMBER) == -1) {
      place = space;
      break;
    }
    if (space == wanted) continue;
    if (turn - load<i32>(space + SPACE_TURN) > turn - load<i32>(place + SPACE_TURN)) place = space;
  }
  store<i32>(place + SPACE_TURN, turn);
  return place;
}

/** Copies what is in the rest of the list, as what is not global is. */
function keep(cpu: i32, number: i32, wanted: i32): void {
  const space = placeFor(cpu, wanted);
  const list = load<i32>(cpu + S_TLB_LIST);
  const kept = load<i32>(cpu + S_TLB_KEPT);
  forgetPages(space);
  let copy = space + SPACE_COPIES;
  const end = copy + SPACE_COPIES_MAX * COPY_STRIDE;
  for (let i = load<i32>(cpu + S_TLB_USED) - 1; i >= kept && copy != end; i--) {
    const entry = load<i32>(list + (i << 2));
    const flags = load<i32>(entry + TLB_FLAGS);
    const never = neverTag(indexOf(cpu, entry));
    const read = load<u64>(entry + TLB_READ);
    const write = load<u64>(entry + TLB_WRITE);
    if (flags & TLB_GLOBAL || (read == never && write == never)) continue;
    store<u64>(copy + COPY_READ, read);
    store<u64>(copy + COPY_WRITE, write);
    store<i32>(copy + COPY_ENTRY, entry - cpu);
    store<i32>(copy + COPY_ADDEND, load<i32>(entry + TLB_ADDEND));
    store<i32>(copy + COPY_FLAGS, flags & ENTRY_LARGE);
    if (flags & ENTRY_LARGE) store<i32>(space + SPACE_LARGE, 1);
    rememberPage(space, read == never ? write : read);
    copy += COPY_STRIDE;
  }
  store<i32>(space + SPACE_NUMBER, number);
  store<i32>(space + SPACE_LENGTH, (copy - space - SPACE_COPIES) / COPY_STRIDE);
}

/** Puts the copies back, the latest last, but where a global translation is. */
function restore(cpu: i32, space: i32): void {
  const list = load<i32>(cpu + S_TLB_LIST);
  let used = load<i32>(cpu + S_TLB_USED);
  for (let n = load<i32>(space + SPACE_LENGTH) - 1; n >= 0; n--) {
    const copy = space + SPACE_COPIES + n * COPY_STRIDE;
    const entry = cpu + load<i32>(copy + COPY_ENTRY);
    const flags = load<i32>(entry + TLB_FLAGS);
    if (flags & TLB_GLOBAL) continue;
    if (!(flags & ENTRY_NEW)) {
      store<i32>(list + (used << 2), entry);
      used++;
    }
    const read = load<u64>(copy + COPY_READ);
    const addend = load<i32>(copy + COPY_ADDEND);
    store<u64>(entry + TLB_READ, read);
    store<u64>(entry + TLB_WRITE, writeTag(cpu, entry, load<u64>(copy + COPY_WRITE), addend));
    store<i32>(entry + TLB_ADDEND, addend);
    store<i32>(entry + TLB_FLAGS, (flags & ENTRY_KEPT) | ENTRY_NEW | load<i32>(copy + COPY_FLAGS));
    if ((entry - cpu - S_TLB) & TLB_EXEC) rememberCode(cpu, read);
  }
  store<i32>(cpu + S_TLB_USED, used);
  dropCopies(space);
}

/** A page may have code by now. */
function writeTag(cpu: i32, entry: i32, tag: u64, addend: i32): u64 {
  const never = neverTag(indexOf(cpu, entry));
  if (tag == never) return never;
  const page = ramPage(<i32>tag + addend);
  return page >= 0 && codeBits(page) != 0 ? never : tag;
}
