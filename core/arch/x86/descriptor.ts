// Segment descriptors: reading them from the tables, taking them apart, loading the hidden parts of segment registers.

import { LDTR, SEG_ATTR, SEG_BASE, SEG_LIMIT, SEG_SEL, X_GDT_BASE, X_GDT_LIMIT } from "../../../src/arch/x86/layout";
import { ld32, ld64, ld8, st8 } from "../../engine/softmmu/access";
import { A_ACCESSED, A_G, A_S } from "./bits";
import { faulted, seg, segAttr, segBase, segLimit, systemMmu } from "./regs";

/** Linear address of a selector's descriptor, or 0xffffffffffffffff where it is outside its table. `size`: 8 or 16. */
export function descriptorAddress(cpu: i32, selector: i32, size: i32): u64 {
  let base: u64;
  let limit: u64;
  if (selector & 4) {
    if (segAttr(cpu, LDTR) == 0) return 0xffffffffffffffff;
    base = segBase(cpu, LDTR);
    limit = segLimit(cpu, LDTR);
  } else {
    base = load<u64>(cpu + X_GDT_BASE);
    limit = load<u32>(cpu + X_GDT_LIMIT);
  }
  const offset = <u64>(selector & 0xfff8);
  if (offset + size - 1 > limit) return 0xffffffffffffffff;
  return base + offset;
}

/** The 8 bytes of a descriptor at an address from descriptorAddress; S_FAULT may be set. */
export function readDescriptor(cpu: i32, address: u64): u64 {
  return ld64(cpu, address, systemMmu(cpu));
}

/** Bits 32-63 of the base in a 16-byte system descriptor. */
export function readHighBase(cpu: i32, address: u64): u64 {
  return (<u64>ld32(cpu, address + 8, systemMmu(cpu))) << 32;
}

export function readHighWord(cpu: i32, address: u64): u32 {
  return ld32(cpu, address + 12, systemMmu(cpu));
}

// @ts-ignore: decorator
@inline export function descAttr(d: u64): i32 {
  return <i32>(d >> 40) & 0xf0ff;
}
// @ts-ignore: decorator
@inline export function descType(d: u64): i32 {
  return <i32>(d >> 40) & 15;
}
// @ts-ignore: decorator
@inline export function descDpl(d: u64): i32 {
  return <i32>(d >> 45) & 3;
}
// @ts-ignore: decorator
@inline export function descPresent(d: u64): bool {
  return ((d >> 47) & 1) != 0;
}
// @ts-ignore: decorator
@inline export function descIsSystem(d: u64): bool {
  return (<i32>(d >> 40) & A_S) == 0;
}
// @ts-ignore: decorator
@inline export function descIsCode(d: u64): bool {
  return (<i32>(d >> 40) & 0x18) == 0x18;
}
// @ts-ignore: decorator
@inline export function descIsConforming(d: u64): bool {
  return (<i32>(d >> 40) & 0x1c) == 0x1c;
}
/** Writable data segment. */
// @ts-ignore: decorator
@inline export function descIsStack(d: u64): bool {
  return (<i32>(d >> 40) & 0x1a) == 0x12;
}
// @ts-ignore: decorator
@inline export function descBase(d: u64): u64 {
  return ((d >> 16) & 0xffffff) | ((d >> 32) & 0xff000000);
}

export function descLimit(d: u64): u64 {
  const limit = (d & 0xffff) | ((d >> 32) & 0xf0000);
  return descAttr(d) & A_G ? (limit << 12) | 0xfff : limit;
}

/** Selector and offset of a gate (16-bit gates have no high half; 64-bit ones a further word). */
// @ts-ignore: decorator
@inline export function gateSelector(d: u64): i32 {
  return <i32>(d >> 16) & 0xffff;
}
// @ts-ignore: decorator
@inline export function gateOffset(d: u64, wide: bool): u64 {
  return wide ? (d & 0xffff) | ((d >> 32) & 0xffff0000) : d & 0xffff;
}

/** Sets the accessed bit in memory if it is clear. False with S_FAULT set when the table cannot be written. */
export function markAccessed(cpu: i32, address: u64, d: u64): bool {
  if (descAttr(d) & A_ACCESSED) return true;
  const mmu = systemMmu(cpu);
  st8(cpu, address + 5, ld8(cpu, address + 5, mmu) | 1, mmu);
  return !faulted(cpu);
}

/** Fills a segment register from a descriptor. */
export function loadHidden(cpu: i32, n: i32, selector: i32, d: u64): void {
  const s = seg(cpu, n);
  store<i32>(s + SEG_SEL, selector);
  store<u64>(s + SEG_BASE, descBase(d));
  store<u64>(s + SEG_LIMIT, descLimit(d));
  store<i32>(s + SEG_ATTR, descAttr(d) | A_ACCESSED);
}

/** Null selector: unusable. */
export function loadNull(cpu: i32, n: i32, selector: i32): void {
  const s = seg(cpu, n);
  store<i32>(s + SEG_SEL, selector);
  store<u64>(s + SEG_BASE, 0);
  store<u64>(s + SEG_LIMIT, 0);
  store<i32>(s + SEG_ATTR, 0);
}

/** Real mode: base follows the selector, limit and size stay ("unreal" mode lives on that). */
export function loadReal(cpu: i32, n: i32, selector: i32): void {
  const s = seg(cpu, n);
  store<i32>(s + SEG_SEL, selector);
  store<u64>(s + SEG_BASE, (<u64>selector) << 4);
  if (load<i32>(s + SEG_ATTR) == 0) store<u64>(s + SEG_LIMIT, 0xffff);
  store<i32>(s + SEG_ATTR, (load<i32>(s + SEG_ATTR) & 0xc000) | 0x93);
}

/** Virtual-8086 mode. */
export function loadV86(cpu: i32, n: i32, selector: i32): void {
  const s = seg(cpu, n);
  store<i32>(s + SEG_SEL, selector);
  store<u64>(s + SEG_BASE, (<u64>selector) << 4);
  store<u64>(s + SEG_LIMIT, 0xffff);
  store<i32>(s + SEG_ATTR, 0xf3);
}
