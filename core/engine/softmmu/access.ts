// Guest memory accesses by virtual address: the slow paths of both tiers and the accesses of helpers. All of them set
// S_FAULT and return 0 (or do nothing) when they cannot complete; nothing has been written then.

import { ACCESS_READ, ACCESS_WRITE, MEM_ALIGN, MEM_RMW, MEM_SIGNED, MEM_SIZE_MASK } from "../../../src/layout/access";
import { E_HOOK_MISALIGNED, E_HOOK_NO_DEVICE } from "../../../src/layout/engine";
import { TLB_ADDEND, TLB_READ, TLB_WRITE } from "../../../src/layout/tlb";
import {
  FAULT_NONE,
  FAULT_RETRY,
  STAT_CODE_STORE,
  STAT_CROSSING,
  STAT_MMIO,
  STAT_SLOW_LOAD,
  STAT_SLOW_STORE,
  S_FAULT,
  S_ONE_INSN,
} from "../../../src/layout/vcpu";
import { mmioRead, mmioUnanswered, mmioWrite } from "../host";
import { forgetTime } from "../time";
import { count, engine, setFault } from "../state";
import { codeBits } from "../codemap/granules";
import { invalidateCode } from "../codemap/invalidate";
import { storedBeside } from "../codemap/page-stores";
import { isRom, physHost, physHostWrite, ramPage } from "../physical";
import { tlbEntry, translate } from "./tlb";

// ---- typed accesses for helpers -------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline export function hostRead(cpu: i32, va: u64, size: u64, mmu: i32): i32 {
  const entry = tlbEntry(cpu, va, mmu);
  return (va ^ load<u64>(entry + TLB_READ)) < 4097 - size ? <i32>va + load<i32>(entry + TLB_ADDEND) : 0;
}

// @ts-ignore: decorator
@inline export function hostWrite(cpu: i32, va: u64, size: u64, mmu: i32): i32 {
  const entry = tlbEntry(cpu, va, mmu);
  return (va ^ load<u64>(entry + TLB_WRITE)) < 4097 - size ? <i32>va + load<i32>(entry + TLB_ADDEND) : 0;
}

export function ld8(cpu: i32, va: u64, mmu: i32): u32 {
  const host = hostRead(cpu, va, 1, mmu);
  return host ? load<u8>(host) : <u32>loadSlow(cpu, va, 0, mmu);
}

export function ld16(cpu: i32, va: u64, mmu: i32): u32 {
  const host = hostRead(cpu, va, 2, mmu);
  return host ? load<u16>(host) : <u32>loadSlow(cpu, va, 1, mmu);
}

export function ld32(cpu: i32, va: u64, mmu: i32): u32 {
  const host = hostRead(cpu, va, 4, mmu);
  return host ? load<u32>(host) : <u32>loadSlow(cpu, va, 2, mmu);
}

export function ld64(cpu: i32, va: u64, mmu: i32): u64 {
  const host = hostRead(cpu, va, 8, mmu);
  return host ? load<u64>(host) : loadSlow(cpu, va, 3, mmu);
}

export function st8(cpu: i32, va: u64, value: u32, mmu: i32): void {
  const host = hostWrite(cpu, va, 1, mmu);
  if (host) store<u8>(host, value);
  else storeSlow(cpu, va, value, 0, mmu);
}

export function st16(cpu: i32, va: u64, value: u32, mmu: i32): void {
  const host = hostWrite(cpu, va, 2, mmu);
  if (host) store<u16>(host, value);
  else storeSlow(cpu, va, value, 1, mmu);
}

export function st32(cpu: i32, va: u64, value: u32, mmu: i32): void {
  const host = hostWrite(cpu, va, 4, mmu);
  if (host) store<u32>(host, value);
  else storeSlow(cpu, va, value, 2, mmu);
}

export function st64(cpu: i32, va: u64, value: u64, mmu: i32): void {
  const host = hostWrite(cpu, va, 8, mmu);
  if (host) store<u64>(host, value);
  else storeSlow(cpu, va, value, 3, mmu);
}

