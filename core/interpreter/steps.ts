// What micro-ops are made of: their operands, and the accesses that several of them have. An access that faults gives false, with S_FAULT
// set.

import { S_FAULT, S_PC, TLB_ADDEND, TLB_ENTRIES, TLB_READ, TLB_STRIDE, TLB_WRITE } from "../../src/layout";
import { slow_load, slow_store } from "../softmmu/access";
import { mmuIndex } from "../state";
import { aOf, bOf, dOf, x0Of } from "../tier0/fields";

// @ts-ignore: decorator
@inline export function A32(cpu: i32, ip: i32): u32 { return load<u32>(cpu + aOf(ip)); }
// @ts-ignore: decorator
@inline export function A64(cpu: i32, ip: i32): u64 { return load<u64>(cpu + aOf(ip)); }
// @ts-ignore: decorator
@inline export function B32(cpu: i32, ip: i32): u32 { return load<u32>(cpu + bOf(ip)); }
// @ts-ignore: decorator
@inline export function B64(cpu: i32, ip: i32): u64 { return load<u64>(cpu + bOf(ip)); }
// @ts-ignore: decorator
@inline export function D32(cpu: i32, ip: i32, v: u32): void { store<u64>(cpu + dOf(ip), <u64>v); }
// @ts-ignore: decorator
@inline export function D64(cpu: i32, ip: i32, v: u64): void { store<u64>(cpu + dOf(ip), v); }
// @ts-ignore: decorator
@inline export function X64(ip: i32): u64 { return load<u64>(ip, 8); }

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

// @ts-ignore: decorator
@inline function load64(cpu: i32, tlb: i32, ip: i32, va: u64): bool {
  const host = readHost(tlb, va, 8);
  if (host) {
    D64(cpu, ip, load<u64>(host));
    return true;
  }
  const value = slow_load(cpu, va, 3, mmuIndex(cpu));
  if (load<i32>(cpu + S_FAULT)) return false;
  D64(cpu, ip, value);
  return true;
}

// @ts-ignore: decorator
@inline export function ld8u(cpu: i32, tlb: i32, ip: i32): bool {
  const va = A64(cpu, ip) + <i64>x0Of(ip);
  const host = readHost(tlb, va, 1);
  if (host) {
    D64(cpu, ip, load<u8>(host));
    return true;
  }
  const value = slow_load(cpu, va, 0, mmuIndex(cpu));
  if (load<i32>(cpu + S_FAULT)) return false;
  D64(cpu, ip, value);
  return true;
}

// @ts-ignore: decorator
@inline function store64(cpu: i32, tlb: i32, va: u64, value: u64): bool {
  const host = writeHost(tlb, va, 8);
  if (host) {
    store<u64>(host, value);
    return true;
  }
  slow_store(cpu, va, value, 3, mmuIndex(cpu));
  return load<i32>(cpu + S_FAULT) == 0;
}

// @ts-ignore: decorator
@inline export function ld64(cpu: i32, tlb: i32, ip: i32): bool {
  return load64(cpu, tlb, ip, A64(cpu, ip) + <i64>x0Of(ip));
}

// @ts-ignore: decorator
@inline export function ld64Sum(cpu: i32, tlb: i32, ip: i32): bool {
  const base = A64(cpu, ip);
  if (!load64(cpu, tlb, ip, base + <i64>load<i16>(ip, 8))) return false;
  store<u64>(cpu + bOf(ip), base + <i64>load<i16>(ip, 10));
  return true;
}

// @ts-ignore: decorator
@inline export function pcLd64(cpu: i32, tlb: i32, ip: i32): bool {
  const base = load<u64>(cpu + S_PC) + <i64>x0Of(ip);
  store<u64>(cpu + aOf(ip), base);
  return load64(cpu, tlb, ip, base + <i64><i16>bOf(ip));
}

// @ts-ignore: decorator
@inline export function st64(cpu: i32, tlb: i32, ip: i32): bool {
  return store64(cpu, tlb, A64(cpu, ip) + <i64>x0Of(ip), B64(cpu, ip));
}

// @ts-ignore: decorator
@inline export function st64Sum(cpu: i32, tlb: i32, ip: i32): bool {
  const va = A64(cpu, ip) + <i64>x0Of(ip);
  if (!store64(cpu, tlb, va, B64(cpu, ip))) return false;
  D64(cpu, ip, va);
  return true;
}

// @ts-ignore: decorator
@inline export function sumSt64(cpu: i32, tlb: i32, ip: i32): bool {
  const va = A64(cpu, ip) + <i64>load<i16>(ip, 8);
  D64(cpu, ip, va);
  return store64(cpu, tlb, va, B64(cpu, ip));
}

/** The second part of SUM_ST64_MOV64. */
// @ts-ignore: decorator
@inline export function sumMov64(cpu: i32, ip: i32): void {
  store<u64>(cpu + <i32>load<u16>(ip, 10), load<u64>(cpu + dOf(ip)));
}

// @ts-ignore: decorator
@inline export function pcSt64(cpu: i32, tlb: i32, ip: i32): bool {
  const value = load<u64>(cpu + S_PC) + <i64>x0Of(ip);
  D64(cpu, ip, value);
  return store64(cpu, tlb, A64(cpu, ip) + <i64><i16>bOf(ip), value);
}

/** The second part of PC_ST64_ADD. */
// @ts-ignore: decorator
@inline export function pcAdd(cpu: i32, ip: i32): void {
  store<u64>(cpu + aOf(ip), A64(cpu, ip) + <i64><i16>bOf(ip));
}

// @ts-ignore: decorator
@inline export function mov64Const32(cpu: i32, ip: i32): void {
  D64(cpu, ip, A64(cpu, ip));
  store<u32>(cpu + bOf(ip), x0Of(ip));
}

// @ts-ignore: decorator
@inline export function mov64ConstConst32(cpu: i32, ip: i32): void {
  D64(cpu, ip, A64(cpu, ip));
  store<u64>(cpu + bOf(ip), <u64><i64>load<i16>(ip, 8));
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
