// Repeated string instructions: restart after faults, overlap, direction, address sizes, own code.

import { describe, expect, it } from "vitest";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { Runner } from "../corpus/emulate.js";
import { CODE, DATA, type Input, type Output, PAGES } from "../corpus/state.js";

const AX = 0;
const CX = 1;
const SI = 6;
const DI = 7;
const DF = 0x400n;
const PAGE_FAULT = 14;
const END = BigInt(DATA + PAGES);
const COMPLETED = 0xffffffff;

function input(code: string, registers: Record<number, bigint>, flags = 0n): Input {
  const gpr = new BigUint64Array(16);
  gpr[4] = BigInt(DATA + 0x1f00);
  for (const [reg, value] of Object.entries(registers)) gpr[Number(reg)] = value;
  const data = Uint8Array.from({ length: PAGES }, (_, k) => (k * 7 + (k >> 8)) & 0xff);
  const fx = new Uint8Array(512);
  new DataView(fx.buffer).setUint16(0, 0x37f, true);
  new DataView(fx.buffer).setUint32(24, 0x1f80, true);
  const bytes = Uint8Array.from(code.split(" "), (b) => Number.parseInt(b, 16));
  return { code: bytes, at: 0x100, gpr, rflags: 0x202n | flags, fx, data };
}

/** Registers as numbers, data addresses relative to DATA. */
function summary(out: Output) {
  const rel = (reg: number) => Number(out.gpr[reg]! - BigInt(DATA));
  return { trap: out.trap, cx: Number(out.gpr[CX]), si: rel(SI), di: rel(DI) };
}

