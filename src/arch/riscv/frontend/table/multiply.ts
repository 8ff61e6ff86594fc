// M, and the part of it that multiplies.

import { registers, words } from "../integer/arith.js";
import * as D from "../integer/multiply.js";
import type { Table } from "../row.js";

const REG = "rd, rs1, rs2";

export const ZMMUL: Table = {
  extension: "zmmul",
  rows: [
    ["0000001 rs2 rs1 000 rd 0110011", "mul", REG, registers(D.mul)],
    ["0000001 rs2 rs1 001 rd 0110011", "mulh", REG, registers(D.mulh)],
    ["0000001 rs2 rs1 010 rd 0110011", "mulhsu", REG, registers(D.mulhsu)],
    ["0000001 rs2 rs1 011 rd 0110011", "mulhu", REG, registers(D.mulhu)],
    ["0000001 rs2 rs1 000 rd 0111011", "mulw", REG, words(D.mul)],
  ],
};

export const M: Table = {
  extension: "m",
  rows: [
    ["0000001 rs2 rs1 100 rd 0110011", "div", REG, registers(D.quotientSigned)],
    ["0000001 rs2 rs1 101 rd 0110011", "divu", REG, registers(D.quotient)],
    ["0000001 rs2 rs1 110 rd 0110011", "rem", REG, registers(D.remainderSigned)],
    ["0000001 rs2 rs1 111 rd 0110011", "remu", REG, registers(D.remainder)],
    ["0000001 rs2 rs1 100 rd 0111011", "divw", REG, words(D.quotientSigned)],
    ["0000001 rs2 rs1 101 rd 0111011", "divuw", REG, words(D.quotient)],
    ["0000001 rs2 rs1 110 rd 0111011", "remw", REG, words(D.remainderSigned)],
    ["0000001 rs2 rs1 111 rd 0111011", "remuw", REG, words(D.remainder)],
  ],
};
