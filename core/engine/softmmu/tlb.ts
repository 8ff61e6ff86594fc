// The software TLB (src/layout/, S_TLB). A tag that cannot match at index i is the page address of index i^1: an address
// that maps to entry i never has that page number, so no validity bit and no special value is needed.

import { ACCESS_EXEC, PERM_EXEC, PERM_GLOBAL, PERM_READ, PERM_WRITE } from "../../../src/layout/access";
import { E_CPU_SIZE, E_CPUS, E_CPUS_END, E_HOOK_NO_CODE, E_HOOK_WALK, E_MMU_MODES } from "../../../src/layout/engine";
import {
  S_TLB,
  TLB_ADDEND,
  TLB_ENTRIES,
  TLB_EXEC,
  TLB_EXEC_ADDEND,
  TLB_FLAGS,
  TLB_GLOBAL,
  TLB_LIST_MODE_SIZE,
  TLB_MODE_SIZE,
  TLB_READ,
  TLB_STRIDE,
  TLB_WRITE,
} from "../../../src/layout/tlb";
import {
  CODE_PAGES_BYTES,
  FAULT_NONE,
  HUGE_PAGES_BYTES,
  LARGE_PAGES_BYTES,
  STAT_TLB_FLUSH,
  STAT_TLB_MISS,
  S_CODE_PAGES,
  S_EXIT_PHYS,
  S_GIANT_PAGES,
  S_GLOBAL_CODE_PAGES,
  S_HUGE_PAGES,
  S_LARGE_PAGES,
  S_SPACES,
  S_TLB_KEPT,
  S_TLB_LIST,
  S_TLB_USED,
  S_WALK_PERM,
  S_WALK_PHYS,
  S_WALK_SHIFT,
} from "../../../src/layout/vcpu";
import { clearJumpCache, forgetLocalRegions, forgetRegionsOf } from "../codemap/epochs";
import { codeBits } from "../codemap/granules";
import { count, engine, mmuIndex } from "../state";
import { dropPageOfSpaces, dropSpaces } from "./copies";
import { hostIn, isReadOnly, physHost, ramPage, rangeOf } from "../physical";

// Bits of TLB_FLAGS beside TLB_GLOBAL: the entry stands in the kept part of the list; it is a piece of a large page; it stands in the rest
// of the list. A non-global flush, as a context switch does, looks at the rest only.
export const ENTRY_KEPT: i32 = 2;
export const ENTRY_LARGE: i32 = 4;
export const ENTRY_NEW: i32 = 8;

// @ts-ignore: decorator
@inline export function tlbEntry(cpu: i32, va: u64, mmu: i32): i32 {
  return cpu + S_TLB + mmu * TLB_MODE_SIZE + (<i32>(va >> 12) & (TLB_ENTRIES - 1)) * TLB_STRIDE;
}

// @ts-ignore: decorator
@inline export function neverTag(index: i32): u64 {
  return (<u64>(index ^ 1)) << 12;
}

/** Of an entry. */
// @ts-ignore: decorator
@inline export function indexOf(cpu: i32, entry: i32): i32 {
  return (<u32>(entry - cpu - S_TLB) / TLB_STRIDE) & (TLB_ENTRIES - 1);
}

function clearEntry(cpu: i32, entry: i32): void {
  const never = neverTag(indexOf(cpu, entry));
  store<u64>(entry + TLB_READ, never);
  store<u64>(entry + TLB_WRITE, never);
}

export function initTlb(cpu: i32): void {
  const modes = engine(E_MMU_MODES);
  const end = S_TLB + modes * TLB_MODE_SIZE;
  store<i32>(cpu + S_TLB_LIST, cpu + end);
  for (let entry = cpu + S_TLB; entry != cpu + end; entry += TLB_STRIDE) {
    clearEntry(cpu, entry);
    store<i32>(entry + TLB_FLAGS, 0);
  }
  store<i32>(cpu + S_TLB_USED, 0);
  store<i32>(cpu + S_TLB_KEPT, 0);
  store<i32>(cpu + S_SPACES, cpu + end + modes * TLB_LIST_MODE_SIZE);
  dropSpaces(cpu);
  forgetLarge(cpu);
  clearJumpCache(cpu);
}

