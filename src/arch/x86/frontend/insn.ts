// A decoded x86 instruction, and what its table row says about it.

export interface RowAttributes {
  /** CPUID feature that must be offered, else #UD (names as in features.ts). */
  feature?: string;
  /** LOCK is allowed with a memory destination. */
  lock?: boolean;
  /** 64-bit mode: operand size is 64 without REX.W (near branches, push, pop). */
  default64?: boolean;
  /** Operand size forced to 64 in 64-bit mode (66 ignored). */
  force64?: boolean;
  /** #UD in 64-bit mode / valid only there. */
  no64?: boolean;
  only64?: boolean;
  /** #UD in real and virtual-8086 mode. */
  protectedOnly?: boolean;
  /** Checks before anything else: x87 (#NM by EM/TS), mmx, sse (#UD by EM/OSFXSR, #NM by TS), cpl0 (#GP unless CPL 0). */
  check?: "x87" | "mmx" | "sse" | "fwait";
  cpl0?: boolean;
  /** Memory operands of 16 bytes need not be aligned (MOVUPS, LDDQU, PCMPxSTRx). */
  unaligned?: boolean;
  /** A string instruction: with F2/F3 it is a block of its own, repeated by branching to itself. */
  repeat?: boolean;
  /** Does something generated tests cannot compare with a bare user-mode process (privileged, I/O, timing). */
  system?: boolean;
}

/** Of the row (row.ts), what does not build IR: [opcode, mnemonic, operands, , attributes]. */
export type InsnForm = readonly [
  opcode: string,
  mnemonic: string,
  operands: string,
  build: unknown,
  attributes?: RowAttributes,
];

export interface Insn {
  row: InsnForm;
  /** The row's number in its DecodeTables. */
  rowIndex: number;
  /** Displacement of the instruction from the block's start, and its length in bytes. */
  start: number;
  length: number;
  /** Effective operand size of "v" operands: 2, 4, 8 bytes. */
  opSize: 2 | 4 | 8;
  addrSize: 2 | 4 | 8;
  /** Last of F2/F3 that was not used as a mandatory prefix, or 0. */
  rep: 0 | 0xf2 | 0xf3;
  /** 66 prefix present. */
  data16: boolean;
  lock: boolean;
  /** Whole REX byte (0: none): with any REX, byte registers 4-7 are SPL BPL SIL DIL. */
  rex: number;
  /** Segment override, or -1. */
  segment: number;
  opcode: number;
  modrm: number;
  /** modrm fields, extended by REX/VEX: mod 3 means register rm. */
  mod: number;
  reg: number;
  rm: number;
  /** Memory operand, when mod is not 3: register numbers or -1, RIP-relative flag. */
  base: number;
  index: number;
  scale: 0 | 1 | 2 | 3;
  disp: number;
  ripRelative: boolean;
  /** VEX fields (vvvv as a register number, L, W), vex = 0 where there is none. */
  vex: number;
  vvvv: number;
  vexL: number;
  /** Immediate, sign-extended to 64 bits as halves; second immediate (ENTER, far pointers' selector). */
  immLo: number;
  immHi: number;
  imm2: number;
}
