// Tier 0 code: micro-ops of 16 bytes, read by both compilers (constants only).
//
//   u16 op, u16 d, u16 a, u16 b, then 8 bytes x.   d, a, b are byte offsets from `cpu`: guest slots or temporaries.
//
// 32-bit results are stored zero-extended to 64 bits, but for U_MOV32 and U_CONST32, which store into 32-bit slots.
// Plain operations use x as a 64-bit immediate (forms ending in I: instead of b). Operations that may fault hold in x:
//   LOAD/STORE   i32 displacement, u16 displacement of the guest instruction, u16 its index
//   CALL         u16 third argument's slot, u16 helper, u16 displacement of the guest instruction, u16 its index
// Terminators: GOTO x = i32 displacement, u16 flags; BRANCH x = i32 taken, i32 not taken (flags in b / d).

export const UOP_SIZE = 16;

// moves
export const U_MOV32 = 1;
export const U_MOV64 = 2;
export const U_MOV128 = 3;
/** d = x (64 bits). */
export const U_CONST = 4;
/** d = S_PC + i32 x. */
export const U_PC = 5;
/** d = the 16 bytes that follow as a record of their own. */
export const U_VCONST = 6;
/** Sign/zero extension: to 32 or 64 bits (results are stored as 64). */
export const U_EXT8S = 7;
export const U_EXT16S = 8;
export const U_EXT32S = 9;
export const U_EXT32U = 10;
export const U_CLZ32 = 11;
export const U_CLZ64 = 12;
export const U_CTZ32 = 13;
export const U_CTZ64 = 14;
export const U_POPCNT32 = 15;
export const U_POPCNT64 = 16;
export const U_BSWAP32 = 17;
export const U_BSWAP64 = 18;
/** d = slot(u16 x) != 0 ? a : b. */
export const U_SELECT32 = 19;
export const U_SELECT64 = 20;
export const U_SELECT128 = 21;

/** 32-bit slot d = x. */
export const U_CONST32 = 22;

// Several in one, executed in this order. Mostly what keeps the operands of flags.
/** d = a; 32-bit slot b = x0. */
export const U_MOV64_CONST32 = 23;
/** d = a; slot(u16 x) = b. */
export const U_MOV64_MOV64 = 24;
/** d = a; slot(u16 x) = b; 32-bit slot(u16 x + 2) = x1. */
export const U_MOV64_MOV64_CONST32 = 25;
/** d = i32 x0; 32-bit slot b = x1. */
export const U_CONST_CONST32 = 26;
/** d = a; b = x. */
export const U_MOV64_CONST = 27;
/** d = a; b = i16 x; 32-bit slot(u16 x + 2) = x1. */
export const U_MOV64_CONST_CONST32 = 28;
/** d = i32 x0; b = i32 x1. */
export const U_CONST_CONST = 29;

// binary: base + 4 * (operation - Op.ADD) + form; forms: 0 32-bit, 1 32-bit immediate, 2 64-bit, 3 64-bit immediate.
// Operations in the order of Op: ADD SUB MUL AND OR XOR SHL SHRU SHRS ROTL ROTR MULHU MULHS EQ NE LTU LTS LEU LES.
export const U_BINARY = 32;
export const U_ADD = 32;
export const U_SUB = 36;
export const U_MUL = 40;
export const U_AND = 44;
export const U_OR = 48;
export const U_XOR = 52;
export const U_SHL = 56;
export const U_SHRU = 60;
export const U_SHRS = 64;
export const U_ROTL = 68;
export const U_ROTR = 72;
export const U_MULHU = 76;
export const U_MULHS = 80;
export const U_EQ = 84;
export const U_NE = 88;
export const U_LTU = 92;
export const U_LTS = 96;
export const U_LEU = 100;
export const U_LES = 104;

// memory: d = [a + displacement]
export const U_LD8U = 112;
export const U_LD8S = 113;
export const U_LD16U = 114;
export const U_LD16S = 115;
export const U_LD32U = 116;
export const U_LD32S = 117;
export const U_LD64 = 118;
export const U_LD128 = 119;
/** 16 bytes, aligned. */
export const U_LD128A = 120;
/** Read for writing: zero-extended 8, 16, 32, 64 bits. */
export const U_LDW8 = 121;
export const U_LDW16 = 122;
export const U_LDW32 = 123;
export const U_LDW64 = 124;
/** Any word (in b), always by the slow path. */
export const U_LDSLOW = 125;
/** [a + displacement] = b */
export const U_ST8 = 126;
export const U_ST16 = 127;
export const U_ST32 = 128;
export const U_ST64 = 129;
export const U_ST128 = 130;
export const U_ST128A = 131;
/** Word in d. */
export const U_STSLOW = 132;
/** LD64 d = [a]; b = b + displacement (a pop). */
export const U_LD64_ADD = 133;
/** ST64 [a + displacement] = b; d = d + displacement (a push). */
export const U_ST64_ADD = 134;

// calls
export const U_CALL = 136;
export const U_CALLV = 137;
export const U_CALLVI = 138;
/** int helper without effects: no fault check. */
export const U_CALLP = 139;

/** WebAssembly operation: i32 x low = opcode, i32 x high = lane or third slot. */
export const U_W = 144;
/** Lanes are the 16 bytes that follow as a record of their own. */
export const U_SHUFFLE = 145;

// terminators; `flags`: bits 0-1 pc width, UF_LINK successor 0 may be linked, UF_LINK1 successor 1 may be linked
export const U_GOTO = 152;
/** a = condition, d = flags, x = i32 if not 0, i32 if 0. */
export const U_BRANCH = 153;
/** a = next program counter. */
export const U_JUMP = 154;
export const U_EXIT = 155;
/** Compare and branch: base + 2 * (comparison - Op.EQ) + (64-bit ? 1 : 0); a, b compared, d = flags, x as BRANCH. */
export const U_BR = 160;

export const UF_WIDTH = 3;
export const UF_LINK = 4;
export const UF_LINK1 = 8;
