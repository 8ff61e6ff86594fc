// Constant arithmetic on 64-bit values as two 32-bit halves (BigInt would cost more than the rest of a translation).

import { Op, Ty } from "./ops.js";

export interface Pair {
  lo: number;
  hi: number;
}

/** r = x op y for constants; I32 uses the low halves and leaves hi 0. */
export function foldBinary(r: Pair, op: Op, ty: Ty, xl: number, xh: number, yl: number, yh: number): void {
  if (ty === Ty.I32) {
    r.lo = fold32(op, xl, yl);
    r.hi = 0;
    return;
  }
  switch (op) {
    case Op.ADD: {
      const lo = (xl >>> 0) + (yl >>> 0);
      r.lo = lo | 0;
      r.hi = (xh + yh + (lo > 0xffffffff ? 1 : 0)) | 0;
      return;
    }
    case Op.SUB:
      r.hi = (xh - yh - (xl >>> 0 < yl >>> 0 ? 1 : 0)) | 0;
      r.lo = (xl - yl) | 0;
      return;
    case Op.AND:
      r.lo = xl & yl;
      r.hi = xh & yh;
      return;
    case Op.OR:
      r.lo = xl | yl;
      r.hi = xh | yh;
      return;
    case Op.XOR:
      r.lo = xl ^ yl;
      r.hi = xh ^ yh;
      return;
  }
  const x = big(xl, xh);
  const y = big(yl, yh);
  const s = y & 63n;
  let v: bigint;
  switch (op) {
    case Op.MUL:
      v = x * y;
      break;
    case Op.SHL:
      v = x << s;
      break;
    case Op.SHRU:
      v = x >> s;
      break;
    case Op.SHRS:
      v = BigInt.asIntN(64, x) >> s;
      break;
    case Op.ROTL:
      v = (x << s) | (x >> (64n - s));
      break;
    case Op.ROTR:
      v = (x >> s) | (x << (64n - s));
      break;
    case Op.MULHU:
      v = (x * y) >> 64n;
      break;
    case Op.MULHS:
      v = (BigInt.asIntN(64, x) * BigInt.asIntN(64, y)) >> 64n;
      break;
    default:
      throw new Error(`foldBinary: operation ${op}`);
  }
  unbig(r, v);
}

function fold32(op: Op, x: number, y: number): number {
  switch (op) {
    case Op.ADD:
      return (x + y) | 0;
    case Op.SUB:
      return (x - y) | 0;
    case Op.MUL:
      return Math.imul(x, y);
    case Op.AND:
      return x & y;
    case Op.OR:
      return x | y;
    case Op.XOR:
      return x ^ y;
    case Op.SHL:
      return x << (y & 31);
    case Op.SHRU:
      return (x >>> (y & 31)) | 0;
    case Op.SHRS:
      return x >> (y & 31);
    case Op.ROTL:
      return (y & 31) === 0 ? x : (x << (y & 31)) | (x >>> (32 - (y & 31)));
    case Op.ROTR:
      return (y & 31) === 0 ? x : (x >>> (y & 31)) | (x << (32 - (y & 31)));
    default:
      throw new Error(`fold32: operation ${op}`);
  }
}

export function foldCompare(op: Op, ty: Ty, xl: number, xh: number, yl: number, yh: number): number {
  if (ty === Ty.I32) {
    xh = 0;
    yh = 0;
    if (op === Op.LTS || op === Op.LES) {
      xh = xl >> 31;
      yh = yl >> 31;
    }
  }
  const equal = xl === yl && xh === yh;
  switch (op) {
    case Op.EQ:
      return equal ? 1 : 0;
    case Op.NE:
      return equal ? 0 : 1;
    case Op.LEU:
      if (equal) return 1;
    // falls through
    case Op.LTU:
      return xh !== yh ? (xh >>> 0 < yh >>> 0 ? 1 : 0) : xl >>> 0 < yl >>> 0 ? 1 : 0;
    case Op.LES:
      if (equal) return 1;
    // falls through
    case Op.LTS:
      return xh !== yh ? (xh < yh ? 1 : 0) : xl >>> 0 < yl >>> 0 ? 1 : 0;
    default:
      throw new Error(`foldCompare: operation ${op}`);
  }
}

export function foldUnary(r: Pair, op: Op, ty: Ty, lo: number, hi: number): void {
  const wide = ty === Ty.I64;
  switch (op) {
    case Op.CLZ:
      r.lo = wide ? (hi !== 0 ? Math.clz32(hi) : 32 + Math.clz32(lo)) : Math.clz32(lo);
      r.hi = 0;
      return;
    case Op.CTZ:
      r.lo = lo !== 0 ? ctz32(lo) : wide ? 32 + ctz32(hi) : 32;
      r.hi = 0;
      return;
    case Op.POPCNT:
      r.lo = pop32(lo) + (wide ? pop32(hi) : 0);
      r.hi = 0;
      return;
    case Op.BSWAP:
      r.lo = wide ? swap32(hi) : swap32(lo);
      r.hi = wide ? swap32(lo) : 0;
      return;
    case Op.EXT8S:
      r.lo = (lo << 24) >> 24;
      break;
    case Op.EXT16S:
      r.lo = (lo << 16) >> 16;
      break;
    case Op.EXT32S:
      r.lo = lo;
      break;
    default:
      throw new Error(`foldUnary: operation ${op}`);
  }
  r.hi = wide ? r.lo >> 31 : 0;
}

function big(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

function unbig(r: Pair, v: bigint): void {
  r.lo = Number(v & 0xffffffffn) | 0;
  r.hi = Number((v >> 32n) & 0xffffffffn) | 0;
}

function ctz32(x: number): number {
  return x === 0 ? 32 : 31 - Math.clz32(x & -x);
}

function pop32(x: number): number {
  let n = 0;
  for (let v = x; v !== 0; v &= v - 1) n++;
  return n;
}

function swap32(x: number): number {
  return ((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}