const at = (offset: number) => BigInt(DATA + offset);

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  const runner = new Runner(corpusParts(), tier1);

  describe("rep movs", () => {
    it("moves over page ends, up and down", () => {
      const up = input("f3 a4", { [CX]: 0x900n, [SI]: at(0x123), [DI]: at(0xd45) });
      const out = runner.run(up);
      expect(summary(out)).toEqual({ trap: COMPLETED, cx: 0, si: 0xa23, di: 0x1645 });
      expect(out.data.subarray(0xd45, 0x1645)).toEqual(up.data.subarray(0x123, 0xa23));
      const down = input("f3 48 a5", { [CX]: 0x101n, [SI]: at(0x1103), [DI]: at(0x1ff8) }, DF);
      const back = runner.run(down);
      expect(summary(back)).toEqual({ trap: COMPLETED, cx: 0, si: 0x1103 - 0x808, di: 0x1ff8 - 0x808 });
      expect(back.data.subarray(0x1ff8 - 0x800, 0x2000)).toEqual(down.data.subarray(0x1103 - 0x800, 0x110b));
    });

    it("spreads a pattern when the target overlaps ahead of the source", () => {
      const start = input("f3 a4", { [CX]: 100n, [SI]: at(0x200), [DI]: at(0x203) });
      const { data } = runner.run(start);
      for (let k = 0; k < 100; k++) expect(data[0x203 + k]).toBe(start.data[0x200 + (k % 3)]);
    });

    it("stops exactly at the element that faults", () => {
      const out = runner.run(input("f3 a5", { [CX]: 20n, [SI]: at(0x100), [DI]: END - 10n }));
      // Two whole elements fit; the third crosses into the missing page.
      expect(summary(out)).toEqual({ trap: PAGE_FAULT, cx: 18, si: 0x108, di: PAGES - 2 });
      expect(out.cr2).toBe(END);
      expect(out.rip).toBe(BigInt(CODE + 0x100));
      const source = runner.run(input("f3 a4", { [CX]: 100n, [SI]: END - 5n, [DI]: at(0x10) }));
      expect(summary(source)).toEqual({ trap: PAGE_FAULT, cx: 95, si: PAGES, di: 0x15 });
      const low = runner.run(input("f3 a4", { [CX]: 100n, [SI]: at(0x800), [DI]: at(4) }, DF));
      expect(summary(low)).toEqual({ trap: PAGE_FAULT, cx: 95, si: 0x7fb, di: -1 });
      expect(low.cr2).toBe(BigInt(DATA - 1));
    });

    it("does nothing for a count of 0, not even fault", () => {
      const out = runner.run(input("f3 a4", { [CX]: 0n, [SI]: 1n, [DI]: 2n }));
      expect(out.trap).toBe(COMPLETED);
      expect([out.gpr[SI], out.gpr[DI]]).toEqual([1n, 2n]);
    });

    it("uses 32-bit registers with prefix 67", () => {
      const junk = 0xdead_0000_0000_0000n;
      const out = runner.run(input("f3 67 a4", { [CX]: junk | 8n, [SI]: junk | at(0x40), [DI]: junk | at(0x80) }));
      expect([out.trap, out.gpr[CX], out.gpr[SI], out.gpr[DI]]).toEqual([COMPLETED, 0n, at(0x48), at(0x88)]);
    });
  });

  describe("rep stos", () => {
    it("fills with every element size, over page ends", () => {
      const value = 0x8877665544332211n;
      for (const [code, size] of [
        ["f3 aa", 1],
        ["f3 66 ab", 2],
        ["f3 ab", 4],
        ["f3 48 ab", 8],
      ] as const) {
        const out = runner.run(input(code, { [AX]: value, [CX]: 300n, [DI]: at(0xf81) }));
        expect(summary(out)).toMatchObject({ trap: COMPLETED, cx: 0, di: 0xf81 + 300 * size });
        for (let k = 0; k < 300 * size; k++) expect(out.data[0xf81 + k]).toBe(0x11 * ((k % size) + 1));
      }
    });

    it("faults with the page before filled", () => {
      const out = runner.run(input("f3 aa", { [AX]: 0xeen, [CX]: 0x5000n, [DI]: at(0x1800) }));
      expect(summary(out)).toMatchObject({ trap: PAGE_FAULT, cx: 0x4800, di: PAGES });
      expect(out.data.subarray(0x1800).every((b) => b === 0xee)).toBe(true);
      expect(out.data[0x17ff]).not.toBe(0xee);
    });
  });

  describe("rep cmps and scas", () => {
    it("stop at the first difference, also behind a page end", () => {
      const start = input("f3 a6 74 03", { [CX]: 0x900n, [SI]: at(0x100), [DI]: at(0xc00) });
      start.data.copyWithin(0xc00, 0x100, 0xa00);
      start.data[0x1234] = start.data[0x1234]! ^ 1;
      const out = runner.run(start);
      const done = 0x1234 - 0xc00 + 1;
      expect(summary(out)).toEqual({ trap: COMPLETED, cx: 0x900 - done, si: 0x100 + done, di: 0xc00 + done });
    });

    it("find a byte", () => {
      const start = input("f2 ae", { [AX]: 0xffn, [CX]: 0xffffn, [DI]: at(0x800) });
      start.data.fill(0, 0x800);
      start.data[0x1777] = 0xff;
      const out = runner.run(start);
      expect(summary(out)).toMatchObject({ trap: COMPLETED, cx: 0xffff - 0xf78, di: 0x1778 });
      expect(out.rflags & 0x40n).toBe(0x40n);
    });

    it("leave the flags when the count is 0", () => {
      const out = runner.run(input("f3 a6", { [CX]: 0n }, 0x8d5n));
      expect(out.rflags & 0x8d5n).toBe(0x8d5n);
    });
  });

  describe("own code", () => {
    it("overwritten by rep stos is executed as written", () => {
      // rep stosb over the instruction behind it (six UD2 become NOP).
      const start = input(`f3 aa ${"0f 0b ".repeat(6).trim()}`, { [AX]: 0x90n, [CX]: 12n, [DI]: BigInt(CODE + 0x102) });
      expect(summary(runner.run(start)).trap).toBe(COMPLETED);
    });
  });
});
