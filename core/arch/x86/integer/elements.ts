// Elements of string instructions: their addresses and registers, loads and stores of one of them, copies of many within a page.

import { ACCESS_WRITE } from "../../../../src/layout/access";
import { E_CODE_BITS } from "../../../../src/layout/engine";
import { FAULT_NONE, FAULT_RETRY, S_FAULT, S_ONE_INSN } from "../../../../src/layout/vcpu";
import {
  FS,
  M_CODE64,
  M_DEBUG,
  M_SEGCHECK,
  SEG_WRITE,
  STR_ADDR_SHIFT,
  STR_ALIGN,
  X_REPEATING,
} from "../../../../src/arch/x86/layout";
import { granules } from "../../../engine/codemap/granules";
import { invalidateCode } from "../../../engine/codemap/invalidate";
import { storedBeside } from "../../../engine/codemap/page-stores";
import { hostForWrite, ld16, ld32, ld64, ld8, st16, st32, st64, st8 } from "../../../engine/softmmu/access";
import { isRom, physHostWrite, ramPage } from "../../../engine/physical";
import { translate } from "../../../engine/softmmu/tlb";
import { engine, mode, setFault } from "../../../engine/state";
import { x86_debug_data } from "../debug";
import { raiseMisaligned } from "../raise";
import { segBase } from "../regs";
import { x86_seg_check } from "../segment";

// @ts-ignore: decorator
@inline export function faulted(cpu: i32): bool {
  return load<i32>(cpu + S_FAULT) != FAULT_NONE;
}

/** Mask of an address size given as log2. */
// @ts-ignore: decorator
@inline export function addressMask(word: i32): u64 {
  const log2 = (word >> STR_ADDR_SHIFT) & 3;
  return log2 == 3 ? 0xffffffffffffffff : log2 == 2 ? 0xffffffff : 0xffff;
}

/** Ends a round or more: 1 where there is more to do. */
export function again(cpu: i32, more: bool): i64 {
  store<i32>(cpu + X_REPEATING, more ? 1 : 0);
  return more ? 1 : 0;
}

/** Data breakpoints on an element that has been accessed. */
export function watch(cpu: i32, va: u64, log2: i32, write: bool): void {
  if (mode(cpu) & M_DEBUG) x86_debug_data(cpu, va, 1 << log2, write ? 1 : 0);
}

/** Stores an index or count register: 32 bits clear the upper half, 16 bits keep the rest. */
export function setRegister(cpu: i32, slot: i32, value: u64, mask: u64): void {
  if (mask == 0xffff) value = (load<u64>(cpu + slot) & ~mask) | (value & mask);
  store<u64>(cpu + slot, mask == 0xffff ? value : value & mask);
}

export function linear(cpu: i32, n: i32, offset: u64): u64 {
  if (mode(cpu) & M_CODE64) return n >= FS ? segBase(cpu, n) + offset : offset;
  return (segBase(cpu, n) + offset) & 0xffffffff;
}

/** False with the fault set when the segment forbids the access. */
export function allowed(cpu: i32, n: i32, log2: i32, write: bool, offset: u64): bool {
  if ((mode(cpu) & M_SEGCHECK) == 0) return true;
  x86_seg_check(cpu, n | (1 << (8 + log2)) | (write ? SEG_WRITE : 0), offset, 0);
  return !faulted(cpu);
}

/** True with #AC pending where alignment is checked and the address is not a multiple of the element size. */
export function misaligned(cpu: i32, word: i32, va: u64, log2: i32): bool {
  if ((word & STR_ALIGN) == 0 || (va & ((1 << log2) - 1)) == 0) return false;
  raiseMisaligned(cpu, va);
  return true;
}

