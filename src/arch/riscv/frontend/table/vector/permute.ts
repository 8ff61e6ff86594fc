// V 16: moves of elements.

import * as V from "../../../vector.js";
import type { Row } from "../../row.js";
import * as E from "../../vector/elements.js";
import { describe } from "./shape.js";

const SCALAR = { from: V.FROM_SCALAR };

/** By a register and by a number. */
function distances(name: string, funct6: string, op: number): Row[] {
  const what = describe(op, SCALAR);
  return [
    [`${funct6} vm rs2 rs1 100 rd 1010111`, `${name}.vx`, "vd, vs2, rs1, vm", E.gather(what, E.register)],
    [`${funct6} vm rs2 uimm[4:0] 011 rd 1010111`, `${name}.vi`, "vd, vs2, uimm, vm", E.gather(what, E.number)],
  ];
}

const wholes = [1, 2, 4, 8].map((count): Row => {
  const encoding = `100111 1 rs2 ${(count - 1).toString(2).padStart(5, "0")} 011 rd 1010111`;
  return [encoding, `vmv${count}r.v`, "vd, vs2", E.moveWhole(V.P_MOVE_WHOLE)];
});

export const PERMUTATIONS: readonly Row[] = [
  ["001100 vm rs2 rs1 000 rd 1010111", "vrgather.vv", "vd, vs2, vs1, vm", E.gather(describe(V.P_GATHER, {}))],
  ["001110 vm rs2 rs1 000 rd 1010111", "vrgatherei16.vv", "vd, vs2, vs1, vm", E.gather(describe(V.P_GATHER16, {}))],
  ...distances("vrgather", "001100", V.P_GATHER),
  ...distances("vslideup", "001110", V.P_SLIDE_UP),
  ...distances("vslidedown", "001111", V.P_SLIDE_DOWN),
  ["001110 vm rs2 rs1 110 rd 1010111", "vslide1up.vx", "vd, vs2, rs1, vm", E.slide1(V.P_SLIDE1_UP, E.register)],
  ["001111 vm rs2 rs1 110 rd 1010111", "vslide1down.vx", "vd, vs2, rs1, vm", E.slide1(V.P_SLIDE1_DOWN, E.register)],
  ["001110 vm rs2 rs1 101 rd 1010111", "vfslide1up.vf", "vd, vs2, fs1, vm", E.slide1Float(V.P_SLIDE1_UP)],
  ["001111 vm rs2 rs1 101 rd 1010111", "vfslide1down.vf", "vd, vs2, fs1, vm", E.slide1Float(V.P_SLIDE1_DOWN)],
  ["010111 1 rs2 rs1 010 rd 1010111", "vcompress.vm", "vd, vs2, vs1", E.compress(V.P_COMPRESS)],
  ...wholes,
  ["010000 1 rs2 00000 010 rd 1010111", "vmv.x.s", "rd, vs2", E.toX],
  ["010000 1 00000 rs1 110 rd 1010111", "vmv.s.x", "vd, rs1", E.fromX],
  ["010000 1 rs2 00000 001 rd 1010111", "vfmv.f.s", "fd, vs2", E.toF],
  ["010000 1 00000 rs1 101 rd 1010111", "vfmv.s.f", "vd, fs1", E.fromF],
];
