// Zba, Zbb, Zbc, Zbkb, Zbs.

import { immediate, registers, unary, wordImmediate, words } from "../integer/arith.js";
import * as B from "../integer/bits.js";
import type { Table } from "../row.js";

const REG = "rd, rs1, rs2";
const IMM = "rd, rs1, imm";
const ONE = "rd, rs1";

export const ZBA: Table = {
  extension: "zba",
  rows: [
    ["0000100 rs2 rs1 000 rd 0111011", "add.uw", REG, registers(B.shiftAddWord(0))],
    ["0010000 rs2 rs1 010 rd 0110011", "sh1add", REG, registers(B.shiftAdd(1))],
    ["0010000 rs2 rs1 010 rd 0111011", "sh1add.uw", REG, registers(B.shiftAddWord(1))],
    ["0010000 rs2 rs1 100 rd 0110011", "sh2add", REG, registers(B.shiftAdd(2))],
    ["0010000 rs2 rs1 100 rd 0111011", "sh2add.uw", REG, registers(B.shiftAddWord(2))],
    ["0010000 rs2 rs1 110 rd 0110011", "sh3add", REG, registers(B.shiftAdd(3))],
    ["0010000 rs2 rs1 110 rd 0111011", "sh3add.uw", REG, registers(B.shiftAddWord(3))],
    ["000010 uimm[5:0] rs1 001 rd 0011011", "slli.uw", IMM, immediate(B.shiftWord)],
  ],
};

export const ZBB: Table = {
  extension: "zbb",
  rows: [
    ["0110000 00000 rs1 001 rd 0010011", "clz", ONE, unary(B.clz)],
    ["0110000 00000 rs1 001 rd 0011011", "clzw", ONE, unary(B.clzw)],
    ["0110000 00001 rs1 001 rd 0010011", "ctz", ONE, unary(B.ctz)],
    ["0110000 00001 rs1 001 rd 0011011", "ctzw", ONE, unary(B.ctzw)],
    ["0110000 00010 rs1 001 rd 0010011", "cpop", ONE, unary(B.cpop)],
    ["0110000 00010 rs1 001 rd 0011011", "cpopw", ONE, unary(B.cpopw)],
    ["0000101 rs2 rs1 110 rd 0110011", "max", REG, registers(B.max)],
    ["0000101 rs2 rs1 111 rd 0110011", "maxu", REG, registers(B.maxu)],
    ["0000101 rs2 rs1 100 rd 0110011", "min", REG, registers(B.min)],
    ["0000101 rs2 rs1 101 rd 0110011", "minu", REG, registers(B.minu)],
    ["0110000 00100 rs1 001 rd 0010011", "sext.b", ONE, unary(B.sextB)],
    ["0110000 00101 rs1 001 rd 0010011", "sext.h", ONE, unary(B.sextH)],
    ["0000100 00000 rs1 100 rd 0111011", "zext.h", ONE, unary(B.zextH)],
    ["001010000111 rs1 101 rd 0010011", "orc.b", ONE, unary(B.orcB)],
  ],
};

export const ZBB_OR_ZBKB: Table = {
  extension: "zbb|zbkb",
  rows: [
    ["0100000 rs2 rs1 111 rd 0110011", "andn", REG, registers(B.andn)],
    ["0100000 rs2 rs1 110 rd 0110011", "orn", REG, registers(B.orn)],
    ["0100000 rs2 rs1 100 rd 0110011", "xnor", REG, registers(B.xnor)],
    ["0110000 rs2 rs1 001 rd 0110011", "rol", REG, registers(B.rol)],
    ["0110000 rs2 rs1 001 rd 0111011", "rolw", REG, words(B.rol)],
    ["0110000 rs2 rs1 101 rd 0110011", "ror", REG, registers(B.ror)],
    ["011000 uimm[5:0] rs1 101 rd 0010011", "rori", IMM, immediate(B.ror)],
    ["0110000 uimm[4:0] rs1 101 rd 0011011", "roriw", IMM, wordImmediate(B.ror)],
    ["0110000 rs2 rs1 101 rd 0111011", "rorw", REG, words(B.ror)],
    ["011010111000 rs1 101 rd 0010011", "rev8", ONE, unary(B.rev8)],
  ],
};

export const ZBKB: Table = {
  extension: "zbkb",
  rows: [
    ["011010000111 rs1 101 rd 0010011", "brev8", ONE, unary(B.brev8)],
    ["0000100 rs2 rs1 100 rd 0110011", "pack", REG, registers(B.pack)],
    ["0000100 rs2 rs1 111 rd 0110011", "packh", REG, registers(B.packh)],
    // With x0 it is ZEXT.H.
    ["0000100 rs2 rs1 100 rd 0111011", "packw", REG, registers(B.packw)],
  ],
};

export const ZBC: Table = {
  extension: "zbc",
  rows: [
    ["0000101 rs2 rs1 001 rd 0110011", "clmul", REG, B.carryless("clmul")],
    ["0000101 rs2 rs1 011 rd 0110011", "clmulh", REG, B.carryless("clmulh")],
    ["0000101 rs2 rs1 010 rd 0110011", "clmulr", REG, B.carryless("clmulr")],
  ],
};

export const ZBS: Table = {
  extension: "zbs",
  rows: [
    ["0100100 rs2 rs1 001 rd 0110011", "bclr", REG, registers(B.bclr)],
    ["010010 uimm[5:0] rs1 001 rd 0010011", "bclri", IMM, immediate(B.bclr)],
    ["0100100 rs2 rs1 101 rd 0110011", "bext", REG, registers(B.bext)],
    ["010010 uimm[5:0] rs1 101 rd 0010011", "bexti", IMM, immediate(B.bext)],
    ["0110100 rs2 rs1 001 rd 0110011", "binv", REG, registers(B.binv)],
    ["011010 uimm[5:0] rs1 001 rd 0010011", "binvi", IMM, immediate(B.binv)],
    ["0010100 rs2 rs1 001 rd 0110011", "bset", REG, registers(B.bset)],
    ["001010 uimm[5:0] rs1 001 rd 0010011", "bseti", IMM, immediate(B.bset)],
  ],
};
