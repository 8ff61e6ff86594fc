// What the encoder in the core (core/engine/encoder) and its caller share: the IR of the block to encode, which of its nodes are needed,
// and what helpers write. Each CPU has it in its state (S_ENCODER); offsets from there. Plain constants, read by both compilers.

/** Nodes of the largest block. Not a power of two: the arrays are used at the same index, and would all lie in the same sets
 *  of the host's cache. */
export const IR_NODES = 4176;

// The arrays of an IrBlock of so many nodes (src/ir/block.ts), one after the other.
export const IR = 0;
export const IR_OP = IR;
export const IR_TY = IR_OP + IR_NODES;
export const IR_A = IR_TY + IR_NODES;
export const IR_B = IR_A + 4 * IR_NODES;
export const IR_C = IR_B + 4 * IR_NODES;
export const IR_D = IR_C + 4 * IR_NODES;
export const IR_MAYBE_LO = IR_D + 4 * IR_NODES;
export const IR_MAYBE_HI = IR_MAYBE_LO + 4 * IR_NODES;
export const IR_POS = IR_MAYBE_HI + 4 * IR_NODES;
/** u16 per guest instruction: its displacement. */
export const IR_INSN_OFFSET = IR_POS + 2 * IR_NODES;
export const IR_END = IR_INSN_OFFSET + 256;

/** u8 per node: it is needed. */
export const LIVE = IR_END;
/** 16 bytes per constant of IrBlock.vconsts. */
export const VCONSTS = 0x20000;

/** Per helper: u8 flags, u8 number of ranges of CPU state it writes, u16 index of the first. */
export const HELPERS = 0x32000;
export const HELPERS_MAX = 1024;
export const HF_VEC = 1;
export const HF_VECINT = 2;
export const HF_PURE = 4;
export const HF_WRITES_ALL = 8;
/** u16 first byte, u16 end. */
export const HELPER_RANGES = 0x33000;
export const HELPER_RANGES_MAX = 1024;

/** The encoder's own (core/engine/encoder/state.ts). */
export const SCRATCH = 0x34000;
export const ENCODER_BYTES = 0x60000;

/** What it answers instead of a size: the block needs more temporaries than there are. */
export const TOO_MANY_TEMPORARIES = -1;
