// RV64I (unprivileged 35, tables of RV32I and RV64I), Zicond.

import * as A from "../integer/arith.js";
import { BYTE, DOUBLE, HALF, load, loadSigned, store, WORD } from "../integer/memory.js";
import type { Table } from "../row.js";
import { ebreak, ecall, fence } from "../system/system.js";

const { branch, immediate, registers, wordImmediate, words } = A;
const BRANCH = "rs1, rs2, target";
const LOAD = "rd, imm(rs1)";
const STORE = "rs2, imm(rs1)";
const IMM = "rd, rs1, imm";
const REG = "rd, rs1, rs2";

export const I: Table = {
  extension: "i",
  rows: [
    ["imm[31:12] rd 0110111", "lui", "rd, imm", A.lui],
    ["imm[31:12] rd 0010111", "auipc", "rd, imm", A.auipc],
    ["imm[20|10:1|11|19:12] rd 1101111", "jal", "rd, target", A.jal],
    ["imm[11:0] rs1 000 rd 1100111", "jalr", "rd, imm(rs1)", A.jalr],
    ["imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011", "beq", BRANCH, branch(A.eq)],
    ["imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011", "bne", BRANCH, branch(A.ne)],
    ["imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011", "blt", BRANCH, branch(A.lt)],
    ["imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011", "bge", BRANCH, branch(A.ge)],
    ["imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011", "bltu", BRANCH, branch(A.ltu)],
    ["imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011", "bgeu", BRANCH, branch(A.geu)],
    ["imm[11:0] rs1 000 rd 0000011", "lb", LOAD, loadSigned(BYTE)],
    ["imm[11:0] rs1 001 rd 0000011", "lh", LOAD, loadSigned(HALF)],
    ["imm[11:0] rs1 010 rd 0000011", "lw", LOAD, loadSigned(WORD)],
    ["imm[11:0] rs1 011 rd 0000011", "ld", LOAD, load(DOUBLE)],
    ["imm[11:0] rs1 100 rd 0000011", "lbu", LOAD, load(BYTE)],
    ["imm[11:0] rs1 101 rd 0000011", "lhu", LOAD, load(HALF)],
    ["imm[11:0] rs1 110 rd 0000011", "lwu", LOAD, load(WORD)],
    ["imm[11:5] rs2 rs1 000 imm[4:0] 0100011", "sb", STORE, store(BYTE)],
    ["imm[11:5] rs2 rs1 001 imm[4:0] 0100011", "sh", STORE, store(HALF)],
    ["imm[11:5] rs2 rs1 010 imm[4:0] 0100011", "sw", STORE, store(WORD)],
    ["imm[11:5] rs2 rs1 011 imm[4:0] 0100011", "sd", STORE, store(DOUBLE)],
    ["imm[11:0] rs1 000 rd 0010011", "addi", IMM, immediate(A.add)],
    ["imm[11:0] rs1 010 rd 0010011", "slti", IMM, immediate(A.slt)],
    ["imm[11:0] rs1 011 rd 0010011", "sltiu", IMM, immediate(A.sltu)],
    ["imm[11:0] rs1 100 rd 0010011", "xori", IMM, immediate(A.xor)],
    ["imm[11:0] rs1 110 rd 0010011", "ori", IMM, immediate(A.or)],
    ["imm[11:0] rs1 111 rd 0010011", "andi", IMM, immediate(A.and)],
    ["000000 uimm[5:0] rs1 001 rd 0010011", "slli", IMM, immediate(A.sll)],
    ["000000 uimm[5:0] rs1 101 rd 0010011", "srli", IMM, immediate(A.srl)],
    ["010000 uimm[5:0] rs1 101 rd 0010011", "srai", IMM, immediate(A.sra)],
    ["0000000 rs2 rs1 000 rd 0110011", "add", REG, registers(A.add)],
    ["0100000 rs2 rs1 000 rd 0110011", "sub", REG, registers(A.sub)],
    ["0000000 rs2 rs1 001 rd 0110011", "sll", REG, registers(A.sll)],
    ["0000000 rs2 rs1 010 rd 0110011", "slt", REG, registers(A.slt)],
    ["0000000 rs2 rs1 011 rd 0110011", "sltu", REG, registers(A.sltu)],
    ["0000000 rs2 rs1 100 rd 0110011", "xor", REG, registers(A.xor)],
    ["0000000 rs2 rs1 101 rd 0110011", "srl", REG, registers(A.srl)],
    ["0100000 rs2 rs1 101 rd 0110011", "sra", REG, registers(A.sra)],
    ["0000000 rs2 rs1 110 rd 0110011", "or", REG, registers(A.or)],
    ["0000000 rs2 rs1 111 rd 0110011", "and", REG, registers(A.and)],
    ["imm[11:0] rs1 000 rd 0011011", "addiw", IMM, wordImmediate(A.add)],
    ["0000000 uimm[4:0] rs1 001 rd 0011011", "slliw", IMM, wordImmediate(A.sll)],
    ["0000000 uimm[4:0] rs1 101 rd 0011011", "srliw", IMM, wordImmediate(A.srl)],
    ["0100000 uimm[4:0] rs1 101 rd 0011011", "sraiw", IMM, wordImmediate(A.sra)],
    ["0000000 rs2 rs1 000 rd 0111011", "addw", REG, words(A.add)],
    ["0100000 rs2 rs1 000 rd 0111011", "subw", REG, words(A.sub)],
    ["0000000 rs2 rs1 001 rd 0111011", "sllw", REG, words(A.sll)],
    ["0000000 rs2 rs1 101 rd 0111011", "srlw", REG, words(A.srl)],
    ["0100000 rs2 rs1 101 rd 0111011", "sraw", REG, words(A.sra)],
    // Fields that are reserved are ignored (unprivileged 2.7).
    ["imm[11:0] rs1 000 rd 0001111", "fence", "", fence],
    ["000000000000 00000 000 00000 1110011", "ecall", "", ecall],
    ["000000000001 00000 000 00000 1110011", "ebreak", "", ebreak],
  ],
};

export const ZICOND: Table = {
  extension: "zicond",
  rows: [
    ["0000111 rs2 rs1 101 rd 0110011", "czero.eqz", REG, registers(A.czeroEqz)],
    ["0000111 rs2 rs1 111 rd 0110011", "czero.nez", REG, registers(A.czeroNez)],
  ],
};
