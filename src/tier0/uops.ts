// Tier 0 code: micro-ops of 16 bytes, read by both compilers (constants only).
//
//   u16 op, u16 d, u16 a, u16 b, then 8 bytes x.   d, a, b are byte offsets from `cpu`: guest slots or temporaries.
//
// 32-bit results are stored zero-extended to 64 bits, but for U_MOV32 and U_CONST32, which store into 32-bit slots.
// Plain operations use x as a 64-bit immediate (forms ending in I: instead of b). Operations that may fault hold in x:
//   LOAD/STORE   i32 displacement, u16 displacement of the guest instruction, u16 its index
//   CALL         u16 third argument's slot, u16 helper, u16 displacement of the guest instruction, u16 its index
// Terminators: flags in d; GOTO x = i32 displacement; BRANCH x = i32 taken, i32 not taken.

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
/** d = a - b; slot(u16 x) = b. */
export const U_SUB32_MOV64 = 172;
export const U_SUB64_MOV64 = 173;
/** The same; 32-bit slot(u16 x + 2) = x1. */
export const U_SUB32_MOV64_CONST32 = 174;
export const U_SUB64_MOV64_CONST32 = 175;
/** d = a + i16 x; b = i16 x + 4. */
export const U_ADD32I_CONST = 176;
export const U_ADD64I_CONST = 177;
/** The same; 32-bit slot(u16 x + 2) = u16 x + 6. */
export const U_ADD32I_CONST_CONST32 = 178;
export const U_ADD64I_CONST_CONST32 = 179;
/** d = a & x0; 32-bit slot b = x1. */
export const U_AND32I_CONST32 = 180;
/** slot(x1) = a & i32 x0; d = that | b. */
export const U_AND64I_OR64 = 181;
/** slot(u16 x + 2) = a << u16 x; d = that + b. */
export const U_SHL64I_ADD64 = 182;

// binary, in the order of Op from ADD on: 32-bit, 32-bit immediate, 64-bit, 64-bit immediate of each. The numbers are written out:
// the interpreter's switch becomes one table only when its labels are constants from the start.
export const U_ADD32 = 32;
export const U_ADD32I = 33;
export const U_ADD64 = 34;
export const U_ADD64I = 35;
export const U_SUB32 = 36;
export const U_SUB32I = 37;
export const U_SUB64 = 38;
export const U_SUB64I = 39;
export const U_MUL32 = 40;
export const U_MUL32I = 41;
export const U_MUL64 = 42;
export const U_MUL64I = 43;
export const U_AND32 = 44;
export const U_AND32I = 45;
export const U_AND64 = 46;
export const U_AND64I = 47;
export const U_OR32 = 48;
export const U_OR32I = 49;
export const U_OR64 = 50;
export const U_OR64I = 51;
export const U_XOR32 = 52;
export const U_XOR32I = 53;
export const U_XOR64 = 54;
export const U_XOR64I = 55;
export const U_SHL32 = 56;
export const U_SHL32I = 57;
export const U_SHL64 = 58;
export const U_SHL64I = 59;
export const U_SHRU32 = 60;
export const U_SHRU32I = 61;
export const U_SHRU64 = 62;
export const U_SHRU64I = 63;
export const U_SHRS32 = 64;
export const U_SHRS32I = 65;
export const U_SHRS64 = 66;
export const U_SHRS64I = 67;
export const U_ROTL32 = 68;
export const U_ROTL32I = 69;
export const U_ROTL64 = 70;
export const U_ROTL64I = 71;
export const U_ROTR32 = 72;
export const U_ROTR32I = 73;
export const U_ROTR64 = 74;
export const U_ROTR64I = 75;
export const U_MULHU64 = 78;
export const U_MULHU64I = 79;
export const U_MULHS64 = 82;
export const U_MULHS64I = 83;
export const U_EQ32 = 84;
export const U_EQ32I = 85;
export const U_EQ64 = 86;
export const U_EQ64I = 87;
export const U_NE32 = 88;
export const U_NE32I = 89;
export const U_NE64 = 90;
export const U_NE64I = 91;
export const U_LTU32 = 92;
export const U_LTU32I = 93;
export const U_LTU64 = 94;
export const U_LTU64I = 95;
export const U_LTS32 = 96;
export const U_LTS32I = 97;
export const U_LTS64 = 98;
export const U_LTS64I = 99;
export const U_LEU32 = 100;
export const U_LEU32I = 101;
export const U_LEU64 = 102;
export const U_LEU64I = 103;
export const U_LES32 = 104;
export const U_LES32I = 105;
export const U_LES64 = 106;
export const U_LES64I = 107;

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
/** LD64 d = [a + i16 x]; b = a + i16 x + 2 (a pop). */
export const U_LD64_SUM = 133;
/** ST64 [a + displacement] = b; d = a + displacement (a push). */
export const U_ST64_SUM = 134;
/** d = a + i16 x; ST64 [d] = b (a push after another one). */
export const U_SUM_ST64 = 183;
/** The same; slot(u16 x + 2) = d. */
export const U_SUM_ST64_MOV64 = 184;
/** d = S_PC + i32 x; ST64 [a + i16 b] = d. */
export const U_PC_ST64 = 185;
/** The same; a = a + i16 b (a call's push). */
export const U_PC_ST64_ADD = 186;
/** a = S_PC + i32 x; LD64 d = [a + i16 b]. */
export const U_PC_LD64 = 187;

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
/** LD64_SUM; d = next program counter (a return). */
export const U_LD64_SUM_JUMP = 156;
export const U_EXIT = 155;
/** Compare and branch: base + 2 * (comparison - Op.EQ) + (64-bit ? 1 : 0); a, b compared, d = flags, x as BRANCH. */
export const U_BR_EQ32 = 160;
export const U_BR_EQ64 = 161;
export const U_BR_NE32 = 162;
export const U_BR_NE64 = 163;
export const U_BR_LTU32 = 164;
export const U_BR_LTU64 = 165;
export const U_BR_LTS32 = 166;
export const U_BR_LTS64 = 167;
export const U_BR_LEU32 = 168;
export const U_BR_LEU64 = 169;
export const U_BR_LES32 = 170;
export const U_BR_LES64 = 171;