/** True where the page of code at `va` is global. The TLB has it. */
export function globalCode(cpu: i32, va: u64): bool {
  return (load<i32>(tlbEntry(cpu, va, mmuIndex(cpu)) + TLB_EXEC + TLB_FLAGS) & TLB_GLOBAL) != 0;
}

/** Drops all translations, or all but global ones, of all address spaces. */
export function flushTlb(cpu: i32, keepGlobal: bool): void {
  dropSpaces(cpu);
  flushSpace(cpu, keepGlobal);
}

/** The same, of the current address space. */
export function flushSpace(cpu: i32, keepGlobal: bool): void {
  count(cpu, STAT_TLB_FLUSH);
  forgetLocalRegions(cpu);
  const used = load<i32>(cpu + S_TLB_USED);
  const list = load<i32>(cpu + S_TLB_LIST);
  let kept = keepGlobal ? load<i32>(cpu + S_TLB_KEPT) : 0;
  for (let i = kept; i < used; i++) {
    const entry = load<i32>(list + (i << 2));
    const flags = load<i32>(entry + TLB_FLAGS) & ~ENTRY_NEW;
    if (!keepGlobal) {
      clearEntry(cpu, entry);
      store<i32>(entry + TLB_FLAGS, 0);
    } else if (!(flags & TLB_GLOBAL)) {
      clearEntry(cpu, entry);
      store<i32>(entry + TLB_FLAGS, flags & ENTRY_KEPT);
    } else {
      store<i32>(entry + TLB_FLAGS, flags | ENTRY_KEPT);
      if (flags & ENTRY_KEPT) continue;
      store<i32>(list + (kept << 2), entry);
      kept++;
    }
  }
  store<i32>(cpu + S_TLB_USED, kept);
  store<i32>(cpu + S_TLB_KEPT, kept);
  memory.fill(cpu + S_CODE_PAGES, 0, CODE_PAGES_BYTES);
  if (!keepGlobal) {
    memory.fill(cpu + S_GLOBAL_CODE_PAGES, 0, CODE_PAGES_BYTES);
    forgetLarge(cpu);
    clearJumpCache(cpu);
  }
}

// The TLB holds a large page in pieces of 4 KiB. Bit n of a filter: there may be pieces of a page whose number folds to n.
const LARGE_SHIFT: i32 = 22;
const HUGE_SHIFT: i32 = 30;

function forgetLarge(cpu: i32): void {
  memory.fill(cpu + S_LARGE_PAGES, 0, LARGE_PAGES_BYTES);
  memory.fill(cpu + S_HUGE_PAGES, 0, HUGE_PAGES_BYTES);
  store<i32>(cpu + S_GIANT_PAGES, 0);
}

// The kernel's mapping of all memory must not share its bits with a program at a low address.
// @ts-ignore: decorator
@inline function largeNumber(va: u64): i32 {
  return <i32>((va >> LARGE_SHIFT) ^ (va >> 34) ^ (va >> 46)) & ((LARGE_PAGES_BYTES << 3) - 1);
}

// @ts-ignore: decorator
@inline function hugeNumber(va: u64): i32 {
  return <i32>((va >> HUGE_SHIFT) ^ (va >> 38)) & ((HUGE_PAGES_BYTES << 3) - 1);
}

function rememberLarge(cpu: i32, va: u64, shift: i32): void {
  if (shift > HUGE_SHIFT) store<i32>(cpu + S_GIANT_PAGES, 1);
  if (shift > LARGE_SHIFT) remember(cpu + S_HUGE_PAGES, hugeNumber(va));
  else remember(cpu + S_LARGE_PAGES, largeNumber(va));
}

/** Sets a bit that mayHold() looks at. */
// @ts-ignore: decorator
@inline function remember(bits: i32, n: i32): void {
  const at = bits + ((n >> 5) << 2);
  store<i32>(at, load<i32>(at) | (1 << (n & 31)));
}

