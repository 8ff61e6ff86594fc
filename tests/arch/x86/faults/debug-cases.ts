// Code that a debugger watches: shadows of MOV SS, repeated string instructions, and what counts as an access of each kind of instruction.

import { CODE, DATA } from "../corpus/state.js";
import type { Breakpoint, DebugCase } from "./debugger.js";
import { AT, AX, BP, BX, bytes, CX, DI, DX, SI, SP } from "./lab.js";

/** The selector of user stacks in Linux, where MOV SS finds it. */
const SS = 0x2b;
const REGISTERS = {
  [AX]: BigInt(SS),
  [CX]: 4n,
  [DX]: 1n,
  [BX]: 5n,
  [SP]: BigInt(DATA + 0x800),
  [BP]: BigInt(DATA + 0x900),
  [SI]: BigInt(DATA + 0x200),
  [DI]: BigInt(DATA + 0x100),
};
/** A selector to load, and an address to return to. */
const MEMORY = [
  [0x100, [SS]],
  [0x800, [0x00, (AT + 0x100) >> 8, 0x00, 0x20]],
] as const;

// mov ss, [rdi]; mov ss, eax
const MEM = "8e 17";
const REG = "8e d0";
/** Name, code. */
const SHADOWS: readonly (readonly [string, string])[] = [
  ["mov ss mem", `${MEM} 90 90`],
  ["mov ss", `${REG} 90 90`],
  ["mov ss four times", `${REG} ${REG} ${REG} ${REG} 90 90`],
  ["mov ss mem four times", `${MEM} ${MEM} ${MEM} ${MEM} 90 90`],
  ["mov ss mem, mov ss", `${MEM} ${REG} 90 90`],
  ["mov ss mem, icebp", `${MEM} f1 90`],
  ["mov ss, icebp", `${REG} f1 90`],
  ["icebp", "f1 90"],
  ["mov ss mem, int3", `${MEM} cc 90`],
  ["mov ss mem, ud2", `${MEM} 0f 0b`],
  ["mov ss mem, page fault", `${MEM} 88 04 25 00 00 00 00`],
  ["mov ss mem, hlt", `${MEM} f4`],
  ["mov ss mem, popf", `${MEM} 9d 90`],
  ["mov ss mem, jmp", `${MEM} eb 01 f4 90`],
  ["mov ss mem, rep stosb", `${MEM} f3 aa 90`],
  ["mov ss mem, mov ds", `${MEM} 8e d8 90`],
  ["mov ss mem, fwait", `${MEM} 9b 90`],
  ["pushf, popf", "9c 9d 90"],
  ["rep stosb of nothing", "31 c9 f3 aa 90"],
];

