// D (unprivileged 35, tables of RV32D and RV64D).

import * as A from "../float/arith.js";
import { compare, extreme } from "../float/compare.js";
import { DOUBLE, SINGLE } from "../float/format.js";
import * as M from "../float/move.js";
import type { Table } from "../row.js";

const LOAD = "fd, imm(rs1)";
const STORE = "fs2, imm(rs1)";
const FUSED = "fd, fs1, fs2, fs3";
const BOTH = "fd, fs1, fs2";
const ONE = "fd, fs1";
const COMPARE = "rd, fs1, fs2";
const OUT = "rd, fs1";
const IN = "fd, rs1";

export const DOUBLE_FLOAT: Table = {
  extension: "d",
  rows: [
    ["imm[11:0] rs1 011 rd 0000111", "fld", LOAD, M.fld],
    ["imm[11:5] rs2 rs1 011 imm[4:0] 0100111", "fsd", STORE, M.fsd],
    ["rs3 01 rs2 rs1 rm rd 1000011", "fmadd.d", FUSED, A.fused(false, false, DOUBLE)],
    ["rs3 01 rs2 rs1 rm rd 1000111", "fmsub.d", FUSED, A.fused(false, true, DOUBLE)],
    ["rs3 01 rs2 rs1 rm rd 1001011", "fnmsub.d", FUSED, A.fused(true, false, DOUBLE)],
    ["rs3 01 rs2 rs1 rm rd 1001111", "fnmadd.d", FUSED, A.fused(true, true, DOUBLE)],
    ["0000001 rs2 rs1 rm rd 1010011", "fadd.d", BOTH, A.binary("fadd", DOUBLE)],
    ["0000101 rs2 rs1 rm rd 1010011", "fsub.d", BOTH, A.binary("fsub", DOUBLE)],
    ["0001001 rs2 rs1 rm rd 1010011", "fmul.d", BOTH, A.binary("fmul", DOUBLE)],
    ["0001101 rs2 rs1 rm rd 1010011", "fdiv.d", BOTH, A.binary("fdiv", DOUBLE)],
    ["0101101 00000 rs1 rm rd 1010011", "fsqrt.d", ONE, A.root(DOUBLE)],
    ["0010001 rs2 rs1 000 rd 1010011", "fsgnj.d", BOTH, M.inject(M.same, DOUBLE)],
    ["0010001 rs2 rs1 001 rd 1010011", "fsgnjn.d", BOTH, M.inject(M.opposite, DOUBLE)],
    ["0010001 rs2 rs1 010 rd 1010011", "fsgnjx.d", BOTH, M.inject(M.product, DOUBLE)],
    ["0010101 rs2 rs1 000 rd 1010011", "fmin.d", BOTH, extreme("fmin", DOUBLE)],
    ["0010101 rs2 rs1 001 rd 1010011", "fmax.d", BOTH, extreme("fmax", DOUBLE)],
    ["1010001 rs2 rs1 010 rd 1010011", "feq.d", COMPARE, compare("feq", DOUBLE)],
    ["1010001 rs2 rs1 001 rd 1010011", "flt.d", COMPARE, compare("flt", DOUBLE)],
    ["1010001 rs2 rs1 000 rd 1010011", "fle.d", COMPARE, compare("fle", DOUBLE)],
    ["1100001 00000 rs1 rm rd 1010011", "fcvt.w.d", OUT, A.toInteger("w", DOUBLE)],
    ["1100001 00001 rs1 rm rd 1010011", "fcvt.wu.d", OUT, A.toInteger("wu", DOUBLE)],
    ["1100001 00010 rs1 rm rd 1010011", "fcvt.l.d", OUT, A.toInteger("l", DOUBLE)],
    ["1100001 00011 rs1 rm rd 1010011", "fcvt.lu.d", OUT, A.toInteger("lu", DOUBLE)],
    ["1101001 00000 rs1 rm rd 1010011", "fcvt.d.w", IN, A.fromInteger("w", DOUBLE)],
    ["1101001 00001 rs1 rm rd 1010011", "fcvt.d.wu", IN, A.fromInteger("wu", DOUBLE)],
    ["1101001 00010 rs1 rm rd 1010011", "fcvt.d.l", IN, A.fromInteger("l", DOUBLE)],
    ["1101001 00011 rs1 rm rd 1010011", "fcvt.d.lu", IN, A.fromInteger("lu", DOUBLE)],
    ["0100000 00001 rs1 rm rd 1010011", "fcvt.s.d", ONE, A.convert(SINGLE, DOUBLE)],
    ["0100001 00000 rs1 rm rd 1010011", "fcvt.d.s", ONE, A.convert(DOUBLE, SINGLE)],
    ["1110001 00000 rs1 000 rd 1010011", "fmv.x.d", OUT, M.fmvXD],
    ["1110001 00000 rs1 001 rd 1010011", "fclass.d", OUT, M.classify(DOUBLE)],
    ["1111001 00000 rs1 000 rd 1010011", "fmv.d.x", IN, M.fmvDX],
  ],
};