// @ts-ignore: decorator
@inline function mayHold(bits: i32, n: i32): bool {
  return (load<i32>(bits + ((n >> 5) << 2)) & (1 << (n & 31))) != 0;
}

// Filters of the pages that code was executed in since the last flush of their kind (global or not). Regions depend on no other pages.
// Bit n stands for the pages whose number folds to n.

/** Code in a page that is not global. */
export function rememberCode(cpu: i32, va: u64): void {
  remember(cpu + S_CODE_PAGES, codeNumber(va));
}

// @ts-ignore: decorator
@inline function codeNumber(va: u64): i32 {
  return <i32>((va >> 12) ^ (va >> 25) ^ (va >> 38)) & ((CODE_PAGES_BYTES << 3) - 1);
}

/** Drops the pieces of large pages in the 1 << shift bytes around `va`. */
function flushPieces(cpu: i32, va: u64, shift: i32, keepGlobal: bool): void {
  const used = load<i32>(cpu + S_TLB_USED);
  const list = load<i32>(cpu + S_TLB_LIST);
  for (let i = 0; i < used; i++) {
    const entry = load<i32>(list + (i << 2));
    const flags = load<i32>(entry + TLB_FLAGS);
    if (!(flags & ENTRY_LARGE) || (keepGlobal && (flags & TLB_GLOBAL) != 0)) continue;
    const within =
      (va ^ load<u64>(entry + TLB_READ)) >> shift == 0 || (va ^ load<u64>(entry + TLB_WRITE)) >> shift == 0;
    if (within) clearEntry(cpu, entry);
  }
}

// @ts-ignore: decorator
@inline function flushIfOf(cpu: i32, entry: i32, va: u64, keepGlobal: bool): void {
  if (keepGlobal && (load<i32>(entry + TLB_FLAGS) & TLB_GLOBAL) != 0) return;
  if ((va ^ load<u64>(entry + TLB_READ)) < 4096 || (va ^ load<u64>(entry + TLB_WRITE)) < 4096) clearEntry(cpu, entry);
}

/** Drops the translation of one page in all modes and address spaces. Pieces of large pages are dropped with all their neighbours. */
export function flushPage(cpu: i32, va: u64): void {
  dropPageOfSpaces(cpu, -1, va);
  flushPageOfSpace(cpu, va, false);
}

/** The same, in the current address space; where `keepGlobal` a global one stays. */
export function flushPageOfSpace(cpu: i32, va: u64, keepGlobal: bool): void {
  if (load<i32>(cpu + S_GIANT_PAGES)) {
    flushSpace(cpu, keepGlobal);
    return;
  }
  const large = mayHold(cpu + S_LARGE_PAGES, largeNumber(va));
  const huge = mayHold(cpu + S_HUGE_PAGES, hugeNumber(va));
  const n = codeNumber(va);
  if (large || huge || mayHold(cpu + S_CODE_PAGES, n) || mayHold(cpu + S_GLOBAL_CODE_PAGES, n)) forgetRegionsOf(cpu);
  const modes = engine(E_MMU_MODES);
  for (let mmu = 0; mmu < modes; mmu++) {
    const entry = tlbEntry(cpu, va, mmu);
    flushIfOf(cpu, entry, va, keepGlobal);
    flushIfOf(cpu, entry + TLB_EXEC, va, keepGlobal);
  }
  if (large) flushPieces(cpu, va, LARGE_SHIFT, keepGlobal);
  if (huge) flushPieces(cpu, va, HUGE_SHIFT, keepGlobal);
}

/** A page of code appeared: stores to it must take the slow path from now on, whichever CPU does them. */
export function protectPage(host: i32): void {
  for (let cpu = engine(E_CPUS); cpu != engine(E_CPUS_END); cpu += engine(E_CPU_SIZE)) protectPageOf(cpu, host);
}

