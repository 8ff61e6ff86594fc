// Instructions that the firmware is written in, by their assembler names: a table of encodings (RISC-V unprivileged and privileged
// specifications, the listings of instructions at their ends). `0` in a word stands where operands go.

export type Form =
  | "r"
  | "i"
  | "shift"
  | "load"
  | "store"
  | "branch"
  | "upper"
  | "jump"
  | "csr"
  | "csri"
  | "amo"
  | "fence"
  | "none";

export interface Encoding {
  readonly form: Form;
  readonly word: number;
}

const op = (form: Form, opcode: number, funct3 = 0, funct7 = 0): Encoding => ({
  form,
  word: ((funct7 << 25) | (funct3 << 12) | opcode) >>> 0,
});

export const INSTRUCTIONS: Readonly<Record<string, Encoding>> = {
  add: op("r", 0x33),
  sub: op("r", 0x33, 0, 0x20),
  and: op("r", 0x33, 7),
  or: op("r", 0x33, 6),
  xor: op("r", 0x33, 4),
  sll: op("r", 0x33, 1),
  srl: op("r", 0x33, 5),
  addi: op("i", 0x13),
  addiw: op("i", 0x1b),
  andi: op("i", 0x13, 7),
  ori: op("i", 0x13, 6),
  jalr: op("i", 0x67),
  slli: op("shift", 0x13, 1),
  srli: op("shift", 0x13, 5),
  lbu: op("load", 0x03, 4),
  lw: op("load", 0x03, 2),
  ld: op("load", 0x03, 3),
  sb: op("store", 0x23),
  sw: op("store", 0x23, 2),
  sd: op("store", 0x23, 3),
  beq: op("branch", 0x63),
  bne: op("branch", 0x63, 1),
  blt: op("branch", 0x63, 4),
  bge: op("branch", 0x63, 5),
  bltu: op("branch", 0x63, 6),
  bgeu: op("branch", 0x63, 7),
  lui: op("upper", 0x37),
  auipc: op("upper", 0x17),
  jal: op("jump", 0x6f),
  csrrw: op("csr", 0x73, 1),
  csrrs: op("csr", 0x73, 2),
  csrrc: op("csr", 0x73, 3),
  csrrwi: op("csri", 0x73, 5),
  csrrsi: op("csri", 0x73, 6),
  csrrci: op("csri", 0x73, 7),
  "amoswap.w": op("amo", 0x2f, 2, 0x04),
  "amoor.w": op("amo", 0x2f, 2, 0x20),
  "sfence.vma": op("fence", 0x73, 0, 0x09),
  fence: { form: "none", word: 0x0ff0000f },
  "fence.i": { form: "none", word: 0x0000100f },
  ecall: { form: "none", word: 0x00000073 },
  mret: { form: "none", word: 0x30200073 },
  wfi: { form: "none", word: 0x10500073 },
};

/** Short forms: what each stands for, $1 and so on being its operands. */
export const SHORT_FORMS: Readonly<Record<string, string>> = {
  mv: "addi $1, $2, 0",
  nop: "addi zero, zero, 0",
  j: "jal zero, $1",
  call: "jal ra, $1",
  ret: "jalr zero, ra, 0",
  jr: "jalr zero, $1, 0",
  beqz: "beq $1, zero, $2",
  bnez: "bne $1, zero, $2",
  bltz: "blt $1, zero, $2",
  csrr: "csrrs $1, $2, zero",
  csrw: "csrrw zero, $1, $2",
  csrs: "csrrs zero, $1, $2",
  csrc: "csrrc zero, $1, $2",
  csrsi: "csrrsi zero, $1, $2",
  csrci: "csrrci zero, $1, $2",
};

export const REGISTERS: readonly string[] =
  "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6".split(" ");

export const CSRS: Readonly<Record<string, number>> = {
  sstatus: 0x100,
  sie: 0x104,
  stvec: 0x105,
  scounteren: 0x106,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  sip: 0x144,
  stimecmp: 0x14d,
  satp: 0x180,
  mstatus: 0x300,
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mstateen0: 0x30c,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mip: 0x344,
  pmpcfg0: 0x3a0,
  pmpaddr0: 0x3b0,
  mcycle: 0xb00,
  minstret: 0xb02,
  time: 0xc01,
  instret: 0xc02,
  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
};
