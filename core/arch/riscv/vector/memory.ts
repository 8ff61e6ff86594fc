// Vector loads and stores (V 7). A fault at an element leaves its number in vstart, and what came before is done: the instruction goes on there
// when it is executed again.

import { RV_VL, RV_VSTART } from "../../../../src/arch/riscv/layout";
import { VLENB } from "../../../../src/arch/riscv/vector";
import { FAULT_NONE } from "../../../../src/layout/vcpu";
import {
  hostRead,
  hostWrite,
  ld16,
  ld32,
  ld64,
  ld8,
  probeRead,
  st16,
  st32,
  st64,
  st8,
} from "../../../engine/softmmu/access";
import { fault, mmuIndex, setFault } from "../../../engine/state";
import { group, mayLie, overlap, registers } from "./groups";
import {
  LARGEST,
  active,
  element,
  finish,
  getUnsigned,
  lmulOf,
  put,
  reserved,
  sewOf,
  unmasked,
  vdOf,
  vill,
  vlOf,
  vs2Of,
  vstartOf,
} from "./state";

// mop, and lumop of UNIT.
const UNIT = 0;
const STRIDED = 2;
const WHOLE = 8;
const MASK = 11;
const FAULT_ONLY_FIRST = 16;

// @ts-ignore: decorator
@inline function mopOf(raw: i32): i32 {
  return (raw >> 26) & 3;
}

/** Fields of a segment. */
// @ts-ignore: decorator
@inline function fieldsOf(raw: i32): i32 {
  return (raw >>> 29) + 1;
}

/** log2 of the bytes that the encoding names: 0, 5, 6, 7. */
// @ts-ignore: decorator
@inline function namedWidth(raw: i32): i32 {
  const width = (raw >> 12) & 7;
  return width == 0 ? 0 : width - 4;
}

function loadElement(cpu: i32, va: u64, at: i32, width: i32, mmu: i32): void {
  let value: u64;
  if (width == 0) value = ld8(cpu, va, mmu);
  else if (width == 1) value = ld16(cpu, va, mmu);
  else if (width == 2) value = ld32(cpu, va, mmu);
  else value = ld64(cpu, va, mmu);
  if (fault(cpu) == FAULT_NONE) put(at, width, value);
}

function storeElement(cpu: i32, va: u64, at: i32, width: i32, mmu: i32): void {
  if (width == 0) st8(cpu, va, load<u8>(at), mmu);
  else if (width == 1) st16(cpu, va, load<u16>(at), mmu);
  else if (width == 2) st32(cpu, va, load<u32>(at), mmu);
  else st64(cpu, va, load<u64>(at), mmu);
}

/** Elements one after the other, all in one page that is plain memory: true where they were copied. */
// @ts-ignore: decorator
@inline function copied(cpu: i32, va: u64, at: i32, bytes: i32, loads: bool, mmu: i32): bool {
  if (bytes <= 0) return true;
  const host = loads ? hostRead(cpu, va, bytes, mmu) : hostWrite(cpu, va, bytes, mmu);
  if (host == 0) return false;
  if (loads) copy(at, host, bytes);
  else copy(host, at, bytes);
  return true;
}

/** A few registers: memory.copy is a call. */
// @ts-ignore: decorator
@inline function copy(to: i32, from: i32, bytes: i32): void {
  let done = 0;
  for (; done + 16 <= bytes; done += 16) v128.store(to + done, v128.load(from + done));
  for (; done < bytes; done++) store<u8>(to + done, load<u8>(from + done));
}

/** From `base`, in the order of memory: registers from vd on, `end` elements. */
function straight(cpu: i32, raw: i32, base: u64, width: i32, end: i32, loads: bool): i64 {
  const mmu = mmuIndex(cpu);
  let i = vstartOf(cpu);
  if (copied(cpu, base + (i << width), element(cpu, vdOf(raw), width, i), (end - i) << width, loads, mmu))
    return finish(cpu);
  for (; i < end; i++) {
    const va = base + (i << width);
    const at = element(cpu, vdOf(raw), width, i);
    if (loads) loadElement(cpu, va, at, width, mmu);
    else storeElement(cpu, va, at, width, mmu);
    if (fault(cpu) != FAULT_NONE) {
      store<i32>(cpu + RV_VSTART, i);
      return 0;
    }
  }
  return finish(cpu);
}

