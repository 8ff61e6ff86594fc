// V 15: masks.

import * as V from "../../../vector.js";
import type { Row } from "../../row.js";
import { maskLogical, maskPrefix, maskScan } from "../../vector/elements.js";

function logical(name: string, funct6: string, op: number): Row {
  return [`${funct6} 1 rs2 rs1 010 rd 1010111`, `${name}.mm`, "vd, vs2, vs1", maskLogical(op)];
}

export const MASKS: readonly Row[] = [
  logical("vmandn", "011000", V.M_ANDN),
  logical("vmand", "011001", V.M_AND),
  logical("vmor", "011010", V.M_OR),
  logical("vmxor", "011011", V.M_XOR),
  logical("vmorn", "011100", V.M_ORN),
  logical("vmnand", "011101", V.M_NAND),
  logical("vmnor", "011110", V.M_NOR),
  logical("vmxnor", "011111", V.M_XNOR),
  ["010000 vm rs2 10000 010 rd 1010111", "vcpop.m", "rd, vs2, vm", maskScan(V.M_COUNT)],
  ["010000 vm rs2 10001 010 rd 1010111", "vfirst.m", "rd, vs2, vm", maskScan(V.M_FIRST)],
  ["010100 vm rs2 00001 010 rd 1010111", "vmsbf.m", "vd, vs2, vm", maskPrefix(V.M_BEFORE_FIRST)],
  ["010100 vm rs2 00010 010 rd 1010111", "vmsof.m", "vd, vs2, vm", maskPrefix(V.M_ONLY_FIRST)],
  ["010100 vm rs2 00011 010 rd 1010111", "vmsif.m", "vd, vs2, vm", maskPrefix(V.M_INCLUDING_FIRST)],
  ["010100 vm rs2 10000 010 rd 1010111", "viota.m", "vd, vs2, vm", maskPrefix(V.M_IOTA)],
  ["010100 vm 00000 10001 010 rd 1010111", "vid.v", "vd, vm", maskPrefix(V.M_INDEX)],
];
