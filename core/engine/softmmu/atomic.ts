// ATOMIC of the IR: one access that no other CPU can come between. What is aligned, in memory, and of a page without code is done by the
// host's own atomic instructions. The rest (misaligned, devices, ROM, stores to code) is a load and a store: with several CPUs the others
// have to be held off for those.

import {
  ATOMIC_ADD,
  ATOMIC_AND,
  ATOMIC_CAS,
  ATOMIC_LOAD_EXCLUSIVE,
  ATOMIC_MASK,
  ATOMIC_MAX,
  ATOMIC_MAXU,
  ATOMIC_MIN,
  ATOMIC_MINU,
  ATOMIC_OR,
  ATOMIC_STORE_EXCLUSIVE,
  ATOMIC_XCHG,
  ATOMIC_XOR,
  MEM_ALIGN,
  MEM_RMW,
  MEM_SIZE_MASK,
  ACCESS_WRITE,
} from "../../../src/layout/access";
import { FAULT_NONE, S_EXCLUSIVE, S_EXCLUSIVE_SIZE, S_EXCLUSIVE_VALUE, S_FAULT } from "../../../src/layout/vcpu";
import { fence } from "../host";
import { physHostWrite } from "../physical";
import { hostRead, hostWrite, slow_load, slow_store } from "./access";
import { translate } from "./tlb";

/** At a host address that may be accessed so, and is aligned. `third`: what ATOMIC_CAS expects. */
export function atomic_at(cpu: i32, host: i32, word: i32, value: u64, third: u64): u64 {
  switch (word & MEM_SIZE_MASK) {
    case 0:
      return <u64>at<u8>(cpu, host, word, <u8>value, <u8>third);
    case 1:
      return <u64>at<u16>(cpu, host, word, <u16>value, <u16>third);
    case 2:
      return <u64>at<u32>(cpu, host, word, <u32>value, <u32>third);
  }
  return at<u64>(cpu, host, word, value, third);
}

function at<T extends u64>(cpu: i32, host: i32, word: i32, value: T, expected: T): T {
  switch (word & ATOMIC_MASK) {
    case ATOMIC_ADD:
      return atomic.add<T>(host, value);
    case ATOMIC_AND:
      return atomic.and<T>(host, value);
    case ATOMIC_OR:
      return atomic.or<T>(host, value);
    case ATOMIC_XOR:
      return atomic.xor<T>(host, value);
    case ATOMIC_XCHG:
      return atomic.xchg<T>(host, value);
    case ATOMIC_CAS:
      return atomic.cmpxchg<T>(host, expected, value);
    case ATOMIC_LOAD_EXCLUSIVE: {
      const old = <T>atomic.load<T>(host);
      watch(cpu, host, word, <u64>old);
      return old;
    }
    case ATOMIC_STORE_EXCLUSIVE: {
      const watched = isWatched(cpu, host, word);
      const before = <T>load<u64>(cpu + S_EXCLUSIVE_VALUE);
      store<i32>(cpu + S_EXCLUSIVE, 0);
      return <T>i32(!watched || <T>atomic.cmpxchg<T>(host, before, value) != before);
    }
  }
  while (true) {
    const old = <T>atomic.load<T>(host);
    if (<T>atomic.cmpxchg<T>(host, old, <T>combined(word, <u64>old, <u64>value, 0)) == old) return old;
  }
}

/** The exclusive monitor: what a store-exclusive compares memory with. It goes by host address, whatever maps it. */
function watch(cpu: i32, host: i32, word: i32, value: u64): void {
  store<i32>(cpu + S_EXCLUSIVE, host);
  store<i32>(cpu + S_EXCLUSIVE_SIZE, word & MEM_SIZE_MASK);
  store<u64>(cpu + S_EXCLUSIVE_VALUE, value);
}

function isWatched(cpu: i32, host: i32, word: i32): bool {
  return (
    host != 0 && load<i32>(cpu + S_EXCLUSIVE) == host && load<i32>(cpu + S_EXCLUSIVE_SIZE) == (word & MEM_SIZE_MASK)
  );
}

/** What is in memory afterwards. */
function combined(word: i32, old: u64, value: u64, expected: u64): u64 {
  const unused = <u64>(64 - (8 << (word & MEM_SIZE_MASK)));
  const a = <i64>(old << unused) >> unused;
  const b = <i64>(value << unused) >> unused;
  switch (word & ATOMIC_MASK) {
    case ATOMIC_ADD:
      return old + value;
    case ATOMIC_AND:
      return old & value;
    case ATOMIC_OR:
      return old | value;
    case ATOMIC_XOR:
      return old ^ value;
    case ATOMIC_CAS:
      return (old ^ expected) << unused == 0 ? value : old;
    case ATOMIC_MIN:
      return <u64>min<i64>(a, b);
    case ATOMIC_MAX:
      return <u64>max<i64>(a, b);
    case ATOMIC_MINU:
      return min<u64>(old, (value << unused) >> unused);
    case ATOMIC_MAXU:
      return max<u64>(old, (value << unused) >> unused);
  }
  return value;
}

/** By virtual address: S_FAULT set and nothing done when it cannot complete. */
export function atomic_access(cpu: i32, va: u64, word: i32, value: u64, third: u64, mmu: i32): u64 {
  const kind = word & ATOMIC_MASK;
  const plain = word & (MEM_SIZE_MASK | MEM_ALIGN);
  const bytes = 1 << (word & MEM_SIZE_MASK);
  const aligned = (va & (bytes - 1)) == 0;
  if (aligned) {
    const host = kind == ATOMIC_LOAD_EXCLUSIVE ? hostRead(cpu, va, bytes, mmu) : hostWrite(cpu, va, bytes, mmu);
    if (host) return atomic_at(cpu, host, word, value, third);
  }
  if (kind == ATOMIC_LOAD_EXCLUSIVE) {
    const old = slow_load(cpu, va, plain, mmu);
    if (load<i32>(cpu + S_FAULT) == FAULT_NONE) watch(cpu, aligned ? hostRead(cpu, va, bytes, mmu) : 0, word, old);
    return old;
  }
  const old = slow_load(cpu, va, plain | MEM_RMW, mmu);
  if (load<i32>(cpu + S_FAULT) != FAULT_NONE) return 0;
  // It is in the TLB now, unless every store to the page is looked at.
  const host = aligned ? hostWrite(cpu, va, bytes, mmu) : 0;
  if (host) return atomic_at(cpu, host, word, value, third);
  if (kind == ATOMIC_STORE_EXCLUSIVE) {
    const code = aligned ? physHostWrite(translate(cpu, va, ACCESS_WRITE, mmu)) : 0;
    const stored = isWatched(cpu, code, word) && load<u64>(cpu + S_EXCLUSIVE_VALUE) == old;
    if (stored) slow_store(cpu, va, value, plain, mmu);
    if (load<i32>(cpu + S_FAULT) == FAULT_NONE) store<i32>(cpu + S_EXCLUSIVE, 0);
    return u64(!stored);
  }
  slow_store(cpu, va, combined(word, old, value, third), plain, mmu);
  return old;
}

/** FENCE of the IR. */
export function atomic_fence(): void {
  fence();
}