/** Unit stride, strided, indexed; segments of all of them. `stride` of x[rs2]. */
function segments(cpu: i32, raw: i32, base: u64, stride: u64, loads: bool): i64 {
  const mop = mopOf(raw);
  const fields = fieldsOf(raw);
  const vd = vdOf(raw);
  const sew = sewOf(cpu);
  const indexed = (mop & 1) != 0;
  const named = namedWidth(raw);
  const width = indexed ? sew : named;
  const emul = lmulOf(cpu) + width - sew;
  const first = mop == UNIT && vs2Of(raw) == FAULT_ONLY_FIRST;
  if (!exists(cpu, raw, loads, width, emul, named)) return reserved(cpu, raw);
  const end = vlOf(cpu);
  const mmu = mmuIndex(cpu);
  if (mop == UNIT && fields == 1 && !first && unmasked(raw)) return straight(cpu, raw, base, width, end, loads);
  const step = mop == STRIDED ? stride : <u64>(fields << width);
  for (let i = vstartOf(cpu); i < end; i++) {
    if (!active(cpu, raw, i)) continue;
    const offset: u64 = indexed ? getUnsigned(element(cpu, vs2Of(raw), named, i), named) : step * <u64>i;
    // A segment that is not there as a whole traps if it is the first one; else there are fewer (V 7.7).
    if (first && !probeRead(cpu, base + offset, fields << width, mmu)) {
      if (i == 0) return 0;
      setFault(cpu, FAULT_NONE);
      store<i32>(cpu + RV_VL, i);
      return finish(cpu);
    }
    for (let field = 0; field < fields; field++) {
      const va = base + offset + (field << width);
      const at = element(cpu, vd + field * registers(emul), width, i);
      if (loads) loadElement(cpu, va, at, width, mmu);
      else storeElement(cpu, va, at, width, mmu);
      if (fault(cpu) == FAULT_NONE) continue;
      store<i32>(cpu + RV_VSTART, i);
      return 0;
    }
  }
  return finish(cpu);
}

function exists(cpu: i32, raw: i32, loads: bool, width: i32, emul: i32, named: i32): bool {
  if (vill(cpu)) return false;
  const vd = vdOf(raw);
  const fields = fieldsOf(raw);
  if (!group(vd, width, emul)) return false;
  const all = registers(emul) * fields;
  if (all > 1 << LARGEST || vd + all > 32) return false;
  if (loads && !unmasked(raw) && vd == 0) return false;
  if ((mopOf(raw) & 1) == 0) return true;
  const vs2 = vs2Of(raw);
  const indices = lmulOf(cpu) + named - sewOf(cpu);
  if (!group(vs2, named, indices)) return false;
  // A register that is read as elements of two widths, or as elements and a mask, is reserved (V 5.2).
  if (!unmasked(raw) && (vs2 == 0 || vd == 0)) return false;
  if (!loads) return named == width || !overlap(vd, emul, vs2, indices);
  if (fields == 1) return mayLie(vd, width, emul, vs2, named, indices);
  // Of a segment no field may lie over the indices (V 7.8.3).
  for (let field = 0; field < fields; field++)
    if (overlap(vd + field * registers(emul), emul, vs2, indices)) return false;
  return true;
}

// Of an encoding, all but vd, the address, the width, and whether only the first element may fault: of unit stride, one field, not masked.
const SHAPE: i32 = 0xfef00000;
const PLAIN: i32 = 1 << 25;

/** What programs do most, and nothing else: all elements of a group at once. True where it was done. */
// @ts-ignore: decorator
@inline function plain(cpu: i32, raw: i32, base: u64, loads: bool): bool {
  if ((raw & SHAPE) != PLAIN || vill(cpu) || vstartOf(cpu) != 0) return false;
  const width = namedWidth(raw);
  const emul = lmulOf(cpu) + width - sewOf(cpu);
  const vd = vdOf(raw);
  if (emul > LARGEST || emul < -LARGEST || (vd & (registers(emul) - 1)) != 0) return false;
  return copied(cpu, base, element(cpu, vd, width, 0), vlOf(cpu) << width, loads, mmuIndex(cpu));
}

function access(cpu: i32, raw: i32, base: u64, stride: u64, loads: bool): i64 {
  const kind = mopOf(raw) == UNIT ? vs2Of(raw) : 0;
  if (kind == WHOLE) {
    // Whatever vtype and vl are.
    const count = fieldsOf(raw);
    if ((count & (count - 1)) != 0 || (vdOf(raw) & (count - 1)) != 0) return reserved(cpu, raw);
    const width = namedWidth(raw);
    return straight(cpu, raw, base, width, (count * VLENB) >> width, loads);
  }
  if (kind != MASK) return segments(cpu, raw, base, stride, loads);
  return vill(cpu) ? reserved(cpu, raw) : straight(cpu, raw, base, 0, (vlOf(cpu) + 7) >> 3, loads);
}

/** `encoding`, x[rs1], x[rs2] of a strided one. */
export function riscv_v_load(cpu: i32, encoding: i64, base: i64, stride: i64): i64 {
  return plain(cpu, <i32>encoding, base, true) ? 0 : access(cpu, <i32>encoding, base, stride, true);
}

export function riscv_v_store(cpu: i32, encoding: i64, base: i64, stride: i64): i64 {
  return plain(cpu, <i32>encoding, base, false) ? 0 : access(cpu, <i32>encoding, base, stride, false);
}
