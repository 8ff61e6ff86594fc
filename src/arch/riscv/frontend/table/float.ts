// F (unprivileged 35, tables of RV32F and RV64F).

import * as A from "../float/arith.js";
import { compare, extreme } from "../float/compare.js";
import { SINGLE } from "../float/format.js";
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

export const FLOAT: Table = {
  extension: "f",
  rows: [
    ["imm[11:0] rs1 010 rd 0000111", "flw", LOAD, M.flw],
    ["imm[11:5] rs2 rs1 010 imm[4:0] 0100111", "fsw", STORE, M.fsw],
    ["rs3 00 rs2 rs1 rm rd 1000011", "fmadd.s", FUSED, A.fused(false, false, SINGLE)],
    ["rs3 00 rs2 rs1 rm rd 1000111", "fmsub.s", FUSED, A.fused(false, true, SINGLE)],
    ["rs3 00 rs2 rs1 rm rd 1001011", "fnmsub.s", FUSED, A.fused(true, false, SINGLE)],
    ["rs3 00 rs2 rs1 rm rd 1001111", "fnmadd.s", FUSED, A.fused(true, true, SINGLE)],
    ["0000000 rs2 rs1 rm rd 1010011", "fadd.s", BOTH, A.binary("fadd", SINGLE)],
    ["0000100 rs2 rs1 rm rd 1010011", "fsub.s", BOTH, A.binary("fsub", SINGLE)],
    ["0001000 rs2 rs1 rm rd 1010011", "fmul.s", BOTH, A.binary("fmul", SINGLE)],
    ["0001100 rs2 rs1 rm rd 1010011", "fdiv.s", BOTH, A.binary("fdiv", SINGLE)],
    ["0101100 00000 rs1 rm rd 1010011", "fsqrt.s", ONE, A.root(SINGLE)],
    ["0010000 rs2 rs1 000 rd 1010011", "fsgnj.s", BOTH, M.inject(M.same, SINGLE)],
    ["0010000 rs2 rs1 001 rd 1010011", "fsgnjn.s", BOTH, M.inject(M.opposite, SINGLE)],
    ["0010000 rs2 rs1 010 rd 1010011", "fsgnjx.s", BOTH, M.inject(M.product, SINGLE)],
    ["0010100 rs2 rs1 000 rd 1010011", "fmin.s", BOTH, extreme("fmin", SINGLE)],
    ["0010100 rs2 rs1 001 rd 1010011", "fmax.s", BOTH, extreme("fmax", SINGLE)],
    ["1010000 rs2 rs1 010 rd 1010011", "feq.s", COMPARE, compare("feq", SINGLE)],
    ["1010000 rs2 rs1 001 rd 1010011", "flt.s", COMPARE, compare("flt", SINGLE)],
    ["1010000 rs2 rs1 000 rd 1010011", "fle.s", COMPARE, compare("fle", SINGLE)],
    ["1100000 00000 rs1 rm rd 1010011", "fcvt.w.s", OUT, A.toInteger("w", SINGLE)],
    ["1100000 00001 rs1 rm rd 1010011", "fcvt.wu.s", OUT, A.toInteger("wu", SINGLE)],
    ["1100000 00010 rs1 rm rd 1010011", "fcvt.l.s", OUT, A.toInteger("l", SINGLE)],
    ["1100000 00011 rs1 rm rd 1010011", "fcvt.lu.s", OUT, A.toInteger("lu", SINGLE)],
    ["1101000 00000 rs1 rm rd 1010011", "fcvt.s.w", IN, A.fromInteger("w", SINGLE)],
    ["1101000 00001 rs1 rm rd 1010011", "fcvt.s.wu", IN, A.fromInteger("wu", SINGLE)],
    ["1101000 00010 rs1 rm rd 1010011", "fcvt.s.l", IN, A.fromInteger("l", SINGLE)],
    ["1101000 00011 rs1 rm rd 1010011", "fcvt.s.lu", IN, A.fromInteger("lu", SINGLE)],
    ["1110000 00000 rs1 000 rd 1010011", "fmv.x.w", OUT, M.fmvXW],
    ["1110000 00000 rs1 001 rd 1010011", "fclass.s", OUT, M.classify(SINGLE)],
    ["1111000 00000 rs1 000 rd 1010011", "fmv.w.x", IN, M.fmvWX],
  ],
};
