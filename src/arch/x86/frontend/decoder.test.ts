import { describe, expect, it } from "vitest";
import { FS, M_CODE32, M_CODE64, M_FLAT, M_LMA, M_PE } from "../layout.js";
import { DECODE_OK, DECODE_TOO_LONG, DECODE_TRUNCATED, DECODE_UNDEFINED, Decoder, X86Insn } from "./decoder.js";
import { DecodeTables, parseOpcode, ROWS } from "./tables.js";

const LONG = M_CODE64 | M_PE | M_LMA | M_FLAT;
const PROTECTED = M_CODE32 | M_PE | M_FLAT;
const REAL = 0;
const all = new Decoder(new DecodeTables(ROWS, "all"));

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(" "), (b) => Number.parseInt(b, 16));
}

function decode(text: string, mode = LONG, decoder = all): X86Insn {
  const code = bytes(text);
  const insn = new X86Insn();
  expect(decoder.decode(insn, code, 0, code.length, mode), text).toBe(DECODE_OK);
  return insn;
}

function status(text: string, mode = LONG, limit?: number): number {
  const code = bytes(text);
  return all.decode(new X86Insn(), code, 0, limit ?? code.length, mode);
}

const name = (insn: X86Insn) => insn.row[1];

describe("lengths and operands", () => {
  it.each([
    ["48 8b 44 8d f8", "mov", 5],
    ["48 b8 88 77 66 55 44 33 22 11", "mov", 10],
    ["66 c7 04 25 00 10 00 00 34 12", "mov", 10],
    ["f0 48 0f b1 0d 10 00 00 00", "cmpxchg", 9],
    ["c8 10 00 01", "enter", 4],
    ["a1 88 77 66 55 44 33 22 11", "mov", 9],
    ["67 a1 44 33 22 11", "mov", 6],
    ["f6 05 00 00 00 00 01", "test", 7],
    ["f6 15 00 00 00 00", "not", 6],
    ["f3 0f 1e fa", "nop", 4],
  ])("%s is %s of %i bytes", (text, mnemonic, length) => {
    const insn = decode(text);
    expect(name(insn)).toBe(mnemonic);
    expect(insn.length).toBe(length);
  });

  it("takes apart ModRM, SIB and displacement", () => {
    const insn = decode("4b 8b 44 ac f8");
    expect([insn.reg, insn.base, insn.index, insn.scale, insn.disp]).toEqual([0, 12, 13, 2, -8]);
    expect(decode("8b 05 fc ff ff ff")).toMatchObject({ ripRelative: true, disp: -4, base: -1 });
    expect(decode("8b 05 fc ff ff ff", PROTECTED)).toMatchObject({ ripRelative: false, disp: -4, base: -1 });
    expect(decode("8b 04 25 00 00 00 80")).toMatchObject({ base: -1, index: -1, disp: -0x80000000 });
    expect(decode("42 8b 04 24")).toMatchObject({ base: 4, index: 12 });
  });

  it("knows the 16-bit address forms", () => {
    expect(decode("8b 42 fe", REAL)).toMatchObject({ base: 5, index: 6, disp: -2, opSize: 2, addrSize: 2 });
    expect(decode("8b 0e 34 82", REAL)).toMatchObject({ base: -1, index: -1, disp: 0x8234 });
    expect(decode("67 8b 04 24", REAL)).toMatchObject({ base: 4, addrSize: 4, opSize: 2 });
  });

  it("gives operand sizes by prefix, REX.W and mode", () => {
    expect(decode("50").opSize).toBe(8);
    expect(decode("66 50").opSize).toBe(2);
    expect(decode("50", PROTECTED).opSize).toBe(4);
    expect(decode("66 50", REAL).opSize).toBe(4);
    expect(decode("66 48 01 c0").opSize).toBe(8);
    expect(decode("ff e0").opSize).toBe(8);
  });

  it("ignores REX that is not last, and overrides of ES CS SS DS in 64-bit code", () => {
    expect(decode("48 66 01 c0")).toMatchObject({ rex: 0, opSize: 2 });
    expect(decode("2e 8b 00").segment).toBe(-1);
    expect(decode("64 2e 8b 00").segment).toBe(FS);
  });
});

