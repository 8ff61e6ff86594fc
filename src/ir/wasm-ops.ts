// Opcodes for Op.W, numbered as in the WebAssembly specification: plain numeric opcodes below 0x100 and SIMD opcodes
// (the number after the 0xfd prefix) plus 0x1000. Results and operands as the specification has them; lane operations
// take the lane in the node's `d`; v128.bitselect takes its mask in `d`.

export const SIMD = 0x1000;

export enum WOp {
  f32_abs = 0x8b, f32_neg = 0x8c, f32_sqrt = 0x91, f32_add = 0x92, f32_sub = 0x93, f32_mul = 0x94, f32_div = 0x95,
  f64_abs = 0x99, f64_neg = 0x9a, f64_sqrt = 0x9f, f64_add = 0xa0, f64_sub = 0xa1, f64_mul = 0xa2, f64_div = 0xa3,
  f32_eq = 0x5b, f32_ne = 0x5c, f32_lt = 0x5d, f32_gt = 0x5e, f32_le = 0x5f, f32_ge = 0x60,
  f64_eq = 0x61, f64_ne = 0x62, f64_lt = 0x63, f64_gt = 0x64, f64_le = 0x65, f64_ge = 0x66,
  f32_demote_f64 = 0xb6, f64_promote_f32 = 0xbb,
  f32_convert_i32_s = 0xb2, f32_convert_i64_s = 0xb4, f64_convert_i32_s = 0xb7, f64_convert_i64_s = 0xb9,
  i32_reinterpret_f32 = 0xbc, i64_reinterpret_f64 = 0xbd, f32_reinterpret_i32 = 0xbe, f64_reinterpret_i64 = 0xbf,

  i8x16_swizzle = SIMD + 0x0e,
  i8x16_splat = SIMD + 0x0f, i16x8_splat = SIMD + 0x10, i32x4_splat = SIMD + 0x11, i64x2_splat = SIMD + 0x12,
  f32x4_splat = SIMD + 0x13, f64x2_splat = SIMD + 0x14,
  i8x16_extract_lane_u = SIMD + 0x16, i8x16_replace_lane = SIMD + 0x17,
  i16x8_extract_lane_u = SIMD + 0x19, i16x8_replace_lane = SIMD + 0x1a,
  i32x4_extract_lane = SIMD + 0x1b, i32x4_replace_lane = SIMD + 0x1c,
  i64x2_extract_lane = SIMD + 0x1d, i64x2_replace_lane = SIMD + 0x1e,
  f32x4_extract_lane = SIMD + 0x1f, f32x4_replace_lane = SIMD + 0x20,
  f64x2_extract_lane = SIMD + 0x21, f64x2_replace_lane = SIMD + 0x22,

  i8x16_eq = SIMD + 0x23, i8x16_gt_s = SIMD + 0x27, i16x8_eq = SIMD + 0x2d, i16x8_gt_s = SIMD + 0x31,
  i32x4_eq = SIMD + 0x37, i32x4_gt_s = SIMD + 0x3b, i64x2_eq = SIMD + 0xd6, i64x2_gt_s = SIMD + 0xd9,
  f32x4_eq = SIMD + 0x41, f32x4_ne = SIMD + 0x42, f32x4_lt = SIMD + 0x43, f32x4_le = SIMD + 0x45,
  f64x2_eq = SIMD + 0x47, f64x2_ne = SIMD + 0x48, f64x2_lt = SIMD + 0x49, f64x2_le = SIMD + 0x4b,

  v128_not = SIMD + 0x4d, v128_and = SIMD + 0x4e, v128_andnot = SIMD + 0x4f, v128_or = SIMD + 0x50, v128_xor = SIMD + 0x51,
  v128_bitselect = SIMD + 0x52, v128_any_true = SIMD + 0x53,

