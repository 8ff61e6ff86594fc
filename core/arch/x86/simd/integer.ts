// Integer SIMD without a short equivalent in WebAssembly.

/** PSADBW: sums of absolute differences of the two halves' bytes. */
export function x86_psadbw(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const d = v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
  const quads = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(d));
  const sum = i32x4.add(quads, v128.shuffle<i32>(quads, quads, 1, 0, 3, 2));
  return v128.and(sum, i64x2.splat(0xffffffff));
}

/** PMADDUBSW: unsigned bytes of a by signed bytes of b, pairs added with signed saturation. */
export function x86_pmaddubsw(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const even = i16x8.mul(v128.and(a, i16x8.splat(0xff)), i16x8.shr_s(i16x8.shl(b, 8), 8));
  const odd = i16x8.mul(i16x8.shr_u(a, 8), i16x8.shr_s(b, 8));
  return i16x8.add_sat_s(even, odd);
}

/** PHMINPOSUW: the smallest unsigned word and the index of its first occurrence. */
export function x86_phminposuw(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  let best: u32 = 0x10000;
  let index: u32 = 0;
  const lo = <u64>i64x2.extract_lane(b, 0);
  const hi = <u64>i64x2.extract_lane(b, 1);
  for (let i: u32 = 0; i < 8; i++) {
    const word = <u32>((i < 4 ? lo : hi) >> ((i & 3) << 4)) & 0xffff;
    if (word < best) {
      best = word;
      index = i;
    }
  }
  return i64x2(<i64>(best | (index << 16)), 0);
}

/** MPSADBW: eight sums of four absolute differences; imm bit 2 chooses the start in a, bits 0-1 the quadruple of b. */
export function x86_mpsadbw(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const half = <u64>(imm & 2 ? i64x2.extract_lane(b, 1) : i64x2.extract_lane(b, 0));
  return sadWindow(a, imm, <u32>(half >> ((imm & 1) << 5)));
}

function sadWindow(a: v128, imm: u64, quad: u32): v128 {
  // Bytes 0-10 of the window, so that lane i of each shift below is byte i + k.
  const w = imm & 4 ? v128.shuffle<i8>(a, a, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0) : a;
  let sum = differences(w, quad);
  sum = i16x8.add(sum, differences(v128.shuffle<i8>(w, w, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0), quad >> 8));
  sum = i16x8.add(sum, differences(v128.shuffle<i8>(w, w, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0), quad >> 16));
  return i16x8.add(
    sum,
    differences(v128.shuffle<i8>(w, w, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 0, 0, 0, 0, 0), quad >> 24),
  );
}

function differences(w: v128, byte: u32): v128 {
  return i16x8.abs(i16x8.sub(i16x8.extend_low_i8x16_u(w), i16x8.splat(<i16>(byte & 0xff))));
}
