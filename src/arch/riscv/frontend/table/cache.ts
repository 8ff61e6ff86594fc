// Zicbom, Zicbop, Zicboz.

import type { Table } from "../row.js";
import { cbo, cboZero, nop } from "../system/system.js";

const BLOCK = "(rs1)";
const PREFETCH = "imm(rs1)";

export const ZICBOM: Table = {
  extension: "zicbom",
  rows: [
    ["000000000000 rs1 010 00000 0001111", "cbo.inval", BLOCK, cbo],
    ["000000000001 rs1 010 00000 0001111", "cbo.clean", BLOCK, cbo],
    ["000000000010 rs1 010 00000 0001111", "cbo.flush", BLOCK, cbo],
  ],
};

export const ZICBOZ: Table = {
  extension: "zicboz",
  rows: [["000000000100 rs1 010 00000 0001111", "cbo.zero", BLOCK, cboZero]],
};

/** Hints: ORI to x0. */
export const ZICBOP: Table = {
  extension: "zicbop",
  rows: [
    ["imm[11:5] 00000 rs1 110 00000 0010011", "prefetch.i", PREFETCH, nop],
    ["imm[11:5] 00001 rs1 110 00000 0010011", "prefetch.r", PREFETCH, nop],
    ["imm[11:5] 00011 rs1 110 00000 0010011", "prefetch.w", PREFETCH, nop],
  ],
};