  i8x16_abs = SIMD + 0x60, i8x16_neg = SIMD + 0x61, i8x16_bitmask = SIMD + 0x64,
  i8x16_narrow_i16x8_s = SIMD + 0x65, i8x16_narrow_i16x8_u = SIMD + 0x66,
  i8x16_shr_s = SIMD + 0x6c,
  i8x16_add = SIMD + 0x6e, i8x16_add_sat_s = SIMD + 0x6f, i8x16_add_sat_u = SIMD + 0x70,
  i8x16_sub = SIMD + 0x71, i8x16_sub_sat_s = SIMD + 0x72, i8x16_sub_sat_u = SIMD + 0x73,
  i8x16_min_s = SIMD + 0x76, i8x16_min_u = SIMD + 0x77, i8x16_max_s = SIMD + 0x78, i8x16_max_u = SIMD + 0x79,
  i8x16_avgr_u = SIMD + 0x7b,

  i16x8_abs = SIMD + 0x80, i16x8_neg = SIMD + 0x81, i16x8_q15mulr_sat_s = SIMD + 0x82, i16x8_bitmask = SIMD + 0x84,
  i16x8_narrow_i32x4_s = SIMD + 0x85, i16x8_narrow_i32x4_u = SIMD + 0x86,
  i16x8_extend_low_i8x16_s = SIMD + 0x87, i16x8_extend_low_i8x16_u = SIMD + 0x89,
  i16x8_shl = SIMD + 0x8b, i16x8_shr_s = SIMD + 0x8c, i16x8_shr_u = SIMD + 0x8d,
  i16x8_add = SIMD + 0x8e, i16x8_add_sat_s = SIMD + 0x8f, i16x8_add_sat_u = SIMD + 0x90,
  i16x8_sub = SIMD + 0x91, i16x8_sub_sat_s = SIMD + 0x92, i16x8_sub_sat_u = SIMD + 0x93,
  i16x8_mul = SIMD + 0x95, i16x8_min_s = SIMD + 0x96, i16x8_min_u = SIMD + 0x97, i16x8_max_s = SIMD + 0x98,
  i16x8_max_u = SIMD + 0x99, i16x8_avgr_u = SIMD + 0x9b,

  i32x4_abs = SIMD + 0xa0, i32x4_neg = SIMD + 0xa1, i32x4_bitmask = SIMD + 0xa4,
  i32x4_extend_low_i16x8_s = SIMD + 0xa7, i32x4_extend_low_i16x8_u = SIMD + 0xa9,
  i32x4_shl = SIMD + 0xab, i32x4_shr_s = SIMD + 0xac, i32x4_shr_u = SIMD + 0xad,
  i32x4_add = SIMD + 0xae, i32x4_sub = SIMD + 0xb1, i32x4_mul = SIMD + 0xb5,
  i32x4_min_s = SIMD + 0xb6, i32x4_min_u = SIMD + 0xb7, i32x4_max_s = SIMD + 0xb8, i32x4_max_u = SIMD + 0xb9,
  i32x4_dot_i16x8_s = SIMD + 0xba, i32x4_extmul_low_i16x8_s = SIMD + 0xbc, i32x4_extmul_high_i16x8_s = SIMD + 0xbd,
  i32x4_extmul_low_i16x8_u = SIMD + 0xbe, i32x4_extmul_high_i16x8_u = SIMD + 0xbf,

  i64x2_neg = SIMD + 0xc1, i64x2_bitmask = SIMD + 0xc4,
  i64x2_extend_low_i32x4_s = SIMD + 0xc7, i64x2_extend_low_i32x4_u = SIMD + 0xc9,
  i64x2_shl = SIMD + 0xcb, i64x2_shr_s = SIMD + 0xcc, i64x2_shr_u = SIMD + 0xcd,
  i64x2_add = SIMD + 0xce, i64x2_sub = SIMD + 0xd1,
  i64x2_extmul_low_i32x4_s = SIMD + 0xdc, i64x2_extmul_low_i32x4_u = SIMD + 0xde,

  f32x4_abs = SIMD + 0xe0, f32x4_sqrt = SIMD + 0xe3, f32x4_add = SIMD + 0xe4, f32x4_sub = SIMD + 0xe5,
  f32x4_mul = SIMD + 0xe6, f32x4_div = SIMD + 0xe7,
  f64x2_abs = SIMD + 0xec, f64x2_sqrt = SIMD + 0xef, f64x2_add = SIMD + 0xf0, f64x2_sub = SIMD + 0xf1,
  f64x2_mul = SIMD + 0xf2, f64x2_div = SIMD + 0xf3,
  f64x2_convert_low_i32x4_s = SIMD + 0xfe,
}
