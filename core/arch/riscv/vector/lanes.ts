// Integer instructions that are one of v128's: 16 bytes at a time, for whole registers of elements that are all active.

import {
  I_ADD,
  I_AND,
  I_MAX,
  I_MAXU,
  I_MIN,
  I_MINU,
  I_MOVE,
  I_MUL,
  I_OR,
  I_RSUB,
  I_SEQ,
  I_SGT,
  I_SLE,
  I_SLEU,
  I_SLL,
  I_SLT,
  I_SLTU,
  I_SNE,
  I_SRA,
  I_SRL,
  I_SUB,
  I_XOR,
} from "../../../../src/arch/riscv/vector";
import { REGISTER, element } from "./state";

const BYTES = 1 << REGISTER;

// @ts-ignore: decorator
@inline function splat(value: i64, width: i32): v128 {
  if (width == 0) return i8x16.splat(<i8>value);
  if (width == 1) return i16x8.splat(<i16>value);
  if (width == 2) return i32x4.splat(<i32>value);
  return i64x2.splat(value);
}

// @ts-ignore: decorator
@inline function add(a: v128, b: v128, width: i32): v128 {
  if (width == 0) return i8x16.add(a, b);
  if (width == 1) return i16x8.add(a, b);
  if (width == 2) return i32x4.add(a, b);
  return i64x2.add(a, b);
}

// @ts-ignore: decorator
@inline function sub(a: v128, b: v128, width: i32): v128 {
  if (width == 0) return i8x16.sub(a, b);
  if (width == 1) return i16x8.sub(a, b);
  if (width == 2) return i32x4.sub(a, b);
  return i64x2.sub(a, b);
}

/** Not of bytes. */
// @ts-ignore: decorator
@inline function multiply(a: v128, b: v128, width: i32): v128 {
  if (width == 1) return i16x8.mul(a, b);
  if (width == 2) return i32x4.mul(a, b);
  return i64x2.mul(a, b);
}

// @ts-ignore: decorator
@inline function equal(a: v128, b: v128, width: i32): v128 {
  if (width == 0) return i8x16.eq(a, b);
  if (width == 1) return i16x8.eq(a, b);
  if (width == 2) return i32x4.eq(a, b);
  return i64x2.eq(a, b);
}

// @ts-ignore: decorator
@inline function less(a: v128, b: v128, width: i32): v128 {
  if (width == 0) return i8x16.lt_s(a, b);
  if (width == 1) return i16x8.lt_s(a, b);
  if (width == 2) return i32x4.lt_s(a, b);
  return i64x2.lt_s(a, b);
}

/** Unsigned numbers as signed ones in the same order. */
// @ts-ignore: decorator
@inline function flipped(a: v128, width: i32): v128 {
  return v128.xor(a, splat((<i64>1) << ((8 << width) - 1), width));
}

function below(a: v128, b: v128, width: i32, signed: bool): v128 {
  return signed ? less(a, b, width) : less(flipped(a, width), flipped(b, width), width);
}

function combined(op: i32, a: v128, b: v128, width: i32): v128 {
  switch (op) {
    case I_ADD:
      return add(a, b, width);
    case I_SUB:
      return sub(a, b, width);
    case I_RSUB:
      return sub(b, a, width);
    case I_AND:
      return v128.and(a, b);
    case I_OR:
      return v128.or(a, b);
    case I_XOR:
      return v128.xor(a, b);
    case I_MINU:
    case I_MIN:
      return v128.bitselect(a, b, below(a, b, width, op == I_MIN));
    case I_MAXU:
    case I_MAX:
      return v128.bitselect(b, a, below(a, b, width, op == I_MAX));
    case I_MUL:
      return multiply(a, b, width);
    default:
      return b;
  }
}

/** By the same distance, of which the low bits count in both. */
function moved(op: i32, a: v128, distance: i32, width: i32): v128 {
  if (op == I_SLL) {
    if (width == 0) return i8x16.shl(a, distance);
    if (width == 1) return i16x8.shl(a, distance);
    if (width == 2) return i32x4.shl(a, distance);
    return i64x2.shl(a, distance);
  }
  if (op == I_SRL) {
    if (width == 0) return i8x16.shr_u(a, distance);
    if (width == 1) return i16x8.shr_u(a, distance);
    if (width == 2) return i32x4.shr_u(a, distance);
    return i64x2.shr_u(a, distance);
  }
  if (width == 0) return i8x16.shr_s(a, distance);
  if (width == 1) return i16x8.shr_s(a, distance);
  if (width == 2) return i32x4.shr_s(a, distance);
  return i64x2.shr_s(a, distance);
}

function compared(op: i32, a: v128, b: v128, width: i32): v128 {
  switch (op) {
    case I_SEQ:
      return equal(a, b, width);
    case I_SNE:
      return v128.not(equal(a, b, width));
    case I_SLTU:
    case I_SLT:
      return below(a, b, width, op == I_SLT);
    case I_SLEU:
    case I_SLE:
      return v128.not(below(b, a, width, op == I_SLE));
    default:
      return below(b, a, width, op == I_SGT);
  }
}

/** A bit for each lane. */
function bitsOf(a: v128, width: i32): i32 {
  if (width == 0) return i8x16.bitmask(a);
  if (width == 1) return i16x8.bitmask(a);
  if (width == 2) return i32x4.bitmask(a);
  return i64x2.bitmask(a);
}

/** Puts the bits of so many elements from bit `first` on. */
function putBits(cpu: i32, register: i32, first: i32, lanes: i32, bits: i32): void {
  const at = element(cpu, register, 0, first >> 3);
  if (lanes == BYTES) {
    store<u16>(at, <u16>bits);
    return;
  }
  const shift = first & 7;
  const all = ((1 << lanes) - 1) << shift;
  store<u8>(at, (load<u8>(at) & ~all) | (bits << shift));
}

// @ts-ignore: decorator
@inline function isShift(op: i32): bool {
  return op == I_SLL || op == I_SRL || op == I_SRA;
}

function hasLanes(op: i32, width: i32, vector: bool): bool {
  if (op <= I_MAX || op == I_MOVE) return true;
  if (op == I_MUL) return width > 0;
  return isShift(op) ? !vector : op >= I_SEQ && op <= I_SGT;
}

/**
 * Elements from the first on, up to `end`, of one width: how many were done, a multiple of those in a register. `vector`: the second operand
 * is vs1, not `scalar`.
 */
export function inLanes(
  cpu: i32,
  op: i32,
  vd: i32,
  vs2: i32,
  vs1: i32,
  scalar: i64,
  vector: bool,
  width: i32,
  end: i32,
): i32 {
  const lanes = BYTES >> width;
  if (end < lanes || !hasLanes(op, width, vector)) return 0;
  let b = splat(scalar, width);
  let i = 0;
  for (; i + lanes <= end; i += lanes) {
    const a = v128.load(element(cpu, vs2, width, i));
    if (vector) b = v128.load(element(cpu, vs1, width, i));
    if (op >= I_SEQ) putBits(cpu, vd, i, lanes, bitsOf(compared(op, a, b, width), width));
    else
      v128.store(
        element(cpu, vd, width, i),
        isShift(op) ? moved(op, a, <i32>scalar, width) : combined(op, a, b, width),
      );
  }
  return i;
}
