// PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM (Intel SDM vol. 2, 4.1). `imm`: bits 0-7 the immediate byte, IMM_EXPLICIT
// lengths in EAX and EDX (RAX and RDX with IMM_WIDE), else up to the first zero element.

import { RAX, RDX } from "../../../../src/arch/x86/layout";
import { S_RET2 } from "../../../../src/layout/vcpu";

const IMM_EXPLICIT = 0x100;
const IMM_WIDE = 0x200;

const CF = 1;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;

let validA: i32 = 0;
let validB: i32 = 0;

/** Elements before the first zero. */
function implicitLength(v: v128, words: bool): i32 {
  const zeros = words ? i16x8.bitmask(i16x8.eq(v, i16x8.splat(0))) : i8x16.bitmask(i8x16.eq(v, i8x16.splat(0)));
  const count = words ? 8 : 16;
  return zeros == 0 ? count : ctz(zeros);
}

/** The absolute value of a length register, at most the number of elements. */
function explicitLength(cpu: i32, register: i32, wide: bool, words: bool): i32 {
  const value = wide ? load<i64>(cpu + register) : <i64>load<i32>(cpu + register);
  const count: u64 = words ? 8 : 16;
  return <i32>min<u64>(value < 0 ? -value : value, count);
}

// @ts-ignore: decorator
@inline function lengths(cpu: i32, a: v128, b: v128, imm: u64): void {
  const words = (imm & 1) != 0;
  if (imm & IMM_EXPLICIT) {
    validA = explicitLength(cpu, RAX, (imm & IMM_WIDE) != 0, words);
    validB = explicitLength(cpu, RDX, (imm & IMM_WIDE) != 0, words);
  } else {
    validA = implicitLength(a, words);
    validB = implicitLength(b, words);
  }
}

/** Element i of a as a splat. */
// @ts-ignore: decorator
@inline function splatElement(a: v128, i: i32, words: bool): v128 {
  return words
    ? v128.swizzle(a, i16x8.splat(<i16>((i << 1) | (((i << 1) + 1) << 8))))
    : v128.swizzle(a, i8x16.splat(<i8>i));
}

// @ts-ignore: decorator
@inline function bits(mask: v128, words: bool): i32 {
  return words ? i16x8.bitmask(mask) : i8x16.bitmask(mask);
}

function equalBits(x: v128, y: v128, words: bool): i32 {
  return words ? bits(i16x8.eq(x, y), true) : bits(i8x16.eq(x, y), false);
}

/** Bit j: element j of b is at least x (`upper`: at most). */
function boundBits(b: v128, x: v128, format: i32, upper: bool): i32 {
  if (upper) {
    const t = b;
    b = x;
    x = t;
  }
  switch (format) {
    case 0:
      return bits(i8x16.ge_u(b, x), false);
    case 1:
      return bits(i16x8.ge_u(b, x), true);
    case 2:
      return bits(i8x16.ge_s(b, x), false);
    default:
      return bits(i16x8.ge_s(b, x), true);
  }
}

/** IntRes1: bit j for element j of b. */
function aggregate(a: v128, b: v128, imm: u64): i32 {
  const words = (imm & 1) != 0;
  const count = words ? 8 : 16;
  const inB = (1 << validB) - 1;
  let result = 0;
  switch (<i32>(imm >> 2) & 3) {
    case 0: // equal any: invalid elements match nothing
      for (let i = 0; i < validA; i++) result |= equalBits(splatElement(a, i, words), b, words);
      return result & inB;
    case 1: // ranges: pairs of bounds in a
      for (let i = 0; i + 1 < validA; i += 2) {
        const format = <i32>imm & 3;
        result |=
          boundBits(b, splatElement(a, i, words), format, false) &
          boundBits(b, splatElement(a, i + 1, words), format, true);
      }
      return result & inB;
    case 2: {
      // equal each: both invalid counts as equal, one invalid as different
      const inA = (1 << validA) - 1;
      const all = (1 << count) - 1;
      return (equalBits(a, b, words) & inA & inB) | (~(inA | inB) & all);
    }
    default: {
      // equal ordered: a as a substring; past the end of a everything matches, past the end of b nothing
      result = (1 << count) - 1;
      for (let i = 0; i < validA; i++) {
        const match = equalBits(splatElement(a, i, words), b, words) & inB;
        // Element i of a is compared with element j + i of b; beyond the register it is not compared.
        result &= (match >> i) | ~(((1 << count) - 1) >> i);
      }
      return result;
    }
  }
}

/** IntRes2. */
function compareStrings(cpu: i32, a: v128, b: v128, imm: u64): i32 {
  lengths(cpu, a, b, imm);
  const result = aggregate(a, b, imm);
  const all = imm & 1 ? 0xff : 0xffff;
  const polarity = <i32>(imm >> 4) & 3;
  if (polarity == 1) return result ^ all;
  if (polarity == 3) return result ^ ((1 << validB) - 1);
  return result;
}

function flagsOf(result: i32, words: bool): u64 {
  const count = words ? 8 : 16;
  return (result ? CF : 0) | (validB < count ? ZF : 0) | (validA < count ? SF : 0) | (result & 1 ? OF : 0);
}

/** The index (ECX) in bits 0-31, the arithmetic flags in bits 32-63. */
export function x86_pcmpstri(cpu: i32, a: v128, b: v128, imm: u64): u64 {
  const words = (imm & 1) != 0;
  const result = compareStrings(cpu, a, b, imm);
  const index = result == 0 ? (words ? 8 : 16) : imm & 0x40 ? 31 - clz(result) : ctz(result);
  return <u64>index | (flagsOf(result, words) << 32);
}

/** The mask (XMM0); the arithmetic flags in S_RET2. */
export function x86_pcmpstrm(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const words = (imm & 1) != 0;
  const result = compareStrings(cpu, a, b, imm);
  store<u64>(cpu + S_RET2, flagsOf(result, words));
  if ((imm & 0x40) == 0) return i64x2(result, 0);
  if (words) return i16x8.ne(v128.and(i16x8.splat(<i16>result), i16x8(1, 2, 4, 8, 16, 32, 64, 128)), i16x8.splat(0));
  const spread = v128.shuffle<i8>(
    i16x8.splat(<i16>result),
    i16x8.splat(<i16>result),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
  );
  return i8x16.ne(v128.and(spread, i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128)), i8x16.splat(0));
}
