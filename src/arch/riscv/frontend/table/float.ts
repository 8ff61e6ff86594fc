// F, D, Zfh (unprivileged 35, tables of RV32F to RV64D, RV32Zfh, RV64Zfh): the same rows for each format.

import * as A from "../float/arith.js";
import { compare, extreme } from "../float/compare.js";
import { DOUBLE, type Format, HALF, SINGLE } from "../float/format.js";
import * as M from "../float/move.js";
import type { Row, Table } from "../row.js";

const FUSED = "fd, fs1, fs2, fs3";
const BOTH = "fd, fs1, fs2";
const ONE = "fd, fs1";
const COMPARE = "rd, fs1, fs2";
const OUT = "rd, fs1";
const IN = "fd, rs1";

/** Loads, stores and moves. `word`: how the moves call it. */
function moves(format: Format, word: string): Row[] {
  const { code, width } = format;
  return [
    [`imm[11:0] rs1 ${width} rd 0000111`, `fl${word}`, "fd, imm(rs1)", M.loadF(format)],
    [`imm[11:5] rs2 rs1 ${width} imm[4:0] 0100111`, `fs${word}`, "fs2, imm(rs1)", M.storeF(format)],
    [`11100${code} 00000 rs1 000 rd 1010011`, `fmv.x.${word}`, OUT, M.toX(format)],
    [`11110${code} 00000 rs1 000 rd 1010011`, `fmv.${word}.x`, IN, M.fromX(format)],
  ];
}

function arithmetic(format: Format): Row[] {
  const { code, letter } = format;
  return [
    [`rs3 ${code} rs2 rs1 rm rd 1000011`, `fmadd.${letter}`, FUSED, A.fused(false, false, format)],
    [`rs3 ${code} rs2 rs1 rm rd 1000111`, `fmsub.${letter}`, FUSED, A.fused(false, true, format)],
    [`rs3 ${code} rs2 rs1 rm rd 1001011`, `fnmsub.${letter}`, FUSED, A.fused(true, false, format)],
    [`rs3 ${code} rs2 rs1 rm rd 1001111`, `fnmadd.${letter}`, FUSED, A.fused(true, true, format)],
    [`00000${code} rs2 rs1 rm rd 1010011`, `fadd.${letter}`, BOTH, A.binary("fadd", format)],
    [`00001${code} rs2 rs1 rm rd 1010011`, `fsub.${letter}`, BOTH, A.binary("fsub", format)],
    [`00010${code} rs2 rs1 rm rd 1010011`, `fmul.${letter}`, BOTH, A.binary("fmul", format)],
    [`00011${code} rs2 rs1 rm rd 1010011`, `fdiv.${letter}`, BOTH, A.binary("fdiv", format)],
    [`01011${code} 00000 rs1 rm rd 1010011`, `fsqrt.${letter}`, ONE, A.root(format)],
    [`00100${code} rs2 rs1 000 rd 1010011`, `fsgnj.${letter}`, BOTH, M.inject(M.same, format)],
    [`00100${code} rs2 rs1 001 rd 1010011`, `fsgnjn.${letter}`, BOTH, M.inject(M.opposite, format)],
    [`00100${code} rs2 rs1 010 rd 1010011`, `fsgnjx.${letter}`, BOTH, M.inject(M.product, format)],
    [`00101${code} rs2 rs1 000 rd 1010011`, `fmin.${letter}`, BOTH, extreme("fmin", format)],
    [`00101${code} rs2 rs1 001 rd 1010011`, `fmax.${letter}`, BOTH, extreme("fmax", format)],
    [`10100${code} rs2 rs1 010 rd 1010011`, `feq.${letter}`, COMPARE, compare("feq", format)],
    [`10100${code} rs2 rs1 001 rd 1010011`, `flt.${letter}`, COMPARE, compare("flt", format)],
    [`10100${code} rs2 rs1 000 rd 1010011`, `fle.${letter}`, COMPARE, compare("fle", format)],
    [`11100${code} 00000 rs1 001 rd 1010011`, `fclass.${letter}`, OUT, M.classify(format)],
    ...["w", "wu", "l", "lu"].flatMap((integer, n): Row[] => {
      const code2 = `000${n >> 1}${n & 1}`;
      return [
        [`11000${code} ${code2} rs1 rm rd 1010011`, `fcvt.${integer}.${letter}`, OUT, A.toInteger(integer, format)],
        [`11010${code} ${code2} rs1 rm rd 1010011`, `fcvt.${letter}.${integer}`, IN, A.fromInteger(integer, format)],
      ];
    }),
  ];
}

/** Both ways. */
function conversions(x: Format, y: Format): Row[] {
  const row = (to: Format, from: Format): Row => [
    `01000${to.code} 000${from.code} rs1 rm rd 1010011`,
    `fcvt.${to.letter}.${from.letter}`,
    ONE,
    A.convert(to, from),
  ];
  return [row(x, y), row(y, x)];
}

export const FLOAT: Table = { extension: "f", rows: [...moves(SINGLE, "w"), ...arithmetic(SINGLE)] };

export const DOUBLE_FLOAT: Table = {
  extension: "d",
  rows: [...moves(DOUBLE, "d"), ...arithmetic(DOUBLE), ...conversions(SINGLE, DOUBLE)],
};

export const ZFHMIN: Table = { extension: "zfhmin", rows: [...moves(HALF, "h"), ...conversions(SINGLE, HALF)] };
export const ZFHMIN_DOUBLE: Table = { extension: "zfhmin+d", rows: conversions(DOUBLE, HALF) };
export const ZFH: Table = { extension: "zfh", rows: arithmetic(HALF) };