/** Makes sure [va, va+size) can be written (size at most 4096): false with S_FAULT set if not. */
export function probeWrite(cpu: i32, va: u64, size: i32, mmu: i32): bool {
  if (hostWrite(cpu, va, 1, mmu) == 0 && translate(cpu, va, ACCESS_WRITE, mmu) == -1) return false;
  const last = va + <u64>(size - 1);
  if (
    (va ^ last) >> 12 != 0 &&
    hostWrite(cpu, last, 1, mmu) == 0 &&
    translate(cpu, last & ~0xfff, ACCESS_WRITE, mmu) == -1
  )
    return false;
  return true;
}

/** Same for reading. */
export function probeRead(cpu: i32, va: u64, size: i32, mmu: i32): bool {
  if (hostRead(cpu, va, 1, mmu) == 0 && translate(cpu, va, ACCESS_READ, mmu) == -1) return false;
  const last = va + <u64>(size - 1);
  if (
    (va ^ last) >> 12 != 0 &&
    hostRead(cpu, last, 1, mmu) == 0 &&
    translate(cpu, last & ~0xfff, ACCESS_READ, mmu) == -1
  )
    return false;
  return true;
}

/** Host address for a run of reads (writes) that stays in the page of `va`, or 0: not plain memory, or it faults (S_FAULT). */
export function hostForRead(cpu: i32, va: u64, mmu: i32): i32 {
  const host = hostRead(cpu, va, 1, mmu);
  if (host) return host;
  const phys = translate(cpu, va, ACCESS_READ, mmu);
  return phys == -1 ? 0 : physHost(phys);
}

export function hostForWrite(cpu: i32, va: u64, mmu: i32): i32 {
  const host = hostWrite(cpu, va, 1, mmu);
  if (host) return host;
  if (translate(cpu, va, ACCESS_WRITE, mmu) == -1) return 0;
  return hostWrite(cpu, va, 1, mmu);
}

// ---- slow paths -------------------------------------------------------------------------------------------------------------

/** Any load up to 8 bytes; `size` is log2 of the bytes. */
export function loadSlow(cpu: i32, va: u64, size: i32, mmu: i32): u64 {
  return loadFor(cpu, va, size, mmu, ACCESS_READ);
}

/** `access` is what it is to the guest where nothing answers. */
function loadFor(cpu: i32, va: u64, size: i32, mmu: i32, access: i32): u64 {
  count(cpu, STAT_SLOW_LOAD);
  const bytes = 1 << size;
  if ((va & 0xfff) + bytes > 4096) return loadCrossing(cpu, va, bytes, mmu);
  const pa = translate(cpu, va, ACCESS_READ, mmu);
  if (pa == -1) return 0;
  const host = physHost(pa);
  if (host) return loadHost(host, size);
  return mmioLoad(cpu, va, pa, size, access);
}

function loadHost(host: i32, size: i32): u64 {
  if (size == 0) return load<u8>(host);
  if (size == 1) return load<u16>(host);
  if (size == 2) return load<u32>(host);
  return load<u64>(host);
}

function mmioLoad(cpu: i32, va: u64, pa: u64, size: i32, access: i32): u64 {
  if (!load<i32>(cpu + S_ONE_INSN)) {
    setFault(cpu, FAULT_RETRY);
    return 0;
  }
  count(cpu, STAT_MMIO);
  forgetTime(cpu);
  const lo = <u32>pa;
  const hi = <u32>(pa >> 32);
  // No device answers with more bits than it is asked for; the registers of a guest do not depend on that.
  if (size < 3) {
    const value = mmioRead(lo, hi, 1 << size) & (<u32>0xffffffff >>> (32 - (8 << size)));
    return nobody(cpu, va, access) ? 0 : value;
  }
  const low = <u64>mmioRead(lo, hi, 4);
  if (nobody(cpu, va, access)) return 0;
  const high = <u64>mmioRead(lo + 4, hi, 4);
  return nobody(cpu, va, access) ? 0 : low | (high << 32);
}

/** True with S_FAULT set (by the guest's hook, where it has one) when nobody answered what a device was to answer. */
function nobody(cpu: i32, va: u64, access: i32): bool {
  const hook = engine(E_HOOK_NO_DEVICE);
  if (hook == 0 || mmioUnanswered() == 0) return false;
  call_indirect<i32>(hook, cpu, va, access);
  return true;
}