// Two, one after the other: the second is the record that follows, and what it is called ends the name. Where the host has not seen
// the code often enough to predict the interpreter's jump, that is most of what a micro-op costs.
export const U_LD64_SUM__LD64_SUM = 192;
export const U_MOV64__LD64_SUM = 193;
export const U_LD64_SUM__LD64_SUM_JUMP = 194;
export const U_LD64__LD64 = 195;
export const U_MOV64__LD64 = 196;
export const U_ST64__ST64 = 197;
export const U_LD64__ST64 = 198;
export const U_SUM_ST64_MOV64__SUM_ST64_MOV64 = 199;
export const U_MOV64__SUM_ST64_MOV64 = 200;
export const U_MOV64__ST64_SUM = 201;
export const U_MOV64__PC_ST64_ADD = 202;
export const U_PC_ST64_ADD__GOTO = 203;
export const U_SUM_ST64_MOV64__GOTO = 204;
export const U_MOV64__GOTO = 205;
export const U_MOV64_CONST32__BR_EQ32 = 206;
export const U_MOV64_CONST32__BR_EQ64 = 207;
export const U_MOV64_CONST32__BR_NE32 = 208;
export const U_MOV64_CONST32__BR_NE64 = 209;
export const U_AND32I_CONST32__BR_EQ32 = 210;
export const U_AND32I_CONST32__BR_NE32 = 211;
export const U_SUB64_MOV64_CONST32__BR_EQ64 = 212;
export const U_SUB64_MOV64_CONST32__BR_NE64 = 213;
export const U_ADD64I__MOV64_CONST_CONST32 = 214;
export const U_MOV64__ADD64I = 215;
export const U_CONST_CONST__CONST32 = 216;
export const U_LD64__MOV64_CONST32 = 217;
export const U_AND32I__AND32I = 218;
export const U_LD8U__AND32I_CONST32 = 219;
/** d = ATOMIC of address a, value b, expected in slot x0 & 0xffff; x0 >> 16: memory word; x1: place of the fault. */
export const U_ATOMIC = 220;
export const U_FENCE = 221;

export const UF_WIDTH = 3;
export const UF_LINK = 4;
export const UF_LINK1 = 8;
