// A (Zalrsc and Zaamo), Zacas, Zabha.

import {
  ATOMIC_ADD,
  ATOMIC_AND,
  ATOMIC_MAX,
  ATOMIC_MAXU,
  ATOMIC_MIN,
  ATOMIC_MINU,
  ATOMIC_OR,
  ATOMIC_XCHG,
  ATOMIC_XOR,
} from "../../../../layout/access.js";
import { amo, amocas, amocasQ, lr, sc } from "../integer/atomic.js";
import { BYTE, DOUBLE, HALF, WORD } from "../integer/memory.js";
import type { Row, Table } from "../row.js";

const AMO = "rd, rs2, (rs1)";

/** Suffix, funct3 and size. */
type Width = readonly [suffix: string, funct3: string, size: number];
const B: Width = ["b", "000", BYTE];
const H: Width = ["h", "001", HALF];
const W: Width = ["w", "010", WORD];
const D: Width = ["d", "011", DOUBLE];

function amos([suffix, funct3, size]: Width): Row[] {
  const row = (funct5: string, name: string, operation: number): Row => [
    `${funct5} aqrl rs2 rs1 ${funct3} rd 0101111`,
    `amo${name}.${suffix}`,
    AMO,
    amo(operation, size),
  ];
  return [
    row("00001", "swap", ATOMIC_XCHG),
    row("00000", "add", ATOMIC_ADD),
    row("00100", "xor", ATOMIC_XOR),
    row("01100", "and", ATOMIC_AND),
    row("01000", "or", ATOMIC_OR),
    row("10000", "min", ATOMIC_MIN),
    row("10100", "max", ATOMIC_MAX),
    row("11000", "minu", ATOMIC_MINU),
    row("11100", "maxu", ATOMIC_MAXU),
  ];
}

function compareAndSwap([suffix, funct3, size]: Width): Row {
  return [`00101 aqrl rs2 rs1 ${funct3} rd 0101111`, `amocas.${suffix}`, AMO, amocas(size)];
}

export const ZALRSC: Table = {
  extension: "zalrsc",
  rows: [
    ["00010 aqrl 00000 rs1 010 rd 0101111", "lr.w", "rd, (rs1)", lr(WORD)],
    ["00010 aqrl 00000 rs1 011 rd 0101111", "lr.d", "rd, (rs1)", lr(DOUBLE)],
    ["00011 aqrl rs2 rs1 010 rd 0101111", "sc.w", AMO, sc(WORD)],
    ["00011 aqrl rs2 rs1 011 rd 0101111", "sc.d", AMO, sc(DOUBLE)],
  ],
};

export const ZAAMO: Table = { extension: "zaamo", rows: [...amos(W), ...amos(D)] };

export const ZABHA: Table = { extension: "zabha", rows: [...amos(B), ...amos(H)] };
export const ZABHA_ZACAS: Table = { extension: "zabha+zacas", rows: [compareAndSwap(B), compareAndSwap(H)] };

export const ZACAS: Table = {
  extension: "zacas",
  rows: [compareAndSwap(W), compareAndSwap(D), ["00101 aqrl rs2 rs1 100 rd 0101111", "amocas.q", AMO, amocasQ]],
};
