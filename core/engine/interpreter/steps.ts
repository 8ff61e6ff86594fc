// What micro-ops are made of: their operands, and the accesses that several of them have. An access that faults gives false, with S_FAULT
// set.

import { MEM_RMW, MEM_SIGNED } from "../../../src/layout/access";
import { TLB_ADDEND, TLB_ENTRIES, TLB_READ, TLB_STRIDE, TLB_WRITE } from "../../../src/layout/tlb";
import { S_FAULT, S_PC } from "../../../src/layout/vcpu";
import { slow_load, slow_store } from "../softmmu/access";
import { mmuIndex } from "../state";
import { aOf, bOf, dOf, x0Of } from "../encoder/fields";

// @ts-ignore: decorator
@inline export function A32(cpu: i32, ip: i32): u32 {
  return load<u32>(cpu + aOf(ip));
}
// @ts-ignore: decorator
@inline export function A64(cpu: i32, ip: i32): u64 {
  return load<u64>(cpu + aOf(ip));
}
// @ts-ignore: decorator
@inline export function B32(cpu: i32, ip: i32): u32 {
  return load<u32>(cpu + bOf(ip));
}
// @ts-ignore: decorator
@inline export function B64(cpu: i32, ip: i32): u64 {
  return load<u64>(cpu + bOf(ip));
}
// @ts-ignore: decorator
@inline export function D32(cpu: i32, ip: i32, v: u32): void {
  store<u64>(cpu + dOf(ip), <u64>v);
}
// @ts-ignore: decorator
@inline export function D64(cpu: i32, ip: i32, v: u64): void {
  store<u64>(cpu + dOf(ip), v);
}
// @ts-ignore: decorator
@inline export function K64(ip: i32): u64 {
  return load<u64>(ip, 8);
}

// @ts-ignore: decorator
@inline export function readHost(tlb: i32, va: u64, size: u64): i32 {
  const entry = tlb + (<i32>(va >> 7) & ((TLB_ENTRIES - 1) * TLB_STRIDE));
  return (va ^ load<u64>(entry, TLB_READ)) < 4097 - size ? <i32>va + load<i32>(entry, TLB_ADDEND) : 0;
}

// @ts-ignore: decorator
@inline export function writeHost(tlb: i32, va: u64, size: u64): i32 {
  const entry = tlb + (<i32>(va >> 7) & ((TLB_ENTRIES - 1) * TLB_STRIDE));
  return (va ^ load<u64>(entry, TLB_WRITE)) < 4097 - size ? <i32>va + load<i32>(entry, TLB_ADDEND) : 0;
}

/** What softmmu calls an access of this type. */
// @ts-ignore: decorator
@inline function wordOf<T>(): i32 {
  return <i32>ctz(<u32>sizeof<T>()) | (isSigned<T>() ? MEM_SIGNED : 0);
}

/** d = what is found at `host`, or where that is 0 by the slow path. */
// @ts-ignore: decorator
@inline function take<T>(cpu: i32, ip: i32, va: u64, host: i32, word: i32): bool {
  if (host) {
    D64(cpu, ip, <u64>(<i64>load<T>(host)));
    return true;
  }
  const value = slow_load(cpu, va, word, mmuIndex(cpu));
  if (load<i32>(cpu + S_FAULT)) return false;
  D64(cpu, ip, value);
  return true;
}

// @ts-ignore: decorator
@inline function read<T>(cpu: i32, tlb: i32, ip: i32, va: u64): bool {
  return take<T>(cpu, ip, va, readHost(tlb, va, sizeof<T>()), wordOf<T>());
}

// @ts-ignore: decorator
@inline function write<T>(cpu: i32, tlb: i32, va: u64, value: u64): bool {
  const host = writeHost(tlb, va, sizeof<T>());
  if (host) {
    store<T>(host, <T>value);
    return true;
  }
  slow_store(cpu, va, <u64>(<T>value), wordOf<T>(), mmuIndex(cpu));
  return load<i32>(cpu + S_FAULT) == 0;
}

/** LD8U to LD64. */
// @ts-ignore: decorator
@inline export function ld<T>(cpu: i32, tlb: i32, ip: i32): bool {
  return read<T>(cpu, tlb, ip, A64(cpu, ip) + <i64>x0Of(ip));
}

