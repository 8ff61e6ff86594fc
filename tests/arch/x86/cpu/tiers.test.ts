// What makes a translator hard, in both tiers: faults in the middle of blocks and loops, accesses and instructions across pages,
// code that changes itself, single-step.

import { describe, expect, it } from "vitest";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { Runner } from "../corpus/emulate.js";
import { CODE, DATA, type Input, type Output, PAGES } from "../corpus/state.js";

const [AX, CX, DX, BX, SP, , SI, DI] = [0, 1, 2, 3, 4, 5, 6, 7];
const DEBUG = 1;
const BREAKPOINT = 3;
const PAGE_FAULT = 14;
/** Bits of a page fault's error code. */
const WRITE = 2;
const USER = 4;
const TF = 0x100n;
const COMPLETED = 0xffffffff;
const AT = 0x100;
const END = BigInt(DATA + PAGES);
const BREAK = 0xcc;

type Registers = Record<number, bigint>;

const bytes = (text: string): number[] => text.split(" ").map((byte) => Number.parseInt(byte, 16));
const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);

function input(code: readonly number[], registers: Registers, at = AT, flags = 0n): Input {
  const gpr = new BigUint64Array(16);
  gpr[SP] = BigInt(DATA + 0x1800);
  for (const [reg, value] of Object.entries(registers)) gpr[Number(reg)] = value;
  const data = Uint8Array.from({ length: PAGES }, (_, k) => (k * 7 + (k >> 8)) & 0xff);
  const fx = new Uint8Array(512);
  new DataView(fx.buffer).setUint16(0, 0x37f, true);
  new DataView(fx.buffer).setUint32(24, 0x1f80, true);
  return { code: Uint8Array.from(code), at, gpr, rflags: 0x202n | flags, fx, data };
}