/** Elements from an address to the end of its page (up or down), and of its offset's range. 0: the element crosses the page. */
export function room(va: u64, offset: u64, mask: u64, log2: i32, down: bool): u64 {
  const size: u64 = 1 << log2;
  const inPage = va & 0xfff;
  if (inPage + size > 4096) return 0;
  let n = down ? (inPage >> log2) + 1 : (4096 - inPage) >> log2;
  if (mask != 0xffffffffffffffff) {
    let m = down ? (offset >> log2) + 1 : (mask + 1 - offset) >> log2;
    if (m == 0) m = 1;
    if (m < n) n = m;
  }
  return n;
}

/** Host address for writing the `bytes` from `va` on, in one page; `at` is the element to name in a fault. 0: fault set;
 *  -1: not memory, to be done element by element. */
export function hostToWrite(cpu: i32, at: u64, va: u64, bytes: i32, mmu: i32): i32 {
  let host = hostForWrite(cpu, at, mmu);
  if (host) return host - <i32>(at - va);
  if (faulted(cpu)) return 0;
  const pa = translate(cpu, at, ACCESS_WRITE, mmu);
  if (pa == -1) return 0;
  host = physHostWrite(pa);
  if (host == 0) {
    if (!isRom(pa) && load<i32>(cpu + S_ONE_INSN) == 0) {
      setFault(cpu, FAULT_RETRY);
      return 0;
    }
    return -1;
  }
  host -= <i32>(at - va);
  const page = ramPage(host);
  if (page >= 0) {
    const first = host & 0xfff;
    const code = load<u64>(engine(E_CODE_BITS) + (page << 3));
    const over = (code & granules(first, first + bytes)) != 0;
    const alone = load<i32>(cpu + S_ONE_INSN);
    if (over ? !alone : code != 0 && !storedBeside(page, alone)) {
      setFault(cpu, FAULT_RETRY);
      return 0;
    }
    if (over) invalidateCode(host, bytes);
  }
  return host;
}

export function loadElement(cpu: i32, va: u64, log2: i32, mmu: i32): u64 {
  if (log2 == 0) return ld8(cpu, va, mmu);
  if (log2 == 1) return ld16(cpu, va, mmu);
  if (log2 == 2) return ld32(cpu, va, mmu);
  return ld64(cpu, va, mmu);
}

export function storeElement(cpu: i32, va: u64, value: u64, log2: i32, mmu: i32): void {
  if (log2 == 0) st8(cpu, va, <u32>value, mmu);
  else if (log2 == 1) st16(cpu, va, <u32>value, mmu);
  else if (log2 == 2) st32(cpu, va, <u32>value, mmu);
  else st64(cpu, va, value, mmu);
}

export function loadHost(host: i32, log2: i32): u64 {
  if (log2 == 0) return load<u8>(host);
  if (log2 == 1) return load<u16>(host);
  if (log2 == 2) return load<u32>(host);
  return load<u64>(host);
}

export function storeHost(host: i32, value: u64, log2: i32): void {
  if (log2 == 0) store<u8>(host, <u8>value);
  else if (log2 == 1) store<u16>(host, <u16>value);
  else if (log2 == 2) store<u32>(host, <u32>value);
  else store<u64>(host, value);
}

/** Copies element by element in the direction of DF, as overlapping operands require. */
export function copyElements(from: i32, to: i32, n: i32, log2: i32, down: bool): void {
  const step = down ? -(1 << log2) : 1 << log2;
  for (let i = 0; i < n; i++) {
    storeHost(to, loadHost(from, log2), log2);
    from += step;
    to += step;
  }
}

export function copy(from: i32, to: i32, n: i32, log2: i32, down: bool): void {
  const bytes = n << log2;
  const lowFrom = down ? from - bytes + (1 << log2) : from;
  const lowTo = down ? to - bytes + (1 << log2) : to;
  const distance = down ? lowFrom - lowTo : lowTo - lowFrom;
  // A target ahead of its source within the piece sees its own output.
  if (distance > 0 && distance < bytes) copyElements(from, to, n, log2, down);
  else memory.copy(lowTo, lowFrom, bytes);
}