/** LDW8 to LDW64. */
// @ts-ignore: decorator
@inline export function ldw<T>(cpu: i32, tlb: i32, ip: i32): bool {
  const va = A64(cpu, ip) + <i64>x0Of(ip);
  return take<T>(cpu, ip, va, writeHost(tlb, va, sizeof<T>()), wordOf<T>() | MEM_RMW);
}

/** ST8 to ST64. */
// @ts-ignore: decorator
@inline export function st<T>(cpu: i32, tlb: i32, ip: i32): bool {
  return write<T>(cpu, tlb, A64(cpu, ip) + <i64>x0Of(ip), B64(cpu, ip));
}

// @ts-ignore: decorator
@inline export function ld64Sum(cpu: i32, tlb: i32, ip: i32): bool {
  const base = A64(cpu, ip);
  if (!read<u64>(cpu, tlb, ip, base + <i64>load<i16>(ip, 8))) return false;
  store<u64>(cpu + bOf(ip), base + <i64>load<i16>(ip, 10));
  return true;
}

// @ts-ignore: decorator
@inline export function pcLd64(cpu: i32, tlb: i32, ip: i32): bool {
  const base = load<u64>(cpu + S_PC) + <i64>x0Of(ip);
  store<u64>(cpu + aOf(ip), base);
  return read<u64>(cpu, tlb, ip, base + <i64>(<i16>bOf(ip)));
}

// @ts-ignore: decorator
@inline export function st64Sum(cpu: i32, tlb: i32, ip: i32): bool {
  const va = A64(cpu, ip) + <i64>x0Of(ip);
  if (!write<u64>(cpu, tlb, va, B64(cpu, ip))) return false;
  D64(cpu, ip, va);
  return true;
}

// @ts-ignore: decorator
@inline export function sumSt64(cpu: i32, tlb: i32, ip: i32): bool {
  const va = A64(cpu, ip) + <i64>load<i16>(ip, 8);
  D64(cpu, ip, va);
  return write<u64>(cpu, tlb, va, B64(cpu, ip));
}

// @ts-ignore: decorator
@inline export function sumSt64Mov64(cpu: i32, tlb: i32, ip: i32): bool {
  if (!sumSt64(cpu, tlb, ip)) return false;
  store<u64>(cpu + <i32>load<u16>(ip, 10), load<u64>(cpu + dOf(ip)));
  return true;
}

// @ts-ignore: decorator
@inline export function pcSt64(cpu: i32, tlb: i32, ip: i32): bool {
  const value = load<u64>(cpu + S_PC) + <i64>x0Of(ip);
  D64(cpu, ip, value);
  return write<u64>(cpu, tlb, A64(cpu, ip) + <i64>(<i16>bOf(ip)), value);
}

// @ts-ignore: decorator
@inline export function pcSt64Add(cpu: i32, tlb: i32, ip: i32): bool {
  if (!pcSt64(cpu, tlb, ip)) return false;
  store<u64>(cpu + aOf(ip), A64(cpu, ip) + <i64>(<i16>bOf(ip)));
  return true;
}

// @ts-ignore: decorator
@inline export function mov64Const32(cpu: i32, ip: i32): void {
  D64(cpu, ip, A64(cpu, ip));
  store<u32>(cpu + bOf(ip), x0Of(ip));
}

// @ts-ignore: decorator
@inline export function mov64ConstConst32(cpu: i32, ip: i32): void {
  D64(cpu, ip, A64(cpu, ip));
  store<u64>(cpu + bOf(ip), <u64>(<i64>load<i16>(ip, 8)));
  store<u32>(cpu + <i32>load<u16>(ip, 10), load<u32>(ip, 12));
}

// @ts-ignore: decorator
@inline export function and32iConst32(cpu: i32, ip: i32): void {
  D32(cpu, ip, A32(cpu, ip) & <u32>x0Of(ip));
  store<u32>(cpu + bOf(ip), load<u32>(ip, 12));
}

// @ts-ignore: decorator
@inline export function sub64Mov64Const32(cpu: i32, ip: i32): void {
  D64(cpu, ip, A64(cpu, ip) - B64(cpu, ip));
  store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, ip));
  store<u32>(cpu + <i32>load<u16>(ip, 10), load<u32>(ip, 12));
}
