// What a row of the vector tables says of its instruction, as one number for core: the operation, how wide its operands are beside SEW, and
// where the second one comes from. Read by both compilers: plain constants only.

/** VLEN in bytes: a register. */
export const VLENB = 16;

/** Bits 0-7: the operation, I_*, F_*, and what else has a list of its own below. */
export const V_OP = 0xff;
/** Bits 8-10: log2 of (width of vs2's elements / SEW), plus 3. */
export const V_WIDTH_SHIFT = 8;
export const V_WIDTH_BIAS = 3;
/** Bits 11-12: vd. */
export const V_TO_SHIFT = 11;
export const TO_SAME = 0;
export const TO_WIDE = 1;
/** A bit for each element. */
export const TO_MASK = 2;
/** Bits 13-14: the second operand. */
export const V_FROM_SHIFT = 13;
export const FROM_VECTOR = 0;
export const FROM_SCALAR = 1;
export const FROM_NONE = 2;
/** Its elements, and those of vs2, are signed. */
export const V_SIGNED1 = 1 << 15;
export const V_SIGNED2 = 1 << 16;
/** v0 is an operand (carries, what is merged) and no mask. */
export const V_CARRY = 1 << 17;
/** vd is an operand too. */
export const V_ACCUMULATES = 1 << 18;

// Integer operations. a is of vs2, b the second operand, d of vd.
export const I_ADD = 0;
export const I_SUB = 1;
export const I_RSUB = 2;
export const I_AND = 3;
export const I_OR = 4;
export const I_XOR = 5;
export const I_MINU = 6;
export const I_MIN = 7;
export const I_MAXU = 8;
export const I_MAX = 9;
export const I_SLL = 10;
export const I_SRL = 11;
export const I_SRA = 12;
export const I_MUL = 13;
export const I_MULHU = 14;
export const I_MULHSU = 15;
export const I_MULH = 16;
export const I_DIVU = 17;
export const I_DIV = 18;
export const I_REMU = 19;
export const I_REM = 20;
/** d + a*b, d - a*b, b*d + a, a - b*d. */
export const I_MACC = 21;
export const I_NMSAC = 22;
export const I_MADD = 23;
export const I_NMSUB = 24;
export const I_ADC = 25;
export const I_SBC = 26;
/** b where v0 says so, else a. */
export const I_MERGE = 27;
/** b; a. */
export const I_MOVE = 28;
export const I_EXTEND = 29;
export const I_SADDU = 30;
export const I_SADD = 31;
export const I_SSUBU = 32;
export const I_SSUB = 33;
export const I_AADDU = 34;
export const I_AADD = 35;
export const I_ASUBU = 36;
export const I_ASUB = 37;
export const I_SMUL = 38;
export const I_SSRL = 39;
export const I_SSRA = 40;
export const I_NCLIPU = 41;
export const I_NCLIP = 42;
// Of one bit.
export const I_MADC = 48;
export const I_MSBC = 49;
export const I_SEQ = 50;
export const I_SNE = 51;
export const I_SLTU = 52;
export const I_SLT = 53;
export const I_SLEU = 54;
export const I_SLE = 55;
export const I_SGTU = 56;
export const I_SGT = 57;

// Floating-point operations.
export const F_ADD = 0;
export const F_SUB = 1;
export const F_RSUB = 2;
export const F_MUL = 3;
export const F_DIV = 4;
export const F_RDIV = 5;
export const F_MIN = 6;
export const F_MAX = 7;
export const F_SGNJ = 8;
export const F_SGNJN = 9;
export const F_SGNJX = 10;
/** a*b + d: F_NEGATE_PRODUCT, F_NEGATE_ADDEND, F_MULTIPLIES_VD (b*d + a) are added. */
export const F_MACC = 16;
export const F_NEGATE_PRODUCT = 1;
export const F_NEGATE_ADDEND = 2;
export const F_MULTIPLIES_VD = 4;
export const F_SQRT = 24;
export const F_RSQRT7 = 25;
export const F_REC7 = 26;
export const F_CLASS = 27;
export const F_MERGE = 28;
export const F_MOVE = 29;
export const F_EQ = 32;
export const F_LE = 33;
export const F_LT = 34;
export const F_NE = 35;
export const F_GT = 36;
export const F_GE = 37;
// Conversions: to or from an integer as wide as vs2 and vd are; F_TO_ZERO is added where the rounding mode is not that of frm.
export const F_TO_UNSIGNED = 40;
export const F_TO_SIGNED = 41;
export const F_FROM_UNSIGNED = 42;
export const F_FROM_SIGNED = 43;
export const F_TO_FLOAT = 44;
export const F_TO_FLOAT_ODD = 45;
export const F_TO_ZERO = 16;

// Reductions.
export const R_SUM = 0;
export const R_AND = 1;
export const R_OR = 2;
export const R_XOR = 3;
export const R_MINU = 4;
export const R_MIN = 5;
export const R_MAXU = 6;
export const R_MAX = 7;
export const R_FSUM = 8;
export const R_FMIN = 9;
export const R_FMAX = 10;

// Operations of masks.
export const M_ANDN = 0;
export const M_AND = 1;
export const M_OR = 2;
export const M_XOR = 3;
export const M_ORN = 4;
export const M_NAND = 5;
export const M_NOR = 6;
export const M_XNOR = 7;
export const M_BEFORE_FIRST = 8;
export const M_ONLY_FIRST = 9;
export const M_INCLUDING_FIRST = 10;
export const M_IOTA = 11;
export const M_INDEX = 12;
export const M_COUNT = 13;
export const M_FIRST = 14;

// Permutations.
export const P_SLIDE_UP = 0;
export const P_SLIDE_DOWN = 1;
export const P_SLIDE1_UP = 2;
export const P_SLIDE1_DOWN = 3;
export const P_GATHER = 4;
export const P_GATHER16 = 5;
export const P_COMPRESS = 6;
export const P_MOVE_WHOLE = 7;