function protectPageOf(cpu: i32, host: i32): void {
  const used = load<i32>(cpu + S_TLB_USED);
  const list = load<i32>(cpu + S_TLB_LIST);
  host &= ~0xfff;
  for (let i = 0; i < used; i++) {
    const entry = load<i32>(list + (i << 2));
    const index = indexOf(cpu, entry);
    const tag = load<u64>(entry + TLB_WRITE);
    if (tag != neverTag(index) && <i32>tag + load<i32>(entry + TLB_ADDEND) == host)
      store<u64>(entry + TLB_WRITE, neverTag(index));
  }
}

/** Walks the page tables for `va`, fills the TLB where the page is memory, and gives the physical address; -1 with S_FAULT set
 *  when the access is not allowed. */
export function translate(cpu: i32, va: u64, access: i32, mmu: i32): i64 {
  count(cpu, STAT_TLB_MISS);
  if (call_indirect<i32>(engine(E_HOOK_WALK), cpu, va, access, mmu) != FAULT_NONE) return -1;
  const phys = load<u64>(cpu + S_WALK_PHYS);
  fill(cpu, va, phys, load<i32>(cpu + S_WALK_PERM), mmu, access == ACCESS_EXEC);
  return phys | (va & 0xfff);
}

function fill(cpu: i32, va: u64, phys: u64, perm: i32, mmu: i32, code: bool): void {
  const range = rangeOf(phys);
  if (range == 0) return;
  const host = hostIn(range, phys);
  const entry = tlbEntry(cpu, va, mmu) + (code ? TLB_EXEC : 0);
  const index = <i32>(va >> 12) & (TLB_ENTRIES - 1);
  const never = neverTag(index);
  const tag = va & ~0xfff;
  let flags = load<i32>(entry + TLB_FLAGS);
  const global = (perm & PERM_GLOBAL) != 0;
  if (!(flags & (global ? ENTRY_KEPT | ENTRY_NEW : ENTRY_NEW))) {
    const used = load<i32>(cpu + S_TLB_USED);
    store<i32>(load<i32>(cpu + S_TLB_LIST) + (used << 2), entry);
    store<i32>(cpu + S_TLB_USED, used + 1);
    flags |= ENTRY_NEW;
  }
  flags &= ENTRY_KEPT | ENTRY_NEW;
  if (global) flags |= TLB_GLOBAL;
  if (code) remember(cpu + (global ? S_GLOBAL_CODE_PAGES : S_CODE_PAGES), codeNumber(va));
  const shift = load<i32>(cpu + S_WALK_SHIFT);
  if (shift > 12) {
    flags |= ENTRY_LARGE;
    rememberLarge(cpu, va, shift);
  }
  store<u64>(entry + TLB_READ, perm & (code ? PERM_EXEC : PERM_READ) ? tag : never);
  let writable = !code && (perm & PERM_WRITE) != 0 && !isReadOnly(range);
  if (writable) {
    const page = ramPage(host);
    if (page >= 0 && codeBits(page) != 0) writable = false;
  }
  store<u64>(entry + TLB_WRITE, writable ? tag : never);
  store<i32>(entry + TLB_ADDEND, host - <i32>tag);
  store<i32>(entry + TLB_FLAGS, flags);
}

/** Host address of the code at `va`, filling the TLB. 0 with S_FAULT set on a fault; -1 with S_EXIT_PHYS set where there is no memory. */
export function translateExec(cpu: i32, va: u64, mmu: i32): i32 {
  const entry = tlbEntry(cpu, va, mmu);
  if ((va ^ load<u64>(entry + TLB_EXEC)) < 4096) return <i32>va + load<i32>(entry + TLB_EXEC_ADDEND);
  const phys = translate(cpu, va, ACCESS_EXEC, mmu);
  if (phys == -1) return 0;
  const host = physHost(phys);
  if (host) return host;
  if (call_indirect<i32>(engine(E_HOOK_NO_CODE), cpu, va) != FAULT_NONE) return 0;
  store<u64>(cpu + S_EXIT_PHYS, phys);
  return -1;
}
