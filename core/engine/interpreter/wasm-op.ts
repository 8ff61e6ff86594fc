// Tier 0 for Op.W and Op.SHUFFLE: one case an opcode of src/ir/wasm-ops.ts (numeric opcodes; SIMD ones plus 0x1000).
// Operands and result are in memory: d, a, b are byte offsets from cpu; x is the lane or the third operand's offset.

export function wasmOp(cpu: i32, opcode: i32, dOffset: i32, aOffset: i32, bOffset: i32, x: i32): void {
  const d = cpu + dOffset;
  const a = cpu + aOffset;
  const b = cpu + bOffset;
  switch (opcode) {
    case 0x6d:
      store<u64>(d, <u64>(<u32>(load<i32>(a) / load<i32>(b))));
      break; // i32_div_s
    case 0x6e:
      store<u64>(d, <u64>(<u32>(load<u32>(a) / load<u32>(b))));
      break; // i32_div_u
    case 0x6f:
      store<u64>(d, <u64>(<u32>(load<i32>(a) % load<i32>(b))));
      break; // i32_rem_s
    case 0x70:
      store<u64>(d, <u64>(<u32>(load<u32>(a) % load<u32>(b))));
      break; // i32_rem_u
    case 0x7f:
      store<i64>(d, load<i64>(a) / load<i64>(b));
      break; // i64_div_s
    case 0x80:
      store<u64>(d, load<u64>(a) / load<u64>(b));
      break; // i64_div_u
    case 0x81:
      store<i64>(d, load<i64>(a) % load<i64>(b));
      break; // i64_rem_s
    case 0x82:
      store<u64>(d, load<u64>(a) % load<u64>(b));
      break; // i64_rem_u
    case 0x8b:
      store<f32>(d, f32.abs(load<f32>(a)));
      break; // f32_abs
    case 0x8c:
      store<f32>(d, -load<f32>(a));
      break; // f32_neg
    case 0x91:
      store<f32>(d, f32.sqrt(load<f32>(a)));
      break; // f32_sqrt
    case 0x92:
      store<f32>(d, load<f32>(a) + load<f32>(b));
      break; // f32_add
    case 0x93:
      store<f32>(d, load<f32>(a) - load<f32>(b));
      break; // f32_sub
    case 0x94:
      store<f32>(d, load<f32>(a) * load<f32>(b));
      break; // f32_mul
    case 0x95:
      store<f32>(d, load<f32>(a) / load<f32>(b));
      break; // f32_div
    case 0x99:
      store<f64>(d, f64.abs(load<f64>(a)));
      break; // f64_abs
    case 0x9a:
      store<f64>(d, -load<f64>(a));
      break; // f64_neg
    case 0x9f:
      store<f64>(d, f64.sqrt(load<f64>(a)));
      break; // f64_sqrt
    case 0xa0:
      store<f64>(d, load<f64>(a) + load<f64>(b));
      break; // f64_add
    case 0xa1:
      store<f64>(d, load<f64>(a) - load<f64>(b));
      break; // f64_sub
    case 0xa2:
      store<f64>(d, load<f64>(a) * load<f64>(b));
      break; // f64_mul
    case 0xa3:
      store<f64>(d, load<f64>(a) / load<f64>(b));
      break; // f64_div
    case 0x5b:
      store<u64>(d, u64(load<f32>(a) == load<f32>(b)));
      break; // f32_eq
    case 0x5c:
      store<u64>(d, u64(load<f32>(a) != load<f32>(b)));
      break; // f32_ne
    case 0x5d:
      store<u64>(d, u64(load<f32>(a) < load<f32>(b)));
      break; // f32_lt
    case 0x5e:
      store<u64>(d, u64(load<f32>(a) > load<f32>(b)));
      break; // f32_gt
    case 0x5f:
      store<u64>(d, u64(load<f32>(a) <= load<f32>(b)));
      break; // f32_le
    case 0x60:
      store<u64>(d, u64(load<f32>(a) >= load<f32>(b)));
      break; // f32_ge
    case 0x61:
      store<u64>(d, u64(load<f64>(a) == load<f64>(b)));
      break; // f64_eq
    case 0x62:
      store<u64>(d, u64(load<f64>(a) != load<f64>(b)));
      break; // f64_ne
    case 0x63:
      store<u64>(d, u64(load<f64>(a) < load<f64>(b)));
      break; // f64_lt
    case 0x64:
      store<u64>(d, u64(load<f64>(a) > load<f64>(b)));
      break; // f64_gt
    case 0x65:
      store<u64>(d, u64(load<f64>(a) <= load<f64>(b)));
      break; // f64_le
    case 0x66:
      store<u64>(d, u64(load<f64>(a) >= load<f64>(b)));
      break; // f64_ge
    case 0xb6:
      store<f32>(d, <f32>load<f64>(a));
      break; // f32_demote_f64
    case 0xbb:
      store<f64>(d, <f64>load<f32>(a));
      break; // f64_promote_f32
    case 0xb2:
      store<f32>(d, <f32>load<i32>(a));
      break; // f32_convert_i32_s
    case 0xb4:
      store<f32>(d, <f32>load<i64>(a));
      break; // f32_convert_i64_s
    case 0xb7:
      store<f64>(d, <f64>load<i32>(a));
      break; // f64_convert_i32_s
    case 0xb9:
      store<f64>(d, <f64>load<i64>(a));
      break; // f64_convert_i64_s
    case 0xbc:
      store<u64>(d, load<u32>(a));
      break; // i32_reinterpret_f32
    case 0xbd:
      store<u64>(d, load<u64>(a));
      break; // i64_reinterpret_f64
    case 0xbe:
      store<u32>(d, load<u32>(a));
      break; // f32_reinterpret_i32
    case 0xbf:
      store<u64>(d, load<u64>(a));
      break; // f64_reinterpret_i64
    case 0x100e:
      v128.store(d, i8x16.swizzle(v128.load(a), v128.load(b)));
      break; // i8x16_swizzle
    case 0x100f:
      v128.store(d, i8x16.splat(load<i8>(a)));
      break; // i8x16_splat
    case 0x1010:
      v128.store(d, i16x8.splat(load<i16>(a)));
      break; // i16x8_splat
    case 0x1011:
      v128.store(d, i32x4.splat(load<i32>(a)));
      break; // i32x4_splat
    case 0x1012:
      v128.store(d, i64x2.splat(load<i64>(a)));
      break; // i64x2_splat
    case 0x1013:
      v128.store(d, f32x4.splat(load<f32>(a)));
      break; // f32x4_splat
    case 0x1014:
      v128.store(d, f64x2.splat(load<f64>(a)));
      break; // f64x2_splat
    case 0x1016:
      store<u64>(d, load<u8>(a + (x << 0)));
      break; // i8x16_extract_lane_u
    case 0x1017:
      {
        const s = load<u8>(b);
        v128.store(d, v128.load(a));
        store<u8>(d + (x << 0), s);
      }
      break; // i8x16_replace_lane
    case 0x1019:
      store<u64>(d, load<u16>(a + (x << 1)));
      break; // i16x8_extract_lane_u
    case 0x101a:
      {
        const s = load<u16>(b);
        v128.store(d, v128.load(a));
        store<u16>(d + (x << 1), s);
      }
      break; // i16x8_replace_lane
    case 0x101b:
      store<u64>(d, load<u32>(a + (x << 2)));
      break; // i32x4_extract_lane
    case 0x101c:
      {
        const s = load<u32>(b);
        v128.store(d, v128.load(a));
        store<u32>(d + (x << 2), s);
      }
      break; // i32x4_replace_lane
    case 0x101d:
      store<u64>(d, load<u64>(a + (x << 3)));
      break; // i64x2_extract_lane
    case 0x101e:
      {
        const s = load<u64>(b);
        v128.store(d, v128.load(a));
        store<u64>(d + (x << 3), s);
      }
      break; // i64x2_replace_lane
    case 0x101f:
      store<f32>(d, load<f32>(a + (x << 2)));
      break; // f32x4_extract_lane
    case 0x1020:
      {
        const s = load<f32>(b);
        v128.store(d, v128.load(a));
        store<f32>(d + (x << 2), s);
      }
      break; // f32x4_replace_lane
    case 0x1021:
      store<f64>(d, load<f64>(a + (x << 3)));
      break; // f64x2_extract_lane
    case 0x1022:
      {
        const s = load<f64>(b);
        v128.store(d, v128.load(a));
        store<f64>(d + (x << 3), s);
      }
      break; // f64x2_replace_lane
    case 0x1023:
      v128.store(d, i8x16.eq(v128.load(a), v128.load(b)));
      break; // i8x16_eq
    case 0x1027:
      v128.store(d, i8x16.gt_s(v128.load(a), v128.load(b)));
      break; // i8x16_gt_s
    case 0x102d:
      v128.store(d, i16x8.eq(v128.load(a), v128.load(b)));
      break; // i16x8_eq
    case 0x1031:
      v128.store(d, i16x8.gt_s(v128.load(a), v128.load(b)));
      break; // i16x8_gt_s
    case 0x1037:
      v128.store(d, i32x4.eq(v128.load(a), v128.load(b)));
      break; // i32x4_eq
    case 0x103b:
      v128.store(d, i32x4.gt_s(v128.load(a), v128.load(b)));
      break; // i32x4_gt_s
    case 0x10d6:
      v128.store(d, i64x2.eq(v128.load(a), v128.load(b)));
      break; // i64x2_eq
    case 0x10d9:
      v128.store(d, i64x2.gt_s(v128.load(a), v128.load(b)));
      break; // i64x2_gt_s
    case 0x1041:
      v128.store(d, f32x4.eq(v128.load(a), v128.load(b)));
      break; // f32x4_eq
    case 0x1042:
      v128.store(d, f32x4.ne(v128.load(a), v128.load(b)));
      break; // f32x4_ne
    case 0x1043:
      v128.store(d, f32x4.lt(v128.load(a), v128.load(b)));
      break; // f32x4_lt
    case 0x1045:
      v128.store(d, f32x4.le(v128.load(a), v128.load(b)));
      break; // f32x4_le
    case 0x1047:
      v128.store(d, f64x2.eq(v128.load(a), v128.load(b)));
      break; // f64x2_eq
    case 0x1048:
      v128.store(d, f64x2.ne(v128.load(a), v128.load(b)));
      break; // f64x2_ne
    case 0x1049:
      v128.store(d, f64x2.lt(v128.load(a), v128.load(b)));
      break; // f64x2_lt
    case 0x104b:
      v128.store(d, f64x2.le(v128.load(a), v128.load(b)));
      break; // f64x2_le
    case 0x104d:
      v128.store(d, v128.not(v128.load(a)));
      break; // v128_not
    case 0x104e:
      v128.store(d, v128.and(v128.load(a), v128.load(b)));
      break; // v128_and
    case 0x104f:
      v128.store(d, v128.andnot(v128.load(a), v128.load(b)));
      break; // v128_andnot
    case 0x1050:
      v128.store(d, v128.or(v128.load(a), v128.load(b)));
      break; // v128_or
    case 0x1051:
      v128.store(d, v128.xor(v128.load(a), v128.load(b)));
      break; // v128_xor
    case 0x1052:
      v128.store(d, v128.bitselect(v128.load(a), v128.load(b), v128.load(cpu + x)));
      break; // v128_bitselect
    case 0x1060:
      v128.store(d, i8x16.abs(v128.load(a)));
      break; // i8x16_abs
    case 0x1061:
      v128.store(d, i8x16.neg(v128.load(a)));
      break; // i8x16_neg
    case 0x1064:
      store<u64>(d, <u64>(<u32>i8x16.bitmask(v128.load(a))));
      break; // i8x16_bitmask
    case 0x1065:
      v128.store(d, i8x16.narrow_i16x8_s(v128.load(a), v128.load(b)));
      break; // i8x16_narrow_i16x8_s
    case 0x1066:
      v128.store(d, i8x16.narrow_i16x8_u(v128.load(a), v128.load(b)));
      break; // i8x16_narrow_i16x8_u
    case 0x106e:
      v128.store(d, i8x16.add(v128.load(a), v128.load(b)));
      break; // i8x16_add
    case 0x106f:
      v128.store(d, i8x16.add_sat_s(v128.load(a), v128.load(b)));
      break; // i8x16_add_sat_s
    case 0x1070:
      v128.store(d, i8x16.add_sat_u(v128.load(a), v128.load(b)));
      break; // i8x16_add_sat_u
    case 0x1071:
      v128.store(d, i8x16.sub(v128.load(a), v128.load(b)));
      break; // i8x16_sub
    case 0x1072:
      v128.store(d, i8x16.sub_sat_s(v128.load(a), v128.load(b)));
      break; // i8x16_sub_sat_s
    case 0x1073:
      v128.store(d, i8x16.sub_sat_u(v128.load(a), v128.load(b)));
      break; // i8x16_sub_sat_u
    case 0x1076:
      v128.store(d, i8x16.min_s(v128.load(a), v128.load(b)));
      break; // i8x16_min_s
    case 0x1077:
      v128.store(d, i8x16.min_u(v128.load(a), v128.load(b)));
      break; // i8x16_min_u
    case 0x1078:
      v128.store(d, i8x16.max_s(v128.load(a), v128.load(b)));
      break; // i8x16_max_s
    case 0x1079:
      v128.store(d, i8x16.max_u(v128.load(a), v128.load(b)));
      break; // i8x16_max_u
    case 0x107b:
      v128.store(d, i8x16.avgr_u(v128.load(a), v128.load(b)));
      break; // i8x16_avgr_u
    case 0x1080:
      v128.store(d, i16x8.abs(v128.load(a)));
      break; // i16x8_abs
    case 0x1081:
      v128.store(d, i16x8.neg(v128.load(a)));
      break; // i16x8_neg
    case 0x1082:
      v128.store(d, i16x8.q15mulr_sat_s(v128.load(a), v128.load(b)));
      break; // i16x8_q15mulr_sat_s
    case 0x1084:
      store<u64>(d, <u64>(<u32>i16x8.bitmask(v128.load(a))));
      break; // i16x8_bitmask
    case 0x1085:
      v128.store(d, i16x8.narrow_i32x4_s(v128.load(a), v128.load(b)));
      break; // i16x8_narrow_i32x4_s
    case 0x1086:
      v128.store(d, i16x8.narrow_i32x4_u(v128.load(a), v128.load(b)));
      break; // i16x8_narrow_i32x4_u
    case 0x1087:
      v128.store(d, i16x8.extend_low_i8x16_s(v128.load(a)));
      break; // i16x8_extend_low_i8x16_s
    case 0x1089:
      v128.store(d, i16x8.extend_low_i8x16_u(v128.load(a)));
      break; // i16x8_extend_low_i8x16_u
    case 0x108b:
      v128.store(d, i16x8.shl(v128.load(a), load<i32>(b)));
      break; // i16x8_shl
    case 0x108c:
      v128.store(d, i16x8.shr_s(v128.load(a), load<i32>(b)));
      break; // i16x8_shr_s
    case 0x108d:
      v128.store(d, i16x8.shr_u(v128.load(a), load<i32>(b)));
      break; // i16x8_shr_u
    case 0x108e:
      v128.store(d, i16x8.add(v128.load(a), v128.load(b)));
      break; // i16x8_add
    case 0x108f:
      v128.store(d, i16x8.add_sat_s(v128.load(a), v128.load(b)));
      break; // i16x8_add_sat_s
    case 0x1090:
      v128.store(d, i16x8.add_sat_u(v128.load(a), v128.load(b)));
      break; // i16x8_add_sat_u
    case 0x1091:
      v128.store(d, i16x8.sub(v128.load(a), v128.load(b)));
      break; // i16x8_sub
    case 0x1092:
      v128.store(d, i16x8.sub_sat_s(v128.load(a), v128.load(b)));
      break; // i16x8_sub_sat_s
    case 0x1093:
      v128.store(d, i16x8.sub_sat_u(v128.load(a), v128.load(b)));
      break; // i16x8_sub_sat_u
    case 0x1095:
      v128.store(d, i16x8.mul(v128.load(a), v128.load(b)));
      break; // i16x8_mul
    case 0x1096:
      v128.store(d, i16x8.min_s(v128.load(a), v128.load(b)));
      break; // i16x8_min_s
    case 0x1097:
      v128.store(d, i16x8.min_u(v128.load(a), v128.load(b)));
      break; // i16x8_min_u
    case 0x1098:
      v128.store(d, i16x8.max_s(v128.load(a), v128.load(b)));
      break; // i16x8_max_s
    case 0x1099:
      v128.store(d, i16x8.max_u(v128.load(a), v128.load(b)));
      break; // i16x8_max_u
    case 0x109b:
      v128.store(d, i16x8.avgr_u(v128.load(a), v128.load(b)));
      break; // i16x8_avgr_u
    case 0x10a0:
      v128.store(d, i32x4.abs(v128.load(a)));
      break; // i32x4_abs
    case 0x10a1:
      v128.store(d, i32x4.neg(v128.load(a)));
      break; // i32x4_neg
    case 0x10a4:
      store<u64>(d, <u64>(<u32>i32x4.bitmask(v128.load(a))));
      break; // i32x4_bitmask
    case 0x10a7:
      v128.store(d, i32x4.extend_low_i16x8_s(v128.load(a)));
      break; // i32x4_extend_low_i16x8_s
    case 0x10a9:
      v128.store(d, i32x4.extend_low_i16x8_u(v128.load(a)));
      break; // i32x4_extend_low_i16x8_u
    case 0x10ab:
      v128.store(d, i32x4.shl(v128.load(a), load<i32>(b)));
      break; // i32x4_shl
    case 0x10ac:
      v128.store(d, i32x4.shr_s(v128.load(a), load<i32>(b)));
      break; // i32x4_shr_s
    case 0x10ad:
      v128.store(d, i32x4.shr_u(v128.load(a), load<i32>(b)));
      break; // i32x4_shr_u
    case 0x10ae:
      v128.store(d, i32x4.add(v128.load(a), v128.load(b)));
      break; // i32x4_add
    case 0x10b1:
      v128.store(d, i32x4.sub(v128.load(a), v128.load(b)));
      break; // i32x4_sub
    case 0x10b5:
      v128.store(d, i32x4.mul(v128.load(a), v128.load(b)));
      break; // i32x4_mul
    case 0x10b6:
      v128.store(d, i32x4.min_s(v128.load(a), v128.load(b)));
      break; // i32x4_min_s
    case 0x10b7:
      v128.store(d, i32x4.min_u(v128.load(a), v128.load(b)));
      break; // i32x4_min_u
    case 0x10b8:
      v128.store(d, i32x4.max_s(v128.load(a), v128.load(b)));
      break; // i32x4_max_s
    case 0x10b9:
      v128.store(d, i32x4.max_u(v128.load(a), v128.load(b)));
      break; // i32x4_max_u
    case 0x10ba:
      v128.store(d, i32x4.dot_i16x8_s(v128.load(a), v128.load(b)));
      break; // i32x4_dot_i16x8_s
    case 0x10c1:
      v128.store(d, i64x2.neg(v128.load(a)));
      break; // i64x2_neg
    case 0x10c4:
      store<u64>(d, <u64>(<u32>i64x2.bitmask(v128.load(a))));
      break; // i64x2_bitmask
    case 0x10c7:
      v128.store(d, i64x2.extend_low_i32x4_s(v128.load(a)));
      break; // i64x2_extend_low_i32x4_s
    case 0x10c9:
      v128.store(d, i64x2.extend_low_i32x4_u(v128.load(a)));
      break; // i64x2_extend_low_i32x4_u
    case 0x10cb:
      v128.store(d, i64x2.shl(v128.load(a), load<i32>(b)));
      break; // i64x2_shl
    case 0x10cc:
      v128.store(d, i64x2.shr_s(v128.load(a), load<i32>(b)));
      break; // i64x2_shr_s
    case 0x10cd:
      v128.store(d, i64x2.shr_u(v128.load(a), load<i32>(b)));
      break; // i64x2_shr_u
    case 0x10ce:
      v128.store(d, i64x2.add(v128.load(a), v128.load(b)));
      break; // i64x2_add
    case 0x10d1:
      v128.store(d, i64x2.sub(v128.load(a), v128.load(b)));
      break; // i64x2_sub
    case 0x10e0:
      v128.store(d, f32x4.abs(v128.load(a)));
      break; // f32x4_abs
    case 0x10e3:
      v128.store(d, f32x4.sqrt(v128.load(a)));
      break; // f32x4_sqrt
    case 0x10e4:
      v128.store(d, f32x4.add(v128.load(a), v128.load(b)));
      break; // f32x4_add
    case 0x10e5:
      v128.store(d, f32x4.sub(v128.load(a), v128.load(b)));
      break; // f32x4_sub
    case 0x10e6:
      v128.store(d, f32x4.mul(v128.load(a), v128.load(b)));
      break; // f32x4_mul
    case 0x10e7:
      v128.store(d, f32x4.div(v128.load(a), v128.load(b)));
      break; // f32x4_div
    case 0x10ec:
      v128.store(d, f64x2.abs(v128.load(a)));
      break; // f64x2_abs
    case 0x10ef:
      v128.store(d, f64x2.sqrt(v128.load(a)));
      break; // f64x2_sqrt
    case 0x10f0:
      v128.store(d, f64x2.add(v128.load(a), v128.load(b)));
      break; // f64x2_add
    case 0x10f1:
      v128.store(d, f64x2.sub(v128.load(a), v128.load(b)));
      break; // f64x2_sub
    case 0x10f2:
      v128.store(d, f64x2.mul(v128.load(a), v128.load(b)));
      break; // f64x2_mul
    case 0x10f3:
      v128.store(d, f64x2.div(v128.load(a), v128.load(b)));
      break; // f64x2_div
    case 0x1053:
      store<u64>(d, u64(v128.any_true(v128.load(a))));
      break; // v128_any_true
    case 0x106c:
      v128.store(d, i8x16.shr_s(v128.load(a), load<i32>(b)));
      break; // i8x16_shr_s
    case 0x10bc:
      v128.store(d, i32x4.extmul_low_i16x8_s(v128.load(a), v128.load(b)));
      break; // i32x4_extmul_low_i16x8_s
    case 0x10bd:
      v128.store(d, i32x4.extmul_high_i16x8_s(v128.load(a), v128.load(b)));
      break; // i32x4_extmul_high_i16x8_s
    case 0x10be:
      v128.store(d, i32x4.extmul_low_i16x8_u(v128.load(a), v128.load(b)));
      break; // i32x4_extmul_low_i16x8_u
    case 0x10bf:
      v128.store(d, i32x4.extmul_high_i16x8_u(v128.load(a), v128.load(b)));
      break; // i32x4_extmul_high_i16x8_u
    case 0x10dc:
      v128.store(d, i64x2.extmul_low_i32x4_s(v128.load(a), v128.load(b)));
      break; // i64x2_extmul_low_i32x4_s
    case 0x10de:
      v128.store(d, i64x2.extmul_low_i32x4_u(v128.load(a), v128.load(b)));
      break; // i64x2_extmul_low_i32x4_u
    case 0x10fe:
      v128.store(d, f64x2.convert_low_i32x4_s(v128.load(a)));
      break; // f64x2_convert_low_i32x4_s
    default:
      unreachable();
  }
}

/** i8x16.shuffle with the lane numbers at `lanes`. */
export function shuffle(d: i32, a: i32, b: i32, lanes: i32): void {
  const m = v128.load(lanes);
  // Swizzle gives 0 for indices of 16 and more, so the two halves combine by OR.
  const low = i8x16.swizzle(v128.load(a), m);
  const high = i8x16.swizzle(v128.load(b), i8x16.sub(m, i8x16.splat(16)));
  v128.store(d, v128.or(low, high));
}
