// Zicsr, Zifencei, the privileged instructions, Svinval, Zawrs.

import type { Table } from "../row.js";
import * as C from "../system/csr.js";
import { fenceI, leave, nop, sfence, sfenceOrder, wfi } from "../system/system.js";

const REG = "rd, csr, rs1";
const IMM = "rd, csr, uimm";

export const ZICSR: Table = {
  extension: "zicsr",
  rows: [
    ["csr rs1 001 rd 1110011", "csrrw", REG, C.csrrw],
    ["csr rs1 010 rd 1110011", "csrrs", REG, C.csrrs],
    ["csr rs1 011 rd 1110011", "csrrc", REG, C.csrrc],
    ["csr uimm[4:0] 101 rd 1110011", "csrrwi", IMM, C.csrrwi],
    ["csr uimm[4:0] 110 rd 1110011", "csrrsi", IMM, C.csrrsi],
    ["csr uimm[4:0] 111 rd 1110011", "csrrci", IMM, C.csrrci],
  ],
};

export const ZIFENCEI: Table = {
  extension: "zifencei",
  rows: [["imm[11:0] rs1 001 rd 0001111", "fence.i", "", fenceI]],
};

export const SYSTEM: Table = {
  extension: "s",
  rows: [
    ["001100000010 00000 000 00000 1110011", "mret", "", leave("mret")],
    ["000100000010 00000 000 00000 1110011", "sret", "", leave("sret")],
    ["000100000101 00000 000 00000 1110011", "wfi", "", wfi],
    ["0001001 rs2 rs1 000 00000 1110011", "sfence.vma", "rs1, rs2", sfence],
  ],
};

export const SVINVAL: Table = {
  extension: "svinval",
  rows: [
    ["0001011 rs2 rs1 000 00000 1110011", "sinval.vma", "rs1, rs2", sfence],
    ["000110000000 00000 000 00000 1110011", "sfence.w.inval", "", sfenceOrder],
    ["000110000001 00000 000 00000 1110011", "sfence.inval.ir", "", sfenceOrder],
  ],
};

/** A wait may end at any time. */
export const ZAWRS: Table = {
  extension: "zawrs",
  rows: [
    ["000000001101 00000 000 00000 1110011", "wrs.nto", "", nop],
    ["000000011101 00000 000 00000 1110011", "wrs.sto", "", nop],
  ],
};
