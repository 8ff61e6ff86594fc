// The vector unit's state (V 3): vl, vtype, vstart, elements and masks. Widths are log2 of bytes.

import { RV_CAUSE, RV_TVAL, RV_UNIT_SEEN, RV_V, RV_VL, RV_VSTART, RV_VTYPE } from "../../../../src/arch/riscv/layout";
import { VLENB } from "../../../../src/arch/riscv/vector";
import { FAULT_EXCEPTION, FAULT_RETRY, S_FAULT } from "../../../../src/layout/vcpu";
import { setFault } from "../../../engine/state";
import { ILLEGAL, VS } from "../bits";
import { mstatus, updateMode } from "../mode";

/** log2 of a register's bytes. */
export const REGISTER = 4;
/** The widest elements, ELEN. */
export const WIDEST = 3;
/** log2 of the registers in the largest group. */
export const LARGEST = 3;

// @ts-ignore: decorator
@inline export function vlOf(cpu: i32): i32 {
  return load<i32>(cpu + RV_VL);
}

// @ts-ignore: decorator
@inline export function vstartOf(cpu: i32): i32 {
  return load<i32>(cpu + RV_VSTART);
}

// @ts-ignore: decorator
@inline export function vill(cpu: i32): bool {
  return load<i64>(cpu + RV_VTYPE) < 0;
}

/** SEW. */
// @ts-ignore: decorator
@inline export function sewOf(cpu: i32): i32 {
  return (load<i32>(cpu + RV_VTYPE) >> 3) & 7;
}

/** log2 of LMUL, -3 to 3. */
// @ts-ignore: decorator
@inline export function lmulOf(cpu: i32): i32 {
  return (load<i32>(cpu + RV_VTYPE) << 29) >> 29;
}

// @ts-ignore: decorator
@inline export function vlmaxOf(cpu: i32): i32 {
  return (VLENB << LARGEST) >> (LARGEST + sewOf(cpu) - lmulOf(cpu));
}

/** Where element `i` of a group is. */
// @ts-ignore: decorator
@inline export function element(cpu: i32, register: i32, width: i32, i: i32): i32 {
  return cpu + RV_V + (register << REGISTER) + (i << width);
}

export function getUnsigned(at: i32, width: i32): u64 {
  if (width == 0) return load<u8>(at);
  if (width == 1) return load<u16>(at);
  if (width == 2) return load<u32>(at);
  return load<u64>(at);
}

export function getSigned(at: i32, width: i32): i64 {
  if (width == 0) return load<i8>(at);
  if (width == 1) return load<i16>(at);
  if (width == 2) return load<i32>(at);
  return load<i64>(at);
}

// @ts-ignore: decorator
@inline export function get(at: i32, width: i32, signed: bool): i64 {
  return signed ? getSigned(at, width) : getUnsigned(at, width);
}

export function put(at: i32, width: i32, value: u64): void {
  if (width == 0) store<u8>(at, <u8>value);
  else if (width == 1) store<u16>(at, <u16>value);
  else if (width == 2) store<u32>(at, <u32>value);
  else store<u64>(at, value);
}

/** The low bytes of a value, extended. */
export function extend(value: i64, width: i32, signed: bool): i64 {
  const unused = 64 - (8 << width);
  return signed ? (value << unused) >> unused : <i64>(((<u64>value) << unused) >> unused);
}

/** Bit `i` of a mask. */
// @ts-ignore: decorator
@inline export function maskBit(cpu: i32, register: i32, i: i32): i32 {
  return (load<u8>(cpu + RV_V + (register << REGISTER) + (i >> 3)) >> (i & 7)) & 1;
}

export function putMaskBit(cpu: i32, register: i32, i: i32, value: bool): void {
  const at = cpu + RV_V + (register << REGISTER) + (i >> 3);
  const bit = 1 << (i & 7);
  store<u8>(at, value ? load<u8>(at) | bit : load<u8>(at) & ~bit);
}

// Fields of an encoding.

// @ts-ignore: decorator
@inline export function vdOf(raw: i32): i32 {
  return (raw >> 7) & 31;
}

// @ts-ignore: decorator
@inline export function vs1Of(raw: i32): i32 {
  return (raw >> 15) & 31;
}

// @ts-ignore: decorator
@inline export function vs2Of(raw: i32): i32 {
  return (raw >> 20) & 31;
}

/** All elements are active (vm). */
// @ts-ignore: decorator
@inline export function unmasked(raw: i32): bool {
  return ((raw >> 25) & 1) != 0;
}

// @ts-ignore: decorator
@inline export function active(cpu: i32, raw: i32, i: i32): bool {
  return unmasked(raw) || maskBit(cpu, 0, i) != 0;
}

/** The end of an instruction that was not interrupted (V 3.7). */
// @ts-ignore: decorator
@inline export function finish(cpu: i32): i64 {
  store<i32>(cpu + RV_VSTART, 0);
  return 0;
}

export function reserved(cpu: i32, raw: i32): i64 {
  store<i32>(cpu + RV_CAUSE, ILLEGAL);
  store<u64>(cpu + RV_TVAL, <u64>(<u32>raw));
  store<i32>(cpu + S_FAULT, FAULT_EXCEPTION);
  return 0;
}

/** The first vector instruction of a system: the mode says from now on what mstatus.VS is, until that is written. */
export function riscv_vs_look(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  if ((mstatus(cpu) & VS) == 0) return reserved(cpu, <i32>encoding);
  store<i32>(cpu + RV_UNIT_SEEN, 1);
  updateMode(cpu);
  setFault(cpu, FAULT_RETRY);
  return 0;
}
