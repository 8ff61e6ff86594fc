// Zfa (unprivileged 26).

import { round } from "../float/arith.js";
import { compare, extreme } from "../float/compare.js";
import { constant } from "../float/constant.js";
import { DOUBLE, type Format, HALF, SINGLE } from "../float/format.js";
import { modular } from "../float/modular.js";
import type { Row, Table } from "../row.js";

const BOTH = "fd, fs1, fs2";
const ONE = "fd, fs1";
const COMPARE = "rd, fs1, fs2";

const load = (format: Format): Row => [
  `11110${format.code} 00001 uimm[4:0] 000 rd 1010011`,
  `fli.${format.letter}`,
  "fd, uimm",
  constant(format),
];

function rows(format: Format): Row[] {
  const { code, letter } = format;
  return [
    [`00101${code} rs2 rs1 010 rd 1010011`, `fminm.${letter}`, BOTH, extreme("fminm", format)],
    [`00101${code} rs2 rs1 011 rd 1010011`, `fmaxm.${letter}`, BOTH, extreme("fmaxm", format)],
    [`01000${code} 00100 rs1 rm rd 1010011`, `fround.${letter}`, ONE, round("fround", format)],
    [`01000${code} 00101 rs1 rm rd 1010011`, `froundnx.${letter}`, ONE, round("froundnx", format)],
    [`10100${code} rs2 rs1 101 rd 1010011`, `fltq.${letter}`, COMPARE, compare("fltq", format)],
    [`10100${code} rs2 rs1 100 rd 1010011`, `fleq.${letter}`, COMPARE, compare("fleq", format)],
  ];
}

export const ZFA: Table = { extension: "zfa", rows: [load(SINGLE), ...rows(SINGLE)] };

export const ZFA_DOUBLE: Table = {
  extension: "zfa+d",
  rows: [load(DOUBLE), ...rows(DOUBLE), ["1100001 01000 rs1 001 rd 1010011", "fcvtmod.w.d", "rd, fs1", modular]],
};

export const ZFA_HALF: Table = { extension: "zfa+zfh", rows: [load(HALF), ...rows(HALF)] };
