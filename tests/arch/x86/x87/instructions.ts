// The x87 instructions under test, by their bytes (memory operands at (%rdi)).

import type { Memory } from "./operands.js";

export interface Instruction {
  name: string;
  code: number[];
  memory: Memory;
  /** "arith": +, -, *, /, square root; "exact": everything else that has one right answer; "approximate": transcendental. */
  kind: "arith" | "exact" | "approximate";
}

const ARITH_NAMES = ["fadd", "fmul", "fcom", "fcomp", "fsub", "fsubr", "fdiv", "fdivr"];

function list(): Instruction[] {
  const all: Instruction[] = [];
  const add = (name: string, code: number[], memory: Memory = "none", kind: Instruction["kind"] = "exact") =>
    all.push({ name, code, memory, kind });
  const memory = (opcode: number, prefix: string, operand: Memory) => {
    ARITH_NAMES.forEach((name, reg) => {
      add(prefix + name.slice(1), [opcode, (reg << 3) | 7], operand, reg === 2 || reg === 3 ? "exact" : "arith");
    });
  };
  const registers = (opcode: number, regs: readonly number[], name: string, kind: Instruction["kind"]) => {
    for (const reg of regs) {
      for (const i of [0, 1, 3]) add(`${name}/${reg} st(${i})`, [opcode, 0xc0 | (reg << 3) | i], "none", kind);
    }
  };
  registers(0xd8, [0, 1, 4, 5, 6, 7], "d8", "arith");
  registers(0xdc, [0, 1, 4, 5, 6, 7], "dc", "arith");
  registers(0xde, [0, 1, 4, 5, 6, 7], "de", "arith");
  memory(0xd8, "f32 f", "f32");
  memory(0xdc, "f64 f", "f64");
  memory(0xda, "i32 fi", "int");
  memory(0xde, "i16 fi", "int");
  add("fsqrt", [0xd9, 0xfa], "none", "arith");
  registers(0xd8, [2, 3], "d8", "exact");
  registers(0xdc, [2, 3], "dc", "exact");
  registers(0xde, [2], "de", "exact");
  registers(0xda, [0, 1, 2, 3], "da", "exact");
  registers(0xdb, [0, 1, 2, 3, 5, 6], "db", "exact");
  registers(0xdd, [0, 1, 2, 3, 4, 5], "dd", "exact");
  registers(0xdf, [0, 1, 2, 3, 5, 6], "df", "exact");
  registers(0xd9, [0, 1, 3], "d9", "exact");
  add("fcompp", [0xde, 0xd9]);
  add("fucompp", [0xda, 0xe9]);
  add("fld m32", [0xd9, 0x07], "f32");
  add("fld m64", [0xdd, 0x07], "f64");
  add("fld m80", [0xdb, 0x2f], "f80");
  add("fld m64+16", [0xdd, 0x47, 0x10], "f64");
  add("fild m16", [0xdf, 0x07], "int");
  add("fild m32", [0xdb, 0x07], "int");
  add("fild m64", [0xdf, 0x2f], "int");
  add("fbld", [0xdf, 0x27], "bcd");
  add("fst m32", [0xd9, 0x17]);
  add("fstp m32", [0xd9, 0x1f]);
  add("fst m64", [0xdd, 0x17]);
  add("fstp m64", [0xdd, 0x1f]);
  add("fstp m80", [0xdb, 0x3f]);
  add("fist m16", [0xdf, 0x17]);
  add("fistp m16", [0xdf, 0x1f]);
  add("fist m32", [0xdb, 0x17]);
  add("fistp m32", [0xdb, 0x1f]);
  add("fistp m64", [0xdf, 0x3f]);
  add("fisttp m16", [0xdf, 0x0f]);
  add("fisttp m32", [0xdb, 0x0f]);
  add("fisttp m64", [0xdd, 0x0f]);
  add("fbstp", [0xdf, 0x37]);
  for (let k = 0; k < 7; k++) add(`constant ${k}`, [0xd9, 0xe8 + k]);
  add("fnop", [0xd9, 0xd0]);
  add("fchs", [0xd9, 0xe0]);
  add("fabs", [0xd9, 0xe1]);
  add("ftst", [0xd9, 0xe4]);
  add("fxam", [0xd9, 0xe5]);
  add("fxtract", [0xd9, 0xf4]);
  add("fprem1", [0xd9, 0xf5]);
  add("fdecstp", [0xd9, 0xf6]);
  add("fincstp", [0xd9, 0xf7]);
  add("fprem", [0xd9, 0xf8]);
  add("frndint", [0xd9, 0xfc]);
  add("fscale", [0xd9, 0xfd]);
  add("fwait", [0x9b]);
  add("fneni", [0xdb, 0xe0]);
  add("fnclex", [0xdb, 0xe2]);
  add("fninit", [0xdb, 0xe3]);
  add("fnstsw ax", [0xdf, 0xe0]);
  add("fnstsw m", [0xdd, 0x3f]);
  add("fnstcw", [0xd9, 0x3f]);
  add("fldcw", [0xd9, 0x2f], "cw");
  add("fnstenv", [0xd9, 0x37]);
  add("fnstenv16", [0x66, 0xd9, 0x37]);
  add("fldenv", [0xd9, 0x27], "env");
  add("fldenv16", [0x66, 0xd9, 0x27], "env");
  add("fnsave", [0xdd, 0x37]);
  add("fnsave16", [0x66, 0xdd, 0x37]);
  add("frstor", [0xdd, 0x27], "env");
  add("frstor16", [0x66, 0xdd, 0x27], "env");
  add("f2xm1", [0xd9, 0xf0], "none", "approximate");
  add("fyl2x", [0xd9, 0xf1], "none", "approximate");
  add("fptan", [0xd9, 0xf2], "none", "approximate");
  add("fpatan", [0xd9, 0xf3], "none", "approximate");
  add("fyl2xp1", [0xd9, 0xf9], "none", "approximate");
  add("fsincos", [0xd9, 0xfb], "none", "approximate");
  add("fsin", [0xd9, 0xfe], "none", "approximate");
  add("fcos", [0xd9, 0xff], "none", "approximate");
  return all;
}

export const INSTRUCTIONS: readonly Instruction[] = list();
