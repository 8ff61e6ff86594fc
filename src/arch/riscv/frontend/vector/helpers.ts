// What vector instructions are in core: a helper for each kind, which is given the encoding and what the row says of it (../../vector.ts).
// They raise what is reserved, and go on from vstart.

import { type HelperDef, helper, type SlotRange, system } from "../../../../ir/helpers.js";
import * as R from "../../layout.js";

const STATE: readonly SlotRange[] = [
  [R.RV_V, R.RV_V + 512],
  [R.RV_VTYPE, R.RV_VXSAT + 4],
];
const FLOAT_STATE: readonly SlotRange[] = [...STATE, [R.RV_FFLAGS, R.RV_FFLAGS + 4], [R.RV_RM, R.RV_RM + 4]];

function vector(name: string): HelperDef {
  return helper(`riscv_${name}`, { reads: STATE, writes: STATE, fault: true });
}

function vectorFloat(name: string): HelperDef {
  return helper(`riscv_${name}`, { reads: FLOAT_STATE, writes: FLOAT_STATE, fault: true });
}

export const VECTOR_HELPERS: readonly HelperDef[] = [
  // (encoding): the mode says from now on whether the unit is on; the instruction is executed again.
  system("riscv_vs_look"),
  // (application vector length, vtype, whether vl is kept) -> vl.
  vector("vset"),
  // (what and encoding, scalar).
  vector("v_integer"),
  // (what and encoding, scalar, rounding mode).
  vectorFloat("v_float"),
  vectorFloat("v_convert"),
  vectorFloat("v_reduce_float"),
  // (what and encoding).
  vector("v_reduce"),
  vector("v_mask_logical"),
  vector("v_mask_prefix"),
  vector("v_mask_scan"),
  // (what and encoding, distance or index), (what and encoding, scalar, whether it is of an f register).
  vector("v_gather"),
  vector("v_slide1"),
  vector("v_compress"),
  vector("v_move_whole"),
  // (encoding, whether it goes to an f register) -> element; (encoding, scalar, whether it is of an f register).
  vector("v_to_scalar"),
  vector("v_from_scalar"),
  // (encoding, address, stride): devices may be told of it, at an exact time.
  helper("riscv_v_load", { reads: STATE, writes: STATE, fault: true, exact: true }),
  helper("riscv_v_store", { reads: STATE, writes: STATE, fault: true, exact: true }),
];
