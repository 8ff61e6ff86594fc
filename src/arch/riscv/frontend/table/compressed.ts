// C: Zca and Zcd (unprivileged 28.8, tables of the three quadrants).

import type { CompressedTable } from "../row.js";

export const C_DOUBLE: CompressedTable = {
  extension: "zcd",
  rows: [
    ["001 uimm[5:3] rs1' uimm[7:6] rd' 00", "fld rd, imm(rs1)"],
    ["101 uimm[5:3] rs1' uimm[7:6] rs2' 00", "fsd rs2, imm(rs1)"],
    ["001 uimm[5] rd uimm[4:3|8:6] 10", "fld rd, imm(sp)"],
    ["101 uimm[5:3|8:6] rs2 10", "fsd rs2, imm(sp)"],
  ],
};

export const C: CompressedTable = {
  extension: "zca",
  rows: [
    ["000 nzuimm[5:4|9:6|2|3] rd' 00", "addi rd, sp, imm"],
    ["010 uimm[5:3] rs1' uimm[2|6] rd' 00", "lw rd, imm(rs1)"],
    ["011 uimm[5:3] rs1' uimm[7:6] rd' 00", "ld rd, imm(rs1)"],
    ["110 uimm[5:3] rs1' uimm[2|6] rs2' 00", "sw rs2, imm(rs1)"],
    ["111 uimm[5:3] rs1' uimm[7:6] rs2' 00", "sd rs2, imm(rs1)"],
    ["000 imm[5] rd imm[4:0] 01", "addi rd, rd, imm"],
    ["001 imm[5] rd!0 imm[4:0] 01", "addiw rd, rd, imm"],
    ["010 imm[5] rd imm[4:0] 01", "addi rd, zero, imm"],
    ["011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01", "addi sp, sp, imm"],
    ["011 nzimm[17] rd nzimm[16:12] 01", "lui rd, imm"],
    ["100 uimm[5] 00 rd' uimm[4:0] 01", "srli rd, rd, imm"],
    ["100 uimm[5] 01 rd' uimm[4:0] 01", "srai rd, rd, imm"],
    ["100 imm[5] 10 rd' imm[4:0] 01", "andi rd, rd, imm"],
    ["100 0 11 rd' 00 rs2' 01", "sub rd, rd, rs2"],
    ["100 0 11 rd' 01 rs2' 01", "xor rd, rd, rs2"],
    ["100 0 11 rd' 10 rs2' 01", "or rd, rd, rs2"],
    ["100 0 11 rd' 11 rs2' 01", "and rd, rd, rs2"],
    ["100 1 11 rd' 00 rs2' 01", "subw rd, rd, rs2"],
    ["100 1 11 rd' 01 rs2' 01", "addw rd, rd, rs2"],
    ["101 imm[11|4|9:8|10|6|7|3:1|5] 01", "jal zero, imm"],
    ["110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", "beq rs1, zero, imm"],
    ["111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", "bne rs1, zero, imm"],
    ["000 uimm[5] rd uimm[4:0] 10", "slli rd, rd, imm"],
    ["010 uimm[5] rd!0 uimm[4:2|7:6] 10", "lw rd, imm(sp)"],
    ["011 uimm[5] rd!0 uimm[4:3|8:6] 10", "ld rd, imm(sp)"],
    ["100 0 rs1!0 00000 10", "jalr zero, 0(rs1)"],
    ["100 0 rd rs2!0 10", "add rd, zero, rs2"],
    ["100 1 00000 00000 10", "ebreak"],
    ["100 1 rs1!0 00000 10", "jalr ra, 0(rs1)"],
    ["100 1 rd rs2!0 10", "add rd, rd, rs2"],
    ["110 uimm[5:2|7:6] rs2 10", "sw rs2, imm(sp)"],
    ["111 uimm[5:3|8:6] rs2 10", "sd rs2, imm(sp)"],
  ],
};
