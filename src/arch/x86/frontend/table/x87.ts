// x87: D8 to DF and 9B (Intel SDM volume 2, appendix A.5). Undocumented encodings that all processors have are listed
// with what they do.

import type { RowAttributes } from "../insn.js";
import type { Row } from "../row.js";
import {
  arithMemory,
  arithRegister,
  arithTop,
  compare,
  compareFlags,
  compareMemory,
  conditionalMove,
  ftst,
  onRegister,
  plain,
  type Source,
} from "../x87/arith.js";
import { environment, fldcw, fnclex, fninit, fnothing, fnstcw, fnstsw, fnstswAx, fwait } from "../x87/control.js";
import { loadLong, loadMemory, storeLong, storeMemory } from "../x87/move.js";

const A: RowAttributes = { check: "x87" };
const CMOV: RowAttributes = { check: "x87", feature: "cmov" };
const SSE3: RowAttributes = { check: "x87", feature: "pni" };

/** Arithmetic and comparison with a memory operand: D8, DA, DC, DE. Mnemonics have AT&T's suffixes for the operand. */
function memoryRows(opcode: string, prefix: string, suffix: string, source: Source): Row[] {
  return [
    [`${opcode} /0 m`, `${prefix}add${suffix}`, "M", arithMemory("x86_fadd", source), A],
    [`${opcode} /1 m`, `${prefix}mul${suffix}`, "M", arithMemory("x86_fmul", source), A],
    [`${opcode} /2 m`, `${prefix}com${suffix}`, "M", compareMemory(0, source), A],
    [`${opcode} /3 m`, `${prefix}comp${suffix}`, "M", compareMemory(1, source), A],
    [`${opcode} /4 m`, `${prefix}sub${suffix}`, "M", arithMemory("x86_fsub", source), A],
    [`${opcode} /5 m`, `${prefix}subr${suffix}`, "M", arithMemory("x86_fsub", source, true), A],
    [`${opcode} /6 m`, `${prefix}div${suffix}`, "M", arithMemory("x86_fdiv", source), A],
    [`${opcode} /7 m`, `${prefix}divr${suffix}`, "M", arithMemory("x86_fdiv", source, true), A],
  ];
}

/** Arithmetic with ST(i) as destination: DC and, popping, DE. */
function registerRows(opcode: string, suffix: string, pop: boolean): Row[] {
  return [
    [`${opcode} /0 r`, `fadd${suffix}`, "STi,ST", arithRegister("x86_fadd", false, pop), A],
    [`${opcode} /1 r`, `fmul${suffix}`, "STi,ST", arithRegister("x86_fmul", false, pop), A],
    [`${opcode} /4 r`, `fsubr${suffix}`, "STi,ST", arithRegister("x86_fsub", true, pop), A],
    [`${opcode} /5 r`, `fsub${suffix}`, "STi,ST", arithRegister("x86_fsub", false, pop), A],
    [`${opcode} /6 r`, `fdivr${suffix}`, "STi,ST", arithRegister("x86_fdiv", true, pop), A],
    [`${opcode} /7 r`, `fdiv${suffix}`, "STi,ST", arithRegister("x86_fdiv", false, pop), A],
  ];
}

