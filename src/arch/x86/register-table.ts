// The registers of an x86 CPU: names, places, and the numbers that gdb's protocol gives them (gdb's features/i386/64bit-core.xml and
// 64bit-sse.xml; those without a number gdb learns from the target's description).

import { S_PC } from "../../layout/vcpu.js";
import { type Register, registerValue, type StateReader } from "../arch.js";
import * as X from "./layout.js";

const gpr = (name: string, number: number, gdb: number): Register => ({
  name,
  slot: X.X_GPR + 8 * number,
  bits: 64,
  gdb,
});
const selector = (name: string, segment: number, gdb?: number): Register => ({
  name,
  slot: X.X_SEG + segment * X.SEG_STRIDE + X.SEG_SEL,
  bits: 16,
  ...(gdb === undefined ? {} : { gdb }),
});
const segmentField = (name: string, segment: number, field: number, bits: 32 | 64): Register => ({
  name,
  slot: X.X_SEG + segment * X.SEG_STRIDE + field,
  bits,
});
const word = (name: string, slot: number, gdb?: number): Register => ({
  name,
  slot,
  bits: 32,
  ...(gdb === undefined ? {} : { gdb }),
});
const wide = (name: string, slot: number): Register => ({ name, slot, bits: 64 });

const SEGMENTS = ["es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"];

function rflags(state: StateReader): bigint {
  const direction = (state.u32(X.X_DF) | 0) < 0 ? X.F_DF : 0;
  return BigInt((state.u32(X.X_FLAGS) | Number(state.helper("x86_flags")) | direction | 2) >>> 0);
}

/** FSW with the top of the stack, which is kept apart. */
const statusWord = (state: StateReader): bigint =>
  BigInt((state.u32(X.X_FSW) & ~0x3800) | ((state.u32(X.X_FTOP) & 7) << 11));

/** ST(i) is the register i places from the top. */
const stack = (i: number): Register => ({
  name: `st${i}`,
  slot: X.X_FPR,
  bits: 80,
  gdb: 24 + i,
  read(state) {
    const at = X.X_FPR + 16 * ((state.u32(X.X_FTOP) + i) & 7);
    return state.u64(at) | ((state.u64(at + 8) & 0xffffn) << 64n);
  },
});

export const REGISTERS: readonly Register[] = [
  gpr("rax", 0, 0),
  gpr("rbx", 3, 1),
  gpr("rcx", 1, 2),
  gpr("rdx", 2, 3),
  gpr("rsi", 6, 4),
  gpr("rdi", 7, 5),
  gpr("rbp", 5, 6),
  gpr("rsp", 4, 7),
  ...Array.from({ length: 8 }, (_, i) => gpr(`r${8 + i}`, 8 + i, 8 + i)),
  { name: "rip", slot: S_PC, bits: 64, gdb: 16 },
  { name: "eflags", slot: X.X_FLAGS, bits: 32, gdb: 17, read: rflags },
  selector("cs", X.CS, 18),
  selector("ss", X.SS, 19),
  selector("ds", X.DS, 20),
  selector("es", X.ES, 21),
  selector("fs", X.FS, 22),
  selector("gs", X.GS, 23),
  selector("ldtr", X.LDTR),
  selector("tr", X.TR),
  ...SEGMENTS.flatMap((name, segment) => [
    segmentField(`${name}_base`, segment, X.SEG_BASE, 64),
    segmentField(`${name}_limit`, segment, X.SEG_LIMIT, 64),
    segmentField(`${name}_attributes`, segment, X.SEG_ATTR, 32),
  ]),
  wide("gdt_base", X.X_GDT_BASE),
  word("gdt_limit", X.X_GDT_LIMIT),
  wide("idt_base", X.X_IDT_BASE),
  word("idt_limit", X.X_IDT_LIMIT),
  wide("cr0", X.X_CR0),
  wide("cr2", X.X_CR2),
  wide("cr3", X.X_CR3),
  wide("cr4", X.X_CR4),
  wide("efer", X.X_EFER),
  wide("xcr0", X.X_XCR0),
  ...[0, 1, 2, 3, 6, 7].map((n) => wide(`dr${n}`, X.X_DR + 8 * n)),
  ...Array.from({ length: 8 }, (_, i) => stack(i)),
  word("fctrl", X.X_FCW, 32),
  { name: "fstat", slot: X.X_FSW, bits: 32, gdb: 33, read: statusWord },
  // Here a bit says empty; the abridged word says used.
  { name: "ftag", slot: X.X_FTAG, bits: 32, gdb: 34, read: (state) => BigInt(~state.u32(X.X_FTAG) & 0xff) },
  word("fiseg", X.X_FCS, 35),
  { name: "fioff", slot: X.X_FIP, bits: 32, gdb: 36 },
  word("foseg", X.X_FDS, 37),
  { name: "fooff", slot: X.X_FDP, bits: 32, gdb: 38 },
  word("fop", X.X_FOP, 39),
  ...Array.from(
    { length: 16 },
    (_, i): Register => ({ name: `xmm${i}`, slot: X.X_XMM + 16 * i, bits: 128, gdb: 40 + i }),
  ),
  word("mxcsr", X.X_MXCSR, 56),
];

const BY_NAME: ReadonlyMap<string, Register> = new Map(REGISTERS.map((register) => [register.name, register]));
const OTHER_NAMES: Readonly<Record<string, string>> = { pc: "rip", rflags: "eflags" };
/** eax is the low half of rax, and so on. */
const LOW_HALF = /^e(ax|bx|cx|dx|si|di|bp|sp|ip)$/;

/** A register by its name in lower case (rax, eip, cs, cr3, efer...); undefined for an unknown name. */
export function registerByName(state: StateReader, name: string): bigint | undefined {
  const half = LOW_HALF.exec(name);
  const register = BY_NAME.get(half ? `r${half[1]}` : (OTHER_NAMES[name] ?? name));
  if (!register) return undefined;
  const value = registerValue(state, register);
  return half ? value & 0xffffffffn : value;
}
