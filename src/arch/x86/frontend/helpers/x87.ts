// Helpers of the x87 instructions: core/arch/x86/x87/*.ts, where their arguments are described.

import { type HelperDef, helper, type SlotRange } from "../../../../ir/helpers.js";
import { S_RET2 } from "../../../../layout/vcpu.js";
import { X_CC_OP, X_CC_SRC, X_CR0, X_FDS, X_FPR, X_FTAG } from "../../layout.js";

/** Registers, control and status word, TOP and tags: what computation reads and writes. */
const FPU: SlotRange = [X_FPR, X_FTAG + 4];
/** With the instruction and data pointers and the opcode. */
const ENVIRONMENT: SlotRange = [X_FPR, X_FDS + 4];
const CR0: SlotRange = [X_CR0, X_CR0 + 8];
const RET2: SlotRange = [S_RET2, S_RET2 + 8];
const CC: SlotRange = [X_CC_SRC, X_CC_OP + 4];

const compute = (name: string): HelperDef => helper(name, { reads: [FPU, CR0], writes: [FPU], fault: true });
/** First step of a store to memory: changes nothing but S_RET2. */
const prepare = (name: string): HelperDef => helper(name, { reads: [FPU, CR0], writes: [RET2], fault: true });
const environment = (name: string): HelperDef => helper(name, { reads: "all", writes: [ENVIRONMENT], fault: true });

const COMPUTE = (
  "fld32 fld64 fld80 fild fbld fldst fconst fadd fsub fmul fdiv fsqrt fcom fxam " +
  "fstst fstp1 fxch fcmov fchs fabs ffree fincstp " +
  "frndint fscale fprem fxtract fsin fcos fsincos fptan f2xm1 fyl2x fyl2xp1 fpatan fldcw"
).split(" ");
const PREPARE = "fst32 fst64 fst80 fist16 fist32 fist64 fistt16 fistt32 fistt64 fbst".split(" ");

export const X87_HELPERS: readonly HelperDef[] = [
  ...COMPUTE.map((name) => compute(`x86_${name}`)),
  ...PREPARE.map((name) => prepare(`x86_${name}`)),
  // (S_RET2 of the first step)
  helper("x86_fstdone", { reads: [FPU], writes: [FPU] }),
  helper("x86_fcomi", { reads: [FPU, CR0, CC], writes: [FPU, CC], fault: true }),
  helper("x86_fwait", { reads: [FPU, CR0], fault: true }),
  helper("x86_fninit", { writes: [ENVIRONMENT] }),
  environment("x86_fnstenv"),
  environment("x86_fnsave"),
  environment("x86_fldenv"),
  environment("x86_frstor"),
];