function loadCrossing(cpu: i32, va: u64, bytes: i32, mmu: i32): u64 {
  count(cpu, STAT_CROSSING);
  let value: u64 = 0;
  // Both pages are checked before anything is read, as MMIO reads have effects.
  if (!probeRead(cpu, va, bytes, mmu)) return 0;
  for (let i = 0; i < bytes; i++) {
    const b = ld8(cpu, va + i, mmu);
    if (load<i32>(cpu + S_FAULT) != FAULT_NONE) return 0;
    value |= (<u64>b) << (i << 3);
  }
  return value;
}

/** Any store up to 8 bytes. */
export function storeSlow(cpu: i32, va: u64, value: u64, size: i32, mmu: i32): void {
  count(cpu, STAT_SLOW_STORE);
  const bytes = 1 << size;
  if ((va & 0xfff) + bytes > 4096) {
    count(cpu, STAT_CROSSING);
    if (!probeWrite(cpu, va, bytes, mmu)) return;
    if (!writeAllowed(cpu, va, bytes, mmu)) return;
    for (let i = 0; i < bytes; i++) st8(cpu, va + i, <u32>(value >> (i << 3)) & 0xff, mmu);
    return;
  }
  const pa = translate(cpu, va, ACCESS_WRITE, mmu);
  if (pa == -1) return;
  const host = physHostWrite(pa);
  if (host == 0) {
    if (!isRom(pa)) mmioStore(cpu, va, pa, value, size);
    return;
  }
  if (!codeWrite(cpu, host, bytes)) return;
  storeHost(host, value, size);
}

function storeHost(host: i32, value: u64, size: i32): void {
  if (size == 0) store<u8>(host, <u8>value);
  else if (size == 1) store<u16>(host, <u16>value);
  else if (size == 2) store<u32>(host, <u32>value);
  else store<u64>(host, value);
}

/** False (with FAULT_RETRY) when a page-crossing store would need the one-instruction mode: asked before any byte is written. */
function writeAllowed(cpu: i32, va: u64, bytes: i32, mmu: i32): bool {
  if (load<i32>(cpu + S_ONE_INSN)) return true;
  const second = (va + bytes) & ~0xfff;
  const host1 = hostWrite(cpu, va, 1, mmu);
  const host2 = hostWrite(cpu, second, 1, mmu);
  if (host1 && host2) return true;
  setFault(cpu, FAULT_RETRY);
  return false;
}

function mmioStore(cpu: i32, va: u64, pa: u64, value: u64, size: i32): void {
  if (!load<i32>(cpu + S_ONE_INSN)) {
    setFault(cpu, FAULT_RETRY);
    return;
  }
  count(cpu, STAT_MMIO);
  forgetTime(cpu);
  const lo = <u32>pa;
  const hi = <u32>(pa >> 32);
  if (size < 3) mmioWrite(lo, hi, 1 << size, <u32>value);
  else {
    mmioWrite(lo, hi, 4, <u32>value);
    if (nobody(cpu, va, ACCESS_WRITE)) return;
    mmioWrite(lo + 4, hi, 4, <u32>(value >> 32));
  }
  nobody(cpu, va, ACCESS_WRITE);
}

/** A store of `bytes` at a host address of RAM: drops translated code it overlaps. False with FAULT_RETRY when it has to be
 *  executed in a block of its own for that. */
export function codeWrite(cpu: i32, host: i32, bytes: i32): bool {
  const page = ramPage(host);
  if (page < 0) return true;
  const bits = codeBits(page);
  if (bits == 0) return true;
  count(cpu, STAT_CODE_STORE);
  const first = (host >>> 6) & 63;
  const last = ((host + bytes - 1) >>> 6) & 63;
  const alone = load<i32>(cpu + S_ONE_INSN);
  const beside = ((bits >> first) & 1) == 0 && ((bits >> last) & 1) == 0;
  if (beside ? !storedBeside(page, alone) : !alone) {
    setFault(cpu, FAULT_RETRY);
    return false;
  }
  if (!beside) invalidateCode(host, bytes);
  return true;
}

// ---- entry points of the tiers: `word` is the memory word (MEM_*) -----------------------------------------------------------------
// Tier 0 comes here for accesses that have to be aligned, too. What the TLB has of them counts, as it does in regions: the page tables may say
// something else by now.

