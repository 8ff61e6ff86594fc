// 64 x 64 -> 128 bit multiplication and 128 / 64 bit division.

let remainder: u64 = 0;

/** High half of a * b (the low half is a * b). */
// @ts-ignore: decorator
@inline export function mulHigh64(a: u64, b: u64): u64 {
  const al = a & 0xffffffff,
    ah = a >> 32,
    bl = b & 0xffffffff,
    bh = b >> 32;
  const lh = al * bh,
    hl = ah * bl;
  const mid = ((al * bl) >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
  return ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32);
}

/** One 32-bit digit of the quotient of (high:next) by d, where high < d and d has its top bit set (Knuth, 4.3.1, D). */
// @ts-ignore: decorator
@inline function digit(high: u64, next: u64, d: u64): u64 {
  const d1 = d >> 32,
    d0 = d & 0xffffffff;
  let q = high / d1;
  let r = high - q * d1;
  while (q >> 32 != 0 || q * d0 > ((r << 32) | next)) {
    q--;
    r += d1;
    if (r >> 32 != 0) break;
  }
  return q;
}

/** (hi:lo) / d for hi < d, d >= 2^63. The remainder is kept for divRemainder(). */
export function div128(hi: u64, lo: u64, d: u64): u64 {
  const q1 = digit(hi, lo >> 32, d);
  const mid = ((hi << 32) | (lo >> 32)) - q1 * d;
  const q0 = digit(mid, lo & 0xffffffff, d);
  remainder = ((mid << 32) | (lo & 0xffffffff)) - q0 * d;
  return (q1 << 32) | q0;
}

/** Remainder of the last div128(). */
// @ts-ignore: decorator
@inline export function divRemainder(): u64 {
  return remainder;
}
