// PCLMULQDQ: carry-less multiplication out of ordinary ones. Every fourth bit of each operand is kept, so that the sums
// in a column (at most 8) never carry into the next kept column.

function clmul32(x: u64, y: u64): u64 {
  const m: u64 = 0x1111111111111111;
  const x0 = x & m,
    x1 = x & (m << 1),
    x2 = x & (m << 2),
    x3 = x & (m << 3);
  const y0 = y & m,
    y1 = y & (m << 1),
    y2 = y & (m << 2),
    y3 = y & (m << 3);
  const z0 = (x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1);
  const z1 = (x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2);
  const z2 = (x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3);
  const z3 = (x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0);
  return (z0 & m) | (z1 & (m << 1)) | (z2 & (m << 2)) | (z3 & (m << 3));
}

/** imm bit 0 chooses the half of a, bit 4 that of b. */
export function x86_pclmulqdq(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = <u64>(imm & 1 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0));
  const y = <u64>(imm & 16 ? i64x2.extract_lane(b, 1) : i64x2.extract_lane(b, 0));
  const xl = x & 0xffffffff,
    xh = x >> 32,
    yl = y & 0xffffffff,
    yh = y >> 32;
  const low = clmul32(xl, yl);
  const high = clmul32(xh, yh);
  const mid = clmul32(xl ^ xh, yl ^ yh) ^ low ^ high;
  return i64x2.replace_lane(i64x2.splat(low ^ (mid << 32)), 1, high ^ (mid >> 32));
}