/** Slow path of LOAD for sizes up to 8 bytes; the result is extended to 64 bits as the word says. */
export function slow_load(cpu: i32, va: u64, word: i32, mmu: i32): u64 {
  const size = word & MEM_SIZE_MASK;
  if (word & MEM_ALIGN && misaligned(cpu, va, size, word & MEM_RMW ? ACCESS_WRITE : ACCESS_READ)) return 0;
  const host = word & MEM_RMW ? hostWrite(cpu, va, 1 << size, mmu) : hostRead(cpu, va, 1 << size, mmu);
  if (host == 0 && (word & MEM_RMW) != 0) {
    if (!probeWrite(cpu, va, 1 << size, mmu)) return 0;
    if (
      (va & 0xfff) + (1 << size) > 4096 ? !writeAllowed(cpu, va, 1 << size, mmu) : !rmwAllowed(cpu, va, 1 << size, mmu)
    )
      return 0;
  }
  const value = host ? loadHost(host, size) : loadFor(cpu, va, size, mmu, word & MEM_RMW ? ACCESS_WRITE : ACCESS_READ);
  if (word & MEM_SIGNED) {
    if (size == 0) return <u64>(<i64>(<i8>value));
    if (size == 1) return <u64>(<i64>(<i16>value));
    if (size == 2) return <u64>(<i64>(<i32>value));
  }
  return value;
}

/** Before a read-modify-write reads: a write to code must already be alone in its block, else the read would be repeated. */
function rmwAllowed(cpu: i32, va: u64, bytes: i32, mmu: i32): bool {
  if (load<i32>(cpu + S_ONE_INSN)) return true;
  const pa = translate(cpu, va, ACCESS_WRITE, mmu);
  if (pa == -1) return false;
  const host = physHostWrite(pa);
  if (host == 0) return true;
  const page = ramPage(host);
  if (page < 0) return true;
  const bits = codeBits(page);
  const first = (host >>> 6) & 63;
  const last = ((host + bytes - 1) >>> 6) & 63;
  if (((bits >> first) & 1) == 0 && ((bits >> last) & 1) == 0) return true;
  setFault(cpu, FAULT_RETRY);
  return false;
}

export function slow_store(cpu: i32, va: u64, value: u64, word: i32, mmu: i32): void {
  const size = word & MEM_SIZE_MASK;
  if (word & MEM_ALIGN && misaligned(cpu, va, size, ACCESS_WRITE)) return;
  const host = hostWrite(cpu, va, 1 << size, mmu);
  if (host) storeHost(host, value, size);
  else storeSlow(cpu, va, value, size, mmu);
}

export function slow_load128(cpu: i32, va: u64, word: i32, mmu: i32): v128 {
  if (word & MEM_ALIGN && misaligned(cpu, va, 4, ACCESS_READ)) return i64x2.splat(0);
  if ((va & 0xfff) > 4096 - 16 && !probeRead(cpu, va, 16, mmu)) return i64x2.splat(0);
  const lo = ld64(cpu, va, mmu);
  if (load<i32>(cpu + S_FAULT) != FAULT_NONE) return i64x2.splat(0);
  const hi = ld64(cpu, va + 8, mmu);
  return i64x2.replace_lane(i64x2.splat(lo), 1, hi);
}

export function slow_store128(cpu: i32, va: u64, value: v128, word: i32, mmu: i32): void {
  if (word & MEM_ALIGN && misaligned(cpu, va, 4, ACCESS_WRITE)) return;
  if (!probeWrite(cpu, va, 16, mmu)) return;
  if ((va & 0xfff) > 4096 - 16) {
    if (!writeAllowed(cpu, va, 16, mmu)) return;
  } else if (!rmwAllowed(cpu, va, 16, mmu)) return;
  st64(cpu, va, i64x2.extract_lane(value, 0), mmu);
  if (load<i32>(cpu + S_FAULT) != FAULT_NONE) return;
  st64(cpu, va + 8, i64x2.extract_lane(value, 1), mmu);
}

/** True with S_FAULT set (by the guest's hook) when `va` is not a multiple of 1 << size. */
function misaligned(cpu: i32, va: u64, size: i32, access: i32): bool {
  if ((va & ((1 << size) - 1)) == 0) return false;
  call_indirect<i32>(engine(E_HOOK_MISALIGNED), cpu, va, size, access);
  return true;
}