/** Code of one page with a function at its end, in the next page: main, then breakpoints up to the function. */
function farFunction(main: (target: number) => number[], target: number, body: number[]): number[] {
  const head = main(target);
  return [...head, ...new Array<number>(target - head.length).fill(BREAK), ...body];
}

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  const runner = new Runner(corpusParts(), tier1);
  const run = (code: readonly number[] | string, registers: Registers = {}, at?: number, flags?: bigint): Output =>
    runner.run(input(typeof code === "string" ? bytes(code) : code, registers, at, flags));
  const rip = (out: Output): number => Number(out.rip) - CODE;

  it("a branch that the block before has decided goes where it does", () => {
    const loops = new Runner(corpusParts(), tier1);
    // Every block of the loop has been seen often when the first becomes a region.
    if (tier1) loops.cpu.engine.memory.setHot(8);
    // L: test eax, eax; jmp next; next: jb out; inc rbx; dec ecx; jnz L; int3; out: inc rdx; int3
    const code = bytes("85 c0 eb 00 72 08 48 ff c3 ff c9 75 f3 cc 48 ff c2 cc");
    const out = loops.run(input(code, { [AX]: 1n, [BX]: 0n, [CX]: 100n, [DX]: 0n }));
    expect([out.gpr[BX], out.gpr[CX], out.gpr[DX]]).toEqual([100n, 0n, 0n]);
    if (tier1) expect(loops.cpu.engine.inRegions).toBeGreaterThan(300);
  });

  it("flags that are undefined do not depend on what the translation knows of those before", () => {
    // bt, bts, bsf, bsr, shl cl, ror cl, rcl 3, shld, mul, imul, div, and, popcnt, blsr, bzhi, lzcnt
    const codes =
      "0f a3 ca|0f ab ca|0f bc c2|0f bd c2|d3 e2|d3 ca|c1 d2 03|0f a5 ca|f7 e2|0f af c2|48 f7 f1|21 ca|f3 0f b8 c2" +
      "|c4 e2 70 f3 ca|c4 e2 70 f5 c2|f3 0f bd c2";
    // add, inc, shl 1, popcnt, ror 1 and and of ebx, sahf: all that leave different knowledge
    for (const before of "83 c3 01|83 eb 01|ff c3|d1 e3|f3 0f b8 db|d1 cb|83 e3 7f|9e".split("|"))
      for (const code of codes.split("|"))
        for (const value of [0xffn, 0x7fffffffn, 0xffffffffn, 0x10n, 1n]) {
          const registers = { [AX]: 0x9100n, [CX]: 0x100000007n, [DX]: 5n, [BX]: value };
          const known = run(`${before} ${code}`, registers);
          const unknown = run(`${before} eb 00 ${code}`, registers);
          expect([code, before, value, unknown.rflags]).toEqual([code, before, value, known.rflags]);
        }
  });

  describe("page faults", () => {
    it("leave an instruction undone and those before it done", () => {
      // inc rax; mov [rdi], rax; inc rax
      const out = run("48 ff c0 48 89 07 48 ff c0", { [AX]: 5n, [DI]: END });
      expect([out.trap, out.error, out.cr2, rip(out), out.gpr[AX]]).toEqual([
        PAGE_FAULT,
        USER | WRITE,
        END,
        AT + 3,
        6n,
      ]);
    });

    it("of a read tell so, and leave the target register", () => {
      const out = run("48 8b 07", { [AX]: 5n, [DI]: END + 8n });
      expect([out.trap, out.error, out.cr2, out.gpr[AX]]).toEqual([PAGE_FAULT, USER, END + 8n, 5n]);
    });

    it("of a read-modify-write leave memory and flags", () => {
      const start = input(bytes("48 01 07"), { [AX]: 1n, [DI]: END - 4n }, AT, 0x8d5n);
      const out = runner.run(start);
      expect([out.trap, out.error & WRITE, out.cr2]).toEqual([PAGE_FAULT, WRITE, END]);
      expect(out.rflags & 0x8d5n).toBe(0x8d5n);
      expect(out.data).toEqual(start.data);
    });

    it("of a store across the end write no byte of it", () => {
      const start = input(bytes("48 89 07"), { [AX]: 0x1122334455667788n, [DI]: END - 3n });
      const out = runner.run(start);
      expect([out.trap, out.cr2]).toEqual([PAGE_FAULT, END]);
      expect(out.data).toEqual(start.data);
    });

    it("of a push and a call leave the stack pointer", () => {
      for (const code of ["50", "e8 00 00 00 00"]) {
        const out = run(code, { [SP]: BigInt(DATA) });
        expect([out.trap, out.cr2, out.gpr[SP], rip(out)]).toEqual([PAGE_FAULT, BigInt(DATA - 8), BigInt(DATA), AT]);
      }
    });

    it("in a loop come at the exact iteration", () => {
      // L: mov [rdi], rax; add rdi, 8; inc rbx; dec rcx; jnz L
      const out = run("48 89 07 48 83 c7 08 48 ff c3 48 ff c9 75 f1", { [DI]: END - 800n, [CX]: 150n });
      expect([out.trap, out.cr2, rip(out)]).toEqual([PAGE_FAULT, END, AT]);
      expect([out.gpr[BX], out.gpr[CX], out.gpr[DI]]).toEqual([100n, 50n, END]);
    });

    it("of code that is not there are at its address", () => {
      const target = CODE + PAGES;
      // jmp rax, after a change that stays
      const out = run("48 ff c3 ff e0", { [AX]: BigInt(target) });
      expect([out.trap, out.cr2, out.rip, out.gpr[BX]]).toEqual([PAGE_FAULT, BigInt(target), BigInt(target), 1n]);
    });
  });

  describe("across pages", () => {
    it.each([
      ["66 8b 07", 2],
      ["8b 07", 4],
      ["48 8b 07", 8],
    ])("%s reads every split of %i bytes", (code, size) => {
      for (let before = 1; before < size; before++) {
        const offset = 0x1000 - before;
        const start = input(bytes(code), { [DI]: BigInt(DATA + offset) });
        let expected = 0n;
        for (let k = size - 1; k >= 0; k--) expected = (expected << 8n) | BigInt(start.data[offset + k]!);
        expect(runner.run(start).gpr[AX]).toBe(expected);
      }
    });

    it.each([
      ["66 89 07", 2],
      ["89 07", 4],
      ["48 89 07", 8],
    ])("%s writes every split of %i bytes", (code, size) => {
      for (let before = 1; before < size; before++) {
        const offset = 0x1000 - before;
        const start = input(bytes(code), { [AX]: 0x8877665544332211n, [DI]: BigInt(DATA + offset) });
        const expected = start.data.slice();
        for (let k = 0; k < size; k++) expected[offset + k] = 0x11 * (k + 1);
        expect(runner.run(start).data).toEqual(expected);
      }
    });

    it("16 bytes move, and add in place", () => {
      // movdqu xmm0, [rsi]; movdqu [rdi], xmm0; lock add [rdi], rax
      const start = input(bytes("f3 0f 6f 06 f3 0f 7f 07 f0 48 01 07"), {
        [SI]: BigInt(DATA + 0xff9),
        [DI]: BigInt(DATA + 0xffd),
        [AX]: 0n,
      });
      const out = runner.run(start);
      expect(out.trap).toBe(COMPLETED);
      expect(out.data.subarray(0xffd, 0x100d)).toEqual(start.data.subarray(0xff9, 0x1009));
    });

    it("an instruction works at every split", () => {
      // mov rax, imm64: 10 bytes
      const code = bytes("48 b8 11 22 33 44 55 66 77 88");
      for (let before = 1; before < 10; before++) {
        const out = run(code, {}, 0x1000 - before);
        expect([out.trap, out.gpr[AX]]).toEqual([COMPLETED, 0x8877665544332211n]);
      }
    });
  });

  describe("code that changes itself", () => {
    it("in the next instruction", () => {
      // mov byte [rip + 1], 0x42; mov eax, 0
      const out = run("c6 05 01 00 00 00 42 b8 00 00 00 00");
      expect([out.trap, out.gpr[AX]]).toEqual([COMPLETED, 0x42n]);
    });

    it("in the instruction that changes it, from the next time on", () => {
      // L: add dword [rip - 1], 1 (its own immediate, read before it is changed); dec ecx; jnz L; mov al, [that immediate]
      const out = run("83 05 ff ff ff ff 01 ff c9 75 f5 8a 05 f5 ff ff ff", { [CX]: 3n });
      expect([out.trap, out.gpr[AX]]).toEqual([COMPLETED, 8n]);
    });

    it("in its own loop", () => {
      // L: add eax, 1; inc dword [rip - 10] (that 1); dec ecx; jnz L
      const out = run("05 01 00 00 00 ff 05 f6 ff ff ff ff c9 75 f1", { [CX]: 100n });
      expect([out.trap, out.gpr[AX]]).toEqual([COMPLETED, 5050n]);
    });

    it("in a function of the same page", () => {
      // L: call F; add ebx, eax; inc dword [rip + 5] (F's immediate); dec ecx; jnz L; int3; F: mov eax, 1; ret
      const out = run("e8 0d 00 00 00 01 c3 ff 05 06 00 00 00 ff c9 75 ef cc b8 01 00 00 00 c3", { [CX]: 100n });
      expect([out.trap, out.gpr[BX]]).toEqual([BREAKPOINT, 5050n]);
    });

    it("in a function of another page", () => {
      const main = (target: number): number[] => [
        ...[0xe8, ...u32(target - 5)],
        ...[0x01, 0xc3],
        ...[0xff, 0x05, ...u32(target + 1 - 13)],
        ...bytes("ff c9 75 ef cc"),
      ];
      const out = run(farFunction(main, 0x1000, bytes("b8 01 00 00 00 c3")), { [CX]: 100n });
      expect([out.trap, out.gpr[BX]]).toEqual([BREAKPOINT, 5050n]);
    });

    it("in the part of an instruction that is in the next page", () => {
      // The function's MOV begins 2 bytes before the page's end: its immediate is changed in its second byte.
      const start = 0x1000 - AT - 2;
      const main = (target: number): number[] => [
        ...[0xe8, ...u32(target - 5)],
        ...[0x01, 0xc3],
        ...[0xfe, 0x05, ...u32(target + 2 - 13)],
        ...bytes("ff c9 75 ef cc"),
      ];
      const out = run(farFunction(main, start, bytes("b8 01 00 00 00 c3")), { [CX]: 4n });
      expect([out.trap, out.gpr[BX]]).toEqual([BREAKPOINT, BigInt(4 + 0x100 + 0x200 + 0x300)]);
    });

    it("into other instructions, behind a jump that is not taken before", () => {
      // L: cmp ecx, 1; jne N; mov word [rip + 2], 0xc2ff (inc edx becomes part of N); N: nop; nop; nop; nop; dec ecx; jnz L
      const code = bytes("83 f9 01 75 09 66 c7 05 02 00 00 00 ff c2 90 90 90 90 ff c9 75 ea");
      const out = run(code, { [CX]: 3n });
      expect([out.trap, out.gpr[DX], out.gpr[CX]]).toEqual([COMPLETED, 1n, 0n]);
    });

    it("as often as it wants to", () => {
      // Two immediates of one block, changed in turn by stores of one instruction each: mov [rip + d], cl
      const code = bytes("88 0d 01 00 00 00 b8 00 00 00 00 01 c3 88 0d 01 00 00 00 ba 00 00 00 00 01 d3 ff c9 75 e2");
      const out = run(code, { [CX]: 30n });
      expect([out.trap, out.gpr[BX]]).toEqual([COMPLETED, BigInt(30 * 31)]);
    });
  });

  describe("single-step", () => {
    it("stops behind the first instruction", () => {
      const out = run("48 ff c0 48 ff c0", {}, AT, TF);
      expect([out.trap, rip(out), out.gpr[AX]]).toEqual([DEBUG, AT + 3, 1n]);
    });

    it("begins with the instruction after POPF", () => {
      // pushf; or dword [rsp], 0x100; popf; inc rax; inc rax
      const out = run("9c 81 0c 24 00 01 00 00 9d 48 ff c0 48 ff c0");
      expect([out.trap, rip(out), out.gpr[AX]]).toEqual([DEBUG, AT + 12, 1n]);
      expect(out.rflags & TF).toBe(TF);
    });

    it("stops after each round of a repeated instruction", () => {
      const out = run("f3 a4 90", { [CX]: 5n, [SI]: BigInt(DATA), [DI]: BigInt(DATA + 64) }, AT, TF);
      expect([out.trap, rip(out), out.gpr[CX]]).toEqual([DEBUG, AT, 4n]);
    });

    it("stops behind a taken jump, at its target", () => {
      const out = run("eb 01 cc 90 90", {}, AT, TF);
      expect([out.trap, rip(out)]).toEqual([DEBUG, AT + 3]);
    });
  });
});
