// Which exception an instruction raises where it could raise several (Intel SDM volume 3, 6.9), and instructions that need none. Every
// expectation is what an Intel processor did (the faults in its user mode), in both tiers.

import { describe, expect, it } from "vitest";
import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { Runner } from "../corpus/emulate.js";
import { generate } from "../corpus/generate.js";
import { DATA, hex, ZEROS } from "../corpus/state.js";
import {
  AC,
  AC_FLAG,
  AX,
  BX,
  CX,
  DI,
  END,
  GP,
  input,
  MF,
  PENDING,
  PF,
  Runner32,
  SI,
  SP,
  SS_FAULT,
  type Start,
  told,
  UD,
  UNMASKED,
} from "./lab.js";

const parts = corpusParts();
const SEED = 1;
const MISSING = END + 0x800n;
const NOT_CANONICAL = 0x8000_0000_0000_0000n;

/** Instructions of the rows, with the registers that generate() uses in addresses. */
function encodings(rows: readonly Row[], each: number): { name: string; code: Uint8Array }[] {
  return generate(rows, SEED, each).map((c) => ({ name: `${c.name} ${c.code}`, code: hex(c.code) }));
}

const pointers = (value: bigint): Record<number, bigint> => ({
  3: value,
  5: value,
  6: value,
  7: value,
  12: value,
  13: value,
});
const touchesMmx = (row: Row): boolean => /\b[PQN][qd]\b/.test(row[2]) || row[1] === "emms";
const isX87 = (row: Row): boolean => /^D[89A-F]/.test(row[0]);

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  const runner = new Runner(parts, tier1);
  const narrow = new Runner32(parts, tier1);
  const trap = (code: readonly number[] | string, start?: Start): number => runner.run(input(code, start)).trap;

  it("a pending x87 exception comes before all that an MMX instruction does, its memory operand included", () => {
    const pending: Start = { fpu: [UNMASKED, PENDING], registers: pointers(MISSING) };
    const wrong: string[] = [];
    let seen = 0;
    for (const { name, code } of encodings(ROWS.filter(touchesMmx), 3)) {
      const out = runner.run(input([...code], pending));
      // A memory operand of CVTPI2PS and CVTPI2PD has nothing to do with the MMX registers.
      if (/^cvtpi2p/.test(name) && out.trap !== MF) continue;
      if (out.trap !== MF) wrong.push(`${name}: ${told(out)}`);
      seen++;
    }
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(300);
  });

  it("a pending x87 exception comes before the memory operand of an instruction that waits, and of no other", () => {
    const wrong: string[] = [];
    let seen = 0;
    for (const { name, code } of encodings(ROWS.filter(isX87), 4)) {
      if (!hasMemory(code)) continue;
      const still = /^fn/.test(name);
      // With 32-bit addresses there is nothing that is not canonical.
      const faults = code[0] === 0x67 ? [PF] : [PF, GP];
      for (const fault of faults) {
        const pointer = fault === PF ? MISSING : NOT_CANONICAL;
        const out = runner.run(input([...code], { fpu: [UNMASKED, PENDING], registers: pointers(pointer) }));
        // #SS where the base is RBP.
        const expected = still ? fault : MF;
        const got = still && out.trap === SS_FAULT ? GP : out.trap;
        if (got !== expected) wrong.push(`${name} at ${pointer.toString(16)}: ${told(out)}`);
        seen++;
      }
    }
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(150);
  });

  it("#MF leaves CR2", () => {
    // mov al, [rbx]; then fld qword [rbx + 100h] with an exception pending
    runner.run(input("8a 03", { registers: { [BX]: MISSING } }));
    const before = runner.cpu.field(0x330);
    expect(before).toBe(MISSING);
    expect(trap("dd 83 00 01 00 00", { fpu: [UNMASKED, PENDING], registers: { [BX]: MISSING } })).toBe(MF);
    expect(runner.cpu.field(0x330)).toBe(MISSING);
  });

  it("registers that do not exist are #UD at any level, others #GP outside level 0", () => {
    const expected: Record<string, number> = {
      "0f 20 c8": UD, // mov rax, cr1
      "0f 22 c8": UD,
      "0f 20 e8": UD, // cr5
      "0f 22 e8": UD,
      "0f 20 f8": UD, // cr7
      "44 0f 20 c8": UD, // cr9
      "44 0f 20 f8": UD, // cr15
      "44 0f 21 c0": UD, // dr8
      "44 0f 23 f8": UD,
      "f0 0f 20 c0": UD, // lock
      "0f 24 c0": UD, // test registers
      "0f 20 c0": GP,
      "0f 22 d8": GP,
      "44 0f 20 c0": GP, // cr8
      "0f 21 c0": GP,
      "0f 21 e0": GP, // dr4
      "0f 23 f8": GP,
      "0f 20 00": GP, // mod 0: rax still
      "0f 20 45 ": GP,
      "0f 22 84": GP,
      "0f 20 4d": UD, // cr1, mod 1
    };
    const got = Object.fromEntries(Object.keys(expected).map((code) => [code, trap(code.trim())]));
    expect(got).toEqual(expected);
  });

  it("SYSRET where it is off is #UD at any level", () => {
    expect(trap("0f 07")).toBe(GP);
    const off = new (class extends Runner {
      protected override enterUserMode(): void {
        super.enterUserMode();
        this.cpu.setField(0x390, 0xd00n);
      }
    })(parts, tier1);
    expect(off.run(input("0f 07")).trap).toBe(UD);
  });

  it("alignment comes before the page", () => {
    const code = { "mov rax, [rbx]": "48 8b 03", "mov [rbx], eax": "89 03", "movq mm0, [rbx]": "0f 6f 03" };
    for (const text of Object.values(code))
      for (const at of [MISSING + 1n, BigInt(ZEROS) + 0x1ffdn])
        expect(trap(text, { registers: { [BX]: at }, flags: AC_FLAG })).toBe(AC);
    // MOVAPS: #GP whatever the flag.
    expect(trap("0f 28 03", { registers: { [BX]: MISSING + 8n }, flags: AC_FLAG })).toBe(GP);
  });

  it("ARPL writes only where the RPL changes", () => {
    // arpl [ebx], ax
    const run = (pointer: number, rpl: bigint) => {
      const out = narrow.run(
        input("63 03", { registers: { [AX]: rpl, [BX]: BigInt(pointer), [SP]: BigInt(DATA + 0x1800) } }),
      );
      return [told(out), Number((out.rflags >> 6n) & 1n)];
    };
    expect(run(ZEROS + 0x1100, 0n)).toEqual(["completed", 0]);
    expect(run(ZEROS + 0x1100, 3n)).toEqual([`#PF 11100 error 7`, 0]);
    expect(run(ZEROS + 0x100, 3n)).toEqual(["completed", 1]);
    expect(narrow.run(input("63 c3", { registers: { [AX]: 2n, [BX]: 0x1111_0001n } })).gpr[BX]).toBe(0x1111_0002n);
    const out = narrow.run(input("63 03", { registers: { [AX]: 3n, [BX]: BigInt(DATA + 0x100) } }));
    expect([out.data[0x100], out.data[0x101]]).toEqual([3 | ((0x100 * 7 + 1) & 0xff), (0x101 * 7 + 1) & 0xff]);
  });

  it("MASKMOVDQU names the first byte that fails, whatever its mask", () => {
    // pcmpeqb xmm1, xmm1; maskmovdqu xmm0, xmm1
    const all = "66 0f 74 c9 66 0f f7 c1";
    const at = (rdi: bigint, flags = 0n) => told(runner.run(input(all, { registers: { [DI]: rdi }, flags })));
    for (let before = 1n; before < 16n; before++) expect(at(END - before)).toBe("#PF 2000 error 6");
    expect(at(BigInt(DATA) - 3n)).toBe("#PF -3 error 6");
    expect(at(BigInt(ZEROS) + 0xff8n)).toBe("#PF 11000 error 7");
    expect(at(END - 16n)).toBe("completed");
    // pxor xmm1, xmm1; maskmovdqu xmm0, xmm1
    const none = input("66 0f ef c9 66 0f f7 c1", { registers: { [DI]: END - 3n } });
    expect(told(runner.run(none))).toBe("#PF 2000 error 6");
    // pcmpeqb mm1, mm1; maskmovq mm0, mm1
    const half = told(runner.run(input("0f 74 c9 0f f7 c1", { registers: { [DI]: END - 3n } })));
    expect(half).toBe("#PF 2000 error 6");
  });

  it("REP CMPS and SCAS that fault leave the flags from before the instruction", () => {
    const flags = 0x8d5n;
    const base = { [CX]: 100n, [SI]: BigInt(ZEROS) + 0x100n, [DI]: BigInt(ZEROS) + 0x2000n - 13n };
    for (const start of [0n, flags]) {
      const cmps = runner.run(input("f3 a6", { registers: base, flags: start }));
      expect([cmps.trap, cmps.gpr[CX], cmps.rflags & flags]).toEqual([PF, 87n, start]);
      const scas = runner.run(input("f2 ae", { registers: { ...base, [AX]: 0x77n }, flags: start }));
      expect([scas.trap, scas.gpr[CX], scas.rflags & flags]).toEqual([PF, 87n, start]);
    }
    // Each round of a single step too.
    const step = runner.run(input("f3 a6", { registers: { ...base, [DI]: BigInt(ZEROS) }, flags: flags | 0x100n }));
    expect([step.trap, step.gpr[CX], step.rflags & flags]).toEqual([1, 99n, flags]);
  });
});

/** The x87 instruction has a memory operand, and one that a register points to. */
function hasMemory(code: Uint8Array): boolean {
  const modrm = code[code.findIndex((byte) => (byte & 0xf8) === 0xd8) + 1]!;
  return modrm < 0xc0 && (modrm & 0xc7) !== 5;
}