export const X87_ROWS: readonly Row[] = [
  ["9B", "fwait", "", fwait, { check: "fwait" }],

  ...memoryRows("D8", "f", "s", "m32"),
  ["D8 /0 r", "fadd", "ST,STi", arithTop("x86_fadd"), A],
  ["D8 /1 r", "fmul", "ST,STi", arithTop("x86_fmul"), A],
  ["D8 /2 r", "fcom", "STi", compare(0), A],
  ["D8 /3 r", "fcomp", "STi", compare(1), A],
  ["D8 /4 r", "fsub", "ST,STi", arithTop("x86_fsub"), A],
  ["D8 /5 r", "fsubr", "ST,STi", arithTop("x86_fsub", true), A],
  ["D8 /6 r", "fdiv", "ST,STi", arithTop("x86_fdiv"), A],
  ["D8 /7 r", "fdivr", "ST,STi", arithTop("x86_fdiv", true), A],

  ["D9 /0 m", "flds", "M", loadMemory("x86_fld32", 4), A],
  ["D9 /2 m", "fsts", "M", storeMemory("x86_fst32", 4, false), A],
  ["D9 /3 m", "fstps", "M", storeMemory("x86_fst32", 4, true), A],
  ["D9 /4 m", "fldenv", "M", environment("x86_fldenv", false, false), A],
  ["D9 /5 m", "fldcw", "M", fldcw, A],
  ["D9 /6 m", "fnstenv", "M", environment("x86_fnstenv", false, true), A],
  ["D9 /7 m", "fnstcw", "M", fnstcw, A],
  ["D9 /0 r", "fld", "STi", onRegister("x86_fldst"), A],
  ["D9 /1 r", "fxch", "STi", onRegister("x86_fxch"), A],
  ["D9 D0", "fnop", "", plain("x86_fwait"), A],
  ["D9 /3 r", "fstp1", "STi", onRegister("x86_fstp1"), A],
  ["D9 E0", "fchs", "", plain("x86_fchs"), A],
  ["D9 E1", "fabs", "", plain("x86_fabs"), A],
  ["D9 E4", "ftst", "", ftst, A],
  ["D9 E5", "fxam", "", plain("x86_fxam"), A],
  ["D9 E8", "fld1", "", plain("x86_fconst", 0), A],
  ["D9 E9", "fldl2t", "", plain("x86_fconst", 1), A],
  ["D9 EA", "fldl2e", "", plain("x86_fconst", 2), A],
  ["D9 EB", "fldpi", "", plain("x86_fconst", 3), A],
  ["D9 EC", "fldlg2", "", plain("x86_fconst", 4), A],
  ["D9 ED", "fldln2", "", plain("x86_fconst", 5), A],
  ["D9 EE", "fldz", "", plain("x86_fconst", 6), A],
  ["D9 F0", "f2xm1", "", plain("x86_f2xm1"), A],
  ["D9 F1", "fyl2x", "", plain("x86_fyl2x"), A],
  ["D9 F2", "fptan", "", plain("x86_fptan"), A],
  ["D9 F3", "fpatan", "", plain("x86_fpatan"), A],
  ["D9 F4", "fxtract", "", plain("x86_fxtract"), A],
  ["D9 F5", "fprem1", "", plain("x86_fprem", 1), A],
  ["D9 F6", "fdecstp", "", plain("x86_fincstp", -1), A],
  ["D9 F7", "fincstp", "", plain("x86_fincstp", 1), A],
  ["D9 F8", "fprem", "", plain("x86_fprem", 0), A],
  ["D9 F9", "fyl2xp1", "", plain("x86_fyl2xp1"), A],
  ["D9 FA", "fsqrt", "", plain("x86_fsqrt"), A],
  ["D9 FB", "fsincos", "", plain("x86_fsincos"), A],
  ["D9 FC", "frndint", "", plain("x86_frndint"), A],
  ["D9 FD", "fscale", "", plain("x86_fscale"), A],
  ["D9 FE", "fsin", "", plain("x86_fsin"), A],
  ["D9 FF", "fcos", "", plain("x86_fcos"), A],

  ...memoryRows("DA", "fi", "l", "i32"),
  ["DA /0 r", "fcmovb", "ST,STi", conditionalMove(2), CMOV],
  ["DA /1 r", "fcmove", "ST,STi", conditionalMove(4), CMOV],
  ["DA /2 r", "fcmovbe", "ST,STi", conditionalMove(6), CMOV],
  ["DA /3 r", "fcmovu", "ST,STi", conditionalMove(10), CMOV],
  ["DA E9", "fucompp", "", compare(2, true), A],

  ["DB /0 m", "fildl", "M", loadMemory("x86_fild", 4, true), A],
  ["DB /1 m", "fisttpl", "M", storeMemory("x86_fistt32", 4, true), SSE3],
  ["DB /2 m", "fistl", "M", storeMemory("x86_fist32", 4, false), A],
  ["DB /3 m", "fistpl", "M", storeMemory("x86_fist32", 4, true), A],
  ["DB /5 m", "fldt", "M", loadLong("x86_fld80"), A],
  ["DB /7 m", "fstpt", "M", storeLong("x86_fst80"), A],
  ["DB /0 r", "fcmovnb", "ST,STi", conditionalMove(3), CMOV],
  ["DB /1 r", "fcmovne", "ST,STi", conditionalMove(5), CMOV],
  ["DB /2 r", "fcmovnbe", "ST,STi", conditionalMove(7), CMOV],
  ["DB /3 r", "fcmovnu", "ST,STi", conditionalMove(11), CMOV],
  ["DB E0", "fneni", "", fnothing, A],
  ["DB E1", "fndisi", "", fnothing, A],
  ["DB E2", "fnclex", "", fnclex, A],
  ["DB E3", "fninit", "", fninit, A],
  ["DB E4", "fnsetpm", "", fnothing, A],
  ["DB /5 r", "fucomi", "ST,STi", compareFlags(0, true), CMOV],
  ["DB /6 r", "fcomi", "ST,STi", compareFlags(0, false), CMOV],

  ...memoryRows("DC", "f", "l", "m64"),
  ...registerRows("DC", "", false),
  ["DC /2 r", "fcom2", "STi", compare(0), A],
  ["DC /3 r", "fcomp3", "STi", compare(1), A],

  ["DD /0 m", "fldl", "M", loadMemory("x86_fld64", 8), A],
  ["DD /1 m", "fisttpll", "M", storeMemory("x86_fistt64", 8, true), SSE3],
  ["DD /2 m", "fstl", "M", storeMemory("x86_fst64", 8, false), A],
  ["DD /3 m", "fstpl", "M", storeMemory("x86_fst64", 8, true), A],
  ["DD /4 m", "frstor", "M", environment("x86_frstor", true, false), A],
  ["DD /6 m", "fnsave", "M", environment("x86_fnsave", true, true), A],
  ["DD /7 m", "fnstsw", "M", fnstsw, A],
  ["DD /0 r", "ffree", "STi", onRegister("x86_ffree"), A],
  ["DD /1 r", "fxch4", "STi", onRegister("x86_fxch"), A],
  ["DD /2 r", "fst", "STi", onRegister("x86_fstst", 0), A],
  ["DD /3 r", "fstp", "STi", onRegister("x86_fstst", 1), A],
  ["DD /4 r", "fucom", "STi", compare(0, true), A],
  ["DD /5 r", "fucomp", "STi", compare(1, true), A],

  ...memoryRows("DE", "fi", "s", "i16"),
  ...registerRows("DE", "p", true),
  ["DE /2 r", "fcomp5", "STi", compare(1), A],
  ["DE D9", "fcompp", "", compare(2), A],

  ["DF /0 m", "filds", "M", loadMemory("x86_fild", 2, true), A],
  ["DF /1 m", "fisttps", "M", storeMemory("x86_fistt16", 2, true), SSE3],
  ["DF /2 m", "fists", "M", storeMemory("x86_fist16", 2, false), A],
  ["DF /3 m", "fistps", "M", storeMemory("x86_fist16", 2, true), A],
  ["DF /4 m", "fbld", "M", loadLong("x86_fbld"), A],
  ["DF /5 m", "fildll", "M", loadMemory("x86_fild", 8, true), A],
  ["DF /6 m", "fbstp", "M", storeLong("x86_fbst"), A],
  ["DF /7 m", "fistpll", "M", storeMemory("x86_fist64", 8, true), A],
  ["DF /0 r", "ffreep", "STi", onRegister("x86_ffree", 1), A],
  ["DF /1 r", "fxch7", "STi", onRegister("x86_fxch"), A],
  ["DF /2 r", "fstp8", "STi", onRegister("x86_fstst", 1), A],
  ["DF /3 r", "fstp9", "STi", onRegister("x86_fstst", 1), A],
  ["DF E0", "fnstsw", "AX", fnstswAx, A],
  ["DF /5 r", "fucomip", "ST,STi", compareFlags(1, true), CMOV],
  ["DF /6 r", "fcomip", "ST,STi", compareFlags(1, false), CMOV],
];