/** Name, code, offset of the byte or bytes watched in the data, their number. */
const ACCESSES: readonly (readonly [string, string, number, (1 | 2 | 4 | 8)?])[] = [
  ["mov [rdi], al", "88 07", 0x100],
  ["mov al, [rdi]", "8a 07", 0x100],
  ["mov [rdi], rax: last byte", "48 89 07", 0x107],
  ["mov [rdi], rax: behind", "48 89 07", 0x108],
  ["mov [rdi - 1], ax", "66 89 47 ff", 0x100],
  ["add [rdi], al", "00 07", 0x100],
  ["cmp [rdi], al", "38 07", 0x100],
  ["cmpxchg [rdi], bl that fails", "04 01 0f b0 1f", 0x100],
  ["lock cmpxchg [rdi], bl that fails", "04 01 f0 0f b0 1f", 0x100],
  ["cmpxchg8b that fails", "04 01 0f c7 0f", 0x104],
  ["cmpxchg16b that fails", "04 01 48 0f c7 0f", 0x108],
  ["cmovz that does not", "48 85 e4 48 0f 44 07", 0x100],
  ["push", "50", 0x7f8],
  ["pop", "58", 0x800],
  ["call", "e8 00 00 00 00", 0x7f8],
  ["enter 16, 0", "c8 10 00 00", 0x7f8],
  ["enter 16, 0: the new top", "c8 10 00 00", 0x7e8],
  ["enter 16, 2", "c8 10 00 02", 0x7f0],
  ["pushf", "9c", 0x7f8],
  ["popf", "9d", 0x800],
  ["leave", "48 89 fd c9", 0x100],
  ["movsb", "a4", 0x100],
  ["movsb: source", "a4", 0x200],
  ["rep movsb: third byte", "f3 a4", 0x102],
  ["rep movsb: third byte of the source", "f3 a4", 0x202],
  ["rep movsb: last byte", "f3 a4", 0x103],
  ["rep movsb: behind", "f3 a4", 0x104],
  ["std, rep movsb: third byte", "fd f3 a4", 0xfe],
  ["rep movsb, 4 bytes", "f3 a4", 0x100, 4],
  ["rep movsd, 8 bytes", "f3 a5", 0x108, 8],
  ["rep movsb, ecx, edi", "67 f3 a4", 0x102],
  ["rep stosb", "f3 aa", 0x101],
  ["rep stosq", "f3 48 ab", 0x108],
  ["rep lodsb", "f3 ac", 0x201],
  ["repe cmpsb", "c6 07 00 f3 a6", 0x101],
  ["repe cmpsb: source", "c6 07 00 f3 a6", 0x202],
  ["repne cmpsb that ends", "f2 a6", 0x101],
  ["repne scasb", "b0 99 f2 ae", 0x102],
  ["repne scasb: last byte", "b0 99 f2 ae", 0x103],
  ["fxsave: first byte", "0f ae 07", 0x100],
  ["fxsave: byte 300", "0f ae 07", 0x100 + 300],
  ["fxrstor: byte 300", "0f ae 0e", 0x200 + 300],
  ["fnsave: byte 50", "dd 37", 0x132],
  ["fnstenv: last byte", "d9 37", 0x11b],
  ["frstor: byte 50", "dd 26", 0x232],
  ["fstp m80: last byte", "d9 e8 db 3f", 0x109],
  ["fld m80: last byte", "db 2f", 0x109],
  ["fld m80: behind", "db 2f", 0x10a],
  ["movdqu store: last byte", "f3 0f 7f 07", 0x10f],
  ["movdqu load: last byte", "f3 0f 6f 07", 0x10f],
  ["maskmovdqu", "66 0f 74 c9 66 0f f7 c1", 0x105],
  ["maskmovdqu of nothing", "66 0f ef c9 66 0f f7 c1", 0x105],
  ["maskmovdqu of byte 0: byte 3", "66 0f 74 c9 66 0f 73 d9 0f 66 0f f7 c1", 0x103],
  ["lea", "48 8d 07", 0x100],
  ["nop [rdi]", "0f 1f 07", 0x100],
  ["prefetch", "0f 18 0f", 0x100],
  ["bt [rdi], rcx: last byte", "48 0f a3 0f", 0x107],
  ["bts [rdi], rcx", "48 0f ab 0f", 0x100],
  ["xlat", "48 89 fb 31 c0 d7", 0x100],
  ["movnti", "0f c3 07", 0x100],
  ["stmxcsr: last byte", "0f ae 1f", 0x103],
  ["xchg", "87 07", 0x100],
  ["xadd: last byte", "0f c1 07", 0x103],
  ["pextrb", "66 0f 3a 14 07 01", 0x100],
  ["movhps store: last byte", "0f 17 07", 0x107],
  ["punpckldq mm, m32: behind", "0f 62 07", 0x104],
  ["punpckldq xmm, m128: last byte", "66 0f 62 07", 0x10f],
  ["cvtdq2pd: behind", "f3 0f e6 07", 0x108],
  ["movddup: behind", "f2 0f 12 07", 0x108],
  ["pmovzxbw: last byte", "66 0f 38 30 07", 0x107],
  ["pmovzxbw: behind", "66 0f 38 30 07", 0x108],
  ["insertps: behind", "66 0f 3a 21 07 00", 0x104],
  ["mov ds, [rdi]: second byte", "8e 1f", 0x101],
  ["mov ds, [rdi]: behind", "8e 1f", 0x102],
];

function make(name: string, code: string, step: boolean, breakpoints: readonly Breakpoint[]): DebugCase {
  return { name, code: bytes(code), step, registers: REGISTERS, data: MEMORY, breakpoints };
}

function shadowCases(): DebugCase[] {
  const cases: DebugCase[] = [];
  const watch: Breakpoint = { address: DATA + 0x100, kind: "access", bytes: 2 };
  for (const [name, code] of SHADOWS) {
    cases.push(make(`${name}, stepped`, code, true, []));
    // What becomes of the breakpoint at INT3 is for the kernel's handler to see.
    if (name.includes("mem") && !name.includes("int3")) {
      cases.push(
        make(`${name}, watched`, code, false, [watch]),
        make(`${name}, stepped and watched`, code, true, [watch]),
      );
    }
    for (const offset of [0, 1, 2, 3, 4])
      cases.push(
        make(`${name}, break at ${offset}`, code, false, [{ address: CODE + AT + offset, kind: "execute", bytes: 1 }]),
      );
  }
  return cases;
}

function accessCases(): DebugCase[] {
  const cases: DebugCase[] = [];
  for (const [name, code, offset, length = 1] of ACCESSES) {
    const at = (kind: Breakpoint["kind"]): Breakpoint => ({ address: DATA + offset, kind, bytes: length });
    cases.push(
      make(`${name}, write`, code, false, [at("write")]),
      make(`${name}, access`, code, false, [at("access")]),
    );
    if (/rep/.test(name)) {
      const first: Breakpoint = { address: CODE + AT, kind: "execute", bytes: 1 };
      cases.push(
        make(`${name}, stepped`, code, true, [at("access")]),
        make(`${name}, break at its start`, code, false, [first, at("access")]),
      );
    }
  }
  return cases;
}

export const DEBUG_CASES: readonly DebugCase[] = [...shadowCases(), ...accessCases()];
