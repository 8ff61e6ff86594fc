// Bit manipulation: Zba, Zbb, Zbc, Zbkb, Zbs.

import type { Value } from "../../../../ir/builder.js";
import { helperId } from "../helpers.js";
import type { Build } from "../row.js";
import type { Binary, Unary } from "./arith.js";

/** SH1ADD, SH2ADD, SH3ADD. */
export function shiftAdd(count: number): Binary {
  return (b, x, y) => b.add(b.shl(x, b.i64(count)), y);
}

/** The same with the lower half of rs1, zero-extended. */
export function shiftAddWord(count: number): Binary {
  return (b, x, y) => b.add(b.shl(b.zext(x, 32), b.i64(count)), y);
}

export const shiftWord: Binary = (b, x, y) => b.shl(b.zext(x, 32), y);

export const andn: Binary = (b, x, y) => b.and(x, b.not(y));
export const orn: Binary = (b, x, y) => b.or(x, b.not(y));
export const xnor: Binary = (b, x, y) => b.not(b.xor(x, y));
export const max: Binary = (b, x, y) => b.select(b.lts(x, y), y, x);
export const maxu: Binary = (b, x, y) => b.select(b.ltu(x, y), y, x);
export const min: Binary = (b, x, y) => b.select(b.lts(x, y), x, y);
export const minu: Binary = (b, x, y) => b.select(b.ltu(x, y), x, y);
export const rol: Binary = (b, x, y) => b.rotl(x, y);
export const ror: Binary = (b, x, y) => b.rotr(x, y);

export const clz: Unary = (b, x) => b.clz(x);
export const ctz: Unary = (b, x) => b.ctz(x);
export const cpop: Unary = (b, x) => b.popcnt(x);
export const clzw: Unary = (b, x) => b.extu(b.clz(b.wrap(x)));
export const ctzw: Unary = (b, x) => b.extu(b.ctz(b.wrap(x)));
export const cpopw: Unary = (b, x) => b.extu(b.popcnt(b.wrap(x)));
export const sextB: Unary = (b, x) => b.sext(x, 8);
export const sextH: Unary = (b, x) => b.sext(x, 16);
export const zextH: Unary = (b, x) => b.zext(x, 16);
export const rev8: Unary = (b, x) => b.bswap(x);

/** Every byte that is not 0 becomes FFh: its top bit is set where it or what 7Fh adds to it has that bit. */
export const orcB: Unary = (b, x) => {
  const low = b.i64(0x7f7f7f7f, 0x7f7f7f7f);
  const top = b.and(b.or(b.add(b.and(x, low), low), x), b.not(low));
  return b.sub(b.shl(top, b.i64(1)), b.shru(top, b.i64(7)));
};

/** The bits of every byte in reverse: neighbours change places, then pairs, then halves. */
export const brev8: Unary = (b, x) => {
  let value = x;
  for (const [count, pattern] of [
    [1, 0x55555555],
    [2, 0x33333333],
    [4, 0x0f0f0f0f],
  ] as const) {
    const mask = b.i64(pattern, pattern);
    const up = b.shl(b.and(value, mask), b.i64(count));
    value = b.or(up, b.and(b.shru(value, b.i64(count)), mask));
  }
  return value;
};

export const pack: Binary = (b, x, y) => b.or(b.zext(x, 32), b.shl(y, b.i64(32)));
export const packh: Binary = (b, x, y) => b.or(b.zext(x, 8), b.shl(b.zext(y, 8), b.i64(8)));
export const packw: Binary = (b, x, y) => b.sext(b.or(b.zext(x, 16), b.shl(y, b.i64(16))), 32);

const bit = (b: Parameters<Binary>[0], n: Value): Value => b.shl(b.i64(1), n);
export const bset: Binary = (b, x, n) => b.or(x, bit(b, n));
export const bclr: Binary = (b, x, n) => b.and(x, b.not(bit(b, n)));
export const binv: Binary = (b, x, n) => b.xor(x, bit(b, n));
export const bext: Binary = (b, x, n) => b.and(b.shru(x, n), b.i64(1));

/** CLMUL, CLMULH, CLMULR. */
export function carryless(name: string): Build {
  const id = helperId(`riscv_${name}`);
  return (e, { rd, rs1, rs2 }) => e.setX(rd, e.b.call(id, e.x(rs1), e.x(rs2)));
}
