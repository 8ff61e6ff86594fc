// Moves of elements (V 16).

import {
  FROM_VECTOR,
  P_COMPRESS,
  P_GATHER16,
  P_SLIDE1_DOWN,
  P_SLIDE1_UP,
  P_SLIDE_DOWN,
  P_SLIDE_UP,
  V_OP,
} from "../../../../src/arch/riscv/vector";
import { isFloat, unboxed } from "./float";
import { fromOf, group, overlap } from "./groups";
import {
  REGISTER,
  active,
  element,
  finish,
  getSigned,
  getUnsigned,
  lmulOf,
  maskBit,
  put,
  reserved,
  sewOf,
  unmasked,
  vdOf,
  vill,
  vlOf,
  vlmaxOf,
  vs1Of,
  vs2Of,
  vstartOf,
} from "./state";

const SLIDES_FLOAT = 1;

/** What vd may not lie over, and what may not be masked. */
function exists(cpu: i32, raw: i32, op: i32, vector: bool): bool {
  const sew = sewOf(cpu);
  const lmul = lmulOf(cpu);
  const vd = vdOf(raw);
  const vs2 = vs2Of(raw);
  if (vill(cpu) || !group(vd, sew, lmul) || !group(vs2, sew, lmul)) return false;
  if (!unmasked(raw) && vd == 0) return false;
  // No register is read as elements of two widths, or as elements and a mask (V 5.2).
  if (!unmasked(raw) && (vs2 == 0 || (vector && vs1Of(raw) == 0))) return false;
  if (op == P_SLIDE_DOWN || op == P_SLIDE1_DOWN) return true;
  if (overlap(vd, lmul, vs2, lmul)) return false;
  if (!vector) return true;
  const width1 = op == P_GATHER16 ? 1 : sew;
  const emul1 = op == P_COMPRESS ? 0 : lmul + width1 - sew;
  if (op == P_GATHER16 && width1 != sew && overlap(vs1Of(raw), emul1, vs2, lmul)) return false;
  return group(vs1Of(raw), width1, emul1) && !overlap(vd, lmul, vs1Of(raw), emul1);
}

/** VSLIDEUP, VSLIDEDOWN, VRGATHER: `scalar` is a distance, an index, without a sign. */
export function riscv_v_gather(cpu: i32, encoding: i64, scalar: i64, c: i64): i64 {
  const raw = <i32>encoding;
  const what = <i32>(encoding >> 32);
  const op = what & V_OP;
  const vector = fromOf(what) == FROM_VECTOR;
  if (!exists(cpu, raw, op, vector)) return reserved(cpu, raw);
  const sew = sewOf(cpu);
  const width1 = op == P_GATHER16 ? 1 : sew;
  const most: u64 = vlmaxOf(cpu);
  const end = vlOf(cpu);
  for (let i = vstartOf(cpu); i < end; i++) {
    if (!active(cpu, raw, i)) continue;
    let from: u64;
    if (op == P_SLIDE_UP) {
      if (<u64>i < <u64>scalar) continue;
      from = <u64>i - scalar;
    } else if (op == P_SLIDE_DOWN) from = <u64>scalar < most ? <u64>i + scalar : most;
    else from = vector ? getUnsigned(element(cpu, vs1Of(raw), width1, i), width1) : scalar;
    const value = from < most ? getUnsigned(element(cpu, vs2Of(raw), sew, <i32>from), sew) : 0;
    put(element(cpu, vdOf(raw), sew, i), sew, value);
  }
  return finish(cpu);
}

/** VSLIDE1UP, VSLIDE1DOWN; `float`: the scalar is of an f register. */
export function riscv_v_slide1(cpu: i32, encoding: i64, scalar: i64, float: i64): i64 {
  const raw = <i32>encoding;
  const op = <i32>(encoding >> 32) & V_OP;
  const sew = sewOf(cpu);
  if ((float == SLIDES_FLOAT && !isFloat(sew)) || !exists(cpu, raw, op, false)) return reserved(cpu, raw);
  const value = float == SLIDES_FLOAT ? unboxed(scalar, sew) : scalar;
  const end = vlOf(cpu);
  for (let i = vstartOf(cpu); i < end; i++) {
    if (!active(cpu, raw, i)) continue;
    const last = op == P_SLIDE1_UP ? i == 0 : i == end - 1;
    const from = op == P_SLIDE1_UP ? i - 1 : i + 1;
    put(element(cpu, vdOf(raw), sew, i), sew, last ? value : getUnsigned(element(cpu, vs2Of(raw), sew, from), sew));
  }
  return finish(cpu);
}

/** VCOMPRESS: the elements that vs1 names, packed; only from the first on. */
export function riscv_v_compress(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const raw = <i32>encoding;
  if (vstartOf(cpu) != 0 || !exists(cpu, raw, P_COMPRESS, true)) return reserved(cpu, raw);
  const sew = sewOf(cpu);
  const end = vlOf(cpu);
  let to = 0;
  for (let i = 0; i < end; i++) {
    if (maskBit(cpu, vs1Of(raw), i) == 0) continue;
    put(element(cpu, vdOf(raw), sew, to++), sew, getUnsigned(element(cpu, vs2Of(raw), sew, i), sew));
  }
  return finish(cpu);
}

/** VMV<n>R: whole registers, whatever vl is. */
export function riscv_v_move_whole(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const raw = <i32>encoding;
  const count = vs1Of(raw) + 1;
  const vd = vdOf(raw);
  const vs2 = vs2Of(raw);
  if (vill(cpu) || ((vd | vs2) & (count - 1)) != 0) return reserved(cpu, raw);
  const from = vstartOf(cpu) << sewOf(cpu);
  const bytes = (count << REGISTER) - from;
  if (bytes > 0) memory.copy(element(cpu, vd, 0, from), element(cpu, vs2, 0, from), bytes);
  return finish(cpu);
}

/** VMV.X.S, VFMV.F.S, whatever vl is: sign-extended, or boxed. */
export function riscv_v_to_scalar(cpu: i32, encoding: i64, float: i64, c: i64): i64 {
  const raw = <i32>encoding;
  const sew = sewOf(cpu);
  if (vill(cpu) || (float && !isFloat(sew))) return reserved(cpu, raw);
  const at = element(cpu, vs2Of(raw), 0, 0);
  const value = getSigned(at, sew);
  finish(cpu);
  return float && sew == 2 ? value | -0x100000000 : value;
}

/** VMV.S.X, VFMV.S.F. */
export function riscv_v_from_scalar(cpu: i32, encoding: i64, scalar: i64, float: i64): i64 {
  const raw = <i32>encoding;
  const sew = sewOf(cpu);
  if (vill(cpu) || (float && !isFloat(sew))) return reserved(cpu, raw);
  if (vstartOf(cpu) < vlOf(cpu)) put(element(cpu, vdOf(raw), 0, 0), sew, float ? unboxed(scalar, sew) : scalar);
  return finish(cpu);
}
