// vtype and vl (V 6), and the unit's control and status registers (V 3.5 to 3.9).

import { RV_MSTATUS, RV_VL, RV_VSTART, RV_VTYPE, RV_VXRM, RV_VXSAT } from "../../../../src/arch/riscv/layout";
import { VLENB } from "../../../../src/arch/riscv/vector";
import { VS } from "../bits";
import { mstatus, updateMode } from "../mode";
import { WIDEST, vlmaxOf } from "./state";

/** vtype says nothing (V 3.4.4). */
export const VILL: i64 = i64.MIN_VALUE;
/** vsew and vlmul; with vta and vma. */
const FIELDS = 0xff;
/** vlmul = 4 is reserved. */
const NO_LMUL = 4;

/** Whether elements of SEW fit into LMUL * ELEN. */
function exists(vtype: i64): bool {
  if ((vtype & ~FIELDS) != 0 || (vtype & 7) == NO_LMUL) return false;
  const sew = <i32>(vtype >> 3) & 7;
  const lmul = ((<i32>vtype) << 29) >> 29;
  return sew <= WIDEST + (lmul < 0 ? lmul : 0);
}

/** VSETVL: an application vector length, and vtype; `keep`: vl stays. Gives vl. */
export function riscv_vset(cpu: i32, avl: i64, vtype: i64, keep: i64): i64 {
  store<i32>(cpu + RV_VSTART, 0);
  if (!exists(vtype)) {
    store<i64>(cpu + RV_VTYPE, VILL);
    store<i32>(cpu + RV_VL, 0);
    return 0;
  }
  store<i64>(cpu + RV_VTYPE, vtype);
  const most = vlmaxOf(cpu);
  const wanted: u64 = keep ? <u64>load<u32>(cpu + RV_VL) : avl;
  const vl: u64 = wanted < <u64>most ? wanted : most;
  store<i32>(cpu + RV_VL, <i32>vl);
  return vl;
}

export function isVectorCsr(number: i32): bool {
  return (number >= 8 && number <= 10) || number == 15 || (number >= 0xc20 && number <= 0xc22);
}

/** An instruction that reads one is illegal while the unit is off (3.1.6.6). */
export function vectorIsOn(cpu: i32): bool {
  return (mstatus(cpu) & VS) != 0;
}

export function readVectorCsr(cpu: i32, number: i32): u64 {
  const vxsat = <u64>load<u32>(cpu + RV_VXSAT);
  const vxrm = <u64>load<u32>(cpu + RV_VXRM);
  switch (number) {
    case 8:
      return load<u32>(cpu + RV_VSTART);
    case 9:
      return vxsat;
    case 10:
      return vxrm;
    case 15:
      return vxsat | (vxrm << 1);
    case 0xc20:
      return load<u32>(cpu + RV_VL);
    case 0xc21:
      return load<u64>(cpu + RV_VTYPE);
    default:
      return VLENB;
  }
}

export function writeVectorCsr(cpu: i32, number: i32, value: u64): void {
  // What the index of an element can be (3.7).
  if (number == 8) store<i32>(cpu + RV_VSTART, <i32>value & ((VLENB << 3) - 1));
  else {
    if (number != 10) store<i32>(cpu + RV_VXSAT, <i32>value & 1);
    if (number != 9) store<i32>(cpu + RV_VXRM, <i32>(number == 10 ? value : value >> 1) & 3);
  }
  store<u64>(cpu + RV_MSTATUS, mstatus(cpu) | VS);
  updateMode(cpu);
}