describe("prefixes that belong to the opcode", () => {
  it("prefers the row of a mandatory prefix", () => {
    expect(name(decode("f3 0f b8 c1"))).toBe("popcnt");
    expect(name(decode("f3 0f bc c1"))).toBe("tzcnt");
    expect(name(decode("0f bc c1"))).toBe("bsf");
    expect(name(decode("66 f2 0f 38 f1 c1"))).toBe("crc32");
    expect(decode("66 f2 0f 38 f1 c1")).toMatchObject({ opSize: 2, rep: 0 });
    expect(name(decode("66 0f 38 f1 01"))).toBe("movbe");
    expect(name(decode("90"))).toBe("xchg");
    expect(name(decode("f3 90"))).toBe("pause");
  });

  it("falls back to what an encoding means without the feature", () => {
    const plain = new Decoder(new DecodeTables(ROWS, new Set(["cmov"])));
    expect(name(decode("f3 0f bc c1", LONG, plain))).toBe("bsf");
    const code = bytes("f3 0f b8 c1");
    expect(plain.decode(new X86Insn(), code, 0, code.length, LONG)).toBe(DECODE_UNDEFINED);
  });

  it("reads VEX in 64-bit and protected code, LES and LDS with memory", () => {
    const andn = decode("c4 e2 f0 f2 c2");
    expect([name(andn), andn.vvvv, andn.opSize]).toEqual(["andn", 1, 8]);
    expect(name(decode("c4 e2 70 f2 c2", PROTECTED))).toBe("andn");
    expect(status("c4 e2 70 f2 c2", REAL)).toBe(DECODE_UNDEFINED);
    expect(status("66 c4 e2 70 f2 c2")).toBe(DECODE_UNDEFINED);
  });
});

describe("what is not an instruction", () => {
  it.each([
    ["06", LONG],
    ["82 c0 01", LONG],
    ["d6", LONG],
    ["f0 01 c0", LONG],
    ["f0 8b 00", LONG],
    ["f0 39 00", LONG],
    ["8d c0", LONG],
    ["fe d0", LONG],
    ["0f c7 c8", LONG],
  ])("%s", (text, mode) => {
    expect(status(text, mode)).toBe(DECODE_UNDEFINED);
  });

  it("notices the end of the bytes before anything else", () => {
    expect(status("48", LONG)).toBe(DECODE_TRUNCATED);
    expect(status("48 8b 44 8d f8", LONG, 4)).toBe(DECODE_TRUNCATED);
    expect(status("48 b8 88 77 66 55 44 33 22 11", LONG, 9)).toBe(DECODE_TRUNCATED);
    expect(status("66 66 66", LONG)).toBe(DECODE_TRUNCATED);
  });

  it("allows 15 bytes and no more", () => {
    const prefixes = (n: number) => `${"66 ".repeat(n)}`;
    expect(status(`${prefixes(11)}81 c0 01`)).toBe(DECODE_TRUNCATED);
    expect(status(`${prefixes(11)}81 c0 01 02`)).toBe(DECODE_OK);
    expect(status(`${prefixes(12)}81 c0 01 02`)).toBe(DECODE_TOO_LONG);
    expect(status(`${prefixes(15)}90`)).toBe(DECODE_TOO_LONG);
  });
});

describe("the table", () => {
  it("has one row an encoding", () => {
    const seen = new Map<string, string>();
    const doubles: string[] = [];
    for (const [opcode, mnemonic, operands, , attributes] of ROWS) {
      const e = parseOpcode(opcode);
      const memoryOnly = /(^|,)M/.test(operands) ? 2 : e.form;
      for (const part of [attributes?.no64 ? "" : "64", attributes?.only64 ? "" : "32"]) {
        if (part === "") continue;
        const key = [part, e.map, e.opcode, e.prefix, e.plusR, e.reg, memoryOnly, e.fixed].join(" ");
        const old = seen.get(key);
        if (old !== undefined) doubles.push(`${opcode}: ${mnemonic} and ${old}`);
        seen.set(key, mnemonic);
      }
    }
    expect(doubles).toEqual([]);
  });
});
