// Which registers an instruction may name (V 3.4.2, 5.2, 5.3): groups are aligned, and overlap only where nothing is lost by it. `emul` is
// log2 of a group's registers, negative for a part of one.

import {
  FROM_VECTOR,
  TO_MASK,
  TO_WIDE,
  V_ACCUMULATES,
  V_CARRY,
  V_FROM_SHIFT,
  V_TO_SHIFT,
  V_WIDTH_BIAS,
  V_WIDTH_SHIFT,
} from "../../../../src/arch/riscv/vector";
import { LARGEST, WIDEST, lmulOf, sewOf, unmasked, vdOf, vill, vs1Of, vs2Of } from "./state";

// @ts-ignore: decorator
@inline export function registers(emul: i32): i32 {
  return emul < 0 ? 1 : 1 << emul;
}

/** There are such a group and such elements, and `register` can be its first. */
export function group(register: i32, width: i32, emul: i32): bool {
  if (width < 0 || width > WIDEST || emul < -LARGEST || emul > LARGEST) return false;
  return (register & (registers(emul) - 1)) == 0;
}

export function overlap(a: i32, emulA: i32, b: i32, emulB: i32): bool {
  return a < b + registers(emulB) && b < a + registers(emulA);
}

/** Whether a destination may lie over a source: one of the same width may; a narrower one over the lowest part; a wider one so that the
 *  source is its highest part, and fills a register. */
export function mayLie(to: i32, toWidth: i32, toEmul: i32, from: i32, width: i32, emul: i32): bool {
  if (toWidth == width || !overlap(to, toEmul, from, emul)) return true;
  if (toWidth < width) return to == from;
  return emul >= 0 && to + registers(toEmul) - registers(emul) == from;
}

/** Of masks, whose elements are narrower than any. */
export const BIT = -1;

// @ts-ignore: decorator
@inline export function relativeWidth(what: i32): i32 {
  return ((what >> V_WIDTH_SHIFT) & 7) - V_WIDTH_BIAS;
}

// @ts-ignore: decorator
@inline export function toOf(what: i32): i32 {
  return (what >> V_TO_SHIFT) & 3;
}

// @ts-ignore: decorator
@inline export function fromOf(what: i32): i32 {
  return (what >> V_FROM_SHIFT) & 3;
}

/** Whether an instruction of elements is one, as its row has it. */
export function permitted(cpu: i32, raw: i32, what: i32): bool {
  if (vill(cpu)) return false;
  const sew = sewOf(cpu);
  const lmul = lmulOf(cpu);
  const vd = vdOf(raw);
  const to = toOf(what);
  const mask = to == TO_MASK;
  const wide = to == TO_WIDE ? 1 : 0;
  const toWidth = mask ? BIT : sew + wide;
  const toEmul = mask ? 0 : lmul + wide;
  if (mask ? false : !group(vd, toWidth, toEmul) || (!unmasked(raw) && vd == 0)) return false;
  const relative = relativeWidth(what);
  const vs2 = vs2Of(raw);
  if (!group(vs2, sew + relative, lmul + relative)) return false;
  if (!mayLie(vd, toWidth, toEmul, vs2, sew + relative, lmul + relative)) return false;
  // What vd holds is read as wide elements then, and nothing else of it as narrow ones.
  const accumulates = (what & V_ACCUMULATES) != 0 && wide != 0;
  if (accumulates && overlap(vd, toEmul, vs2, lmul)) return false;
  // A register that is read as elements of two widths, or as elements and a mask, is reserved (5.2). As in QEMU it is refused but where
  // the result is a mask.
  const twice = !unmasked(raw) && !mask;
  if (twice && vs2 == 0) return false;
  if (fromOf(what) != FROM_VECTOR) return true;
  const vs1 = vs1Of(raw);
  if (twice && vs1 == 0) return false;
  if (accumulates && overlap(vd, toEmul, vs1, lmul)) return false;
  if (relative != 0 && overlap(vs1, lmul, vs2, lmul + relative)) return false;
  return group(vs1, sew, lmul) && mayLie(vd, toWidth, toEmul, vs1, sew, lmul);
}

/** v0 is a mask, and not all of its bits are looked at as if they were ones. */
// @ts-ignore: decorator
@inline export function masked(raw: i32, what: i32): bool {
  return !unmasked(raw) && (what & V_CARRY) == 0;
}
