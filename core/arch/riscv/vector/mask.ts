// Instructions of masks (V 15).

import {
  M_AND,
  M_ANDN,
  M_BEFORE_FIRST,
  M_COUNT,
  M_INDEX,
  M_IOTA,
  M_NAND,
  M_NOR,
  M_ONLY_FIRST,
  M_OR,
  M_ORN,
  M_XOR,
  V_OP,
} from "../../../../src/arch/riscv/vector";
import { group, overlap } from "./groups";
import {
  active,
  element,
  finish,
  lmulOf,
  maskBit,
  put,
  putMaskBit,
  reserved,
  sewOf,
  unmasked,
  vdOf,
  vill,
  vlOf,
  vs1Of,
  vs2Of,
  vstartOf,
} from "./state";

function logical(op: i32, a: i64, b: i64): i64 {
  switch (op) {
    case M_ANDN:
      return a & ~b;
    case M_AND:
      return a & b;
    case M_OR:
      return a | b;
    case M_XOR:
      return a ^ b;
    case M_ORN:
      return a | ~b;
    case M_NAND:
      return ~(a & b);
    case M_NOR:
      return ~(a | b);
    default:
      return ~(a ^ b);
  }
}

/** 64 bits of a mask, from `first` on. */
// @ts-ignore: decorator
@inline function maskBits(cpu: i32, register: i32, first: i32): i64 {
  return load<i64>(element(cpu, register, 0, first >> 3));
}

export function riscv_v_mask_logical(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const raw = <i32>encoding;
  const op = <i32>(encoding >> 32) & V_OP;
  if (vill(cpu)) return reserved(cpu, raw);
  const end = vlOf(cpu);
  const start = vstartOf(cpu);
  for (let i = start & ~63; i < end; i += 64) {
    const at = element(cpu, vdOf(raw), 0, i >> 3);
    let changed: i64 = -1;
    if (end - i < 64) changed &= ((<i64>1) << (end - i)) - 1;
    if (start > i) changed &= (<i64>-1) << (start - i);
    const bits = logical(op, maskBits(cpu, vs2Of(raw), i), maskBits(cpu, vs1Of(raw), i));
    store<i64>(at, (load<i64>(at) & ~changed) | (bits & changed));
  }
  return finish(cpu);
}

/** VCPOP, VFIRST: a number; only from the first element on. */
export function riscv_v_mask_scan(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const raw = <i32>encoding;
  if (vill(cpu) || vstartOf(cpu) != 0) return reserved(cpu, raw);
  const counts = (<i32>(encoding >> 32) & V_OP) == M_COUNT;
  const end = vlOf(cpu);
  let ones: i64 = 0;
  for (let i = 0; i < end; i += 64) {
    let bits = maskBits(cpu, vs2Of(raw), i);
    if (!unmasked(raw)) bits &= maskBits(cpu, 0, i);
    if (end - i < 64) bits &= ((<i64>1) << (end - i)) - 1;
    if (counts) ones += popcnt(bits);
    else if (bits != 0) return i + ctz(bits);
  }
  return counts ? ones : -1;
}

/** VMSBF, VMSOF, VMSIF, VIOTA; VID, which may begin anywhere. */
export function riscv_v_mask_prefix(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const raw = <i32>encoding;
  const op = <i32>(encoding >> 32) & V_OP;
  const vd = vdOf(raw);
  const vs2 = vs2Of(raw);
  const sew = sewOf(cpu);
  const elements = op == M_IOTA || op == M_INDEX;
  const emul = elements ? lmulOf(cpu) : 0;
  if (vill(cpu) || !group(vd, sew, emul) || (!unmasked(raw) && vd == 0)) return reserved(cpu, raw);
  if (op != M_INDEX && (vstartOf(cpu) != 0 || overlap(vd, emul, vs2, 0))) return reserved(cpu, raw);
  const end = vlOf(cpu);
  let ones = 0;
  for (let i = vstartOf(cpu); i < end; i++) {
    if (!active(cpu, raw, i)) continue;
    const bit = op == M_INDEX ? 0 : maskBit(cpu, vs2, i);
    if (elements) put(element(cpu, vd, sew, i), sew, op == M_INDEX ? i : ones);
    else {
      const first = ones == 0 && bit != 0;
      const before = ones == 0 && bit == 0;
      putMaskBit(cpu, vd, i, op == M_ONLY_FIRST ? first : op == M_BEFORE_FIRST ? before : before || first);
    }
    ones += bit;
  }
  return finish(cpu);
}
