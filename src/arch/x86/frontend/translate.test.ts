import { describe, expect, it } from "vitest";
import { IrBlock } from "../../../ir/block.js";
import { deadCode } from "../../../ir/passes/dce.js";
import { print } from "../../../ir/print.js";
import { verify } from "../../../ir/testing/verify.js";
import { MODE_ONE_INSN } from "../../../layout/vcpu.js";
import {
  CC_SUB,
  M_CODE32,
  M_CODE64,
  M_FLAT,
  M_LMA,
  M_OSFXSR,
  M_PE,
  M_SEGCHECK,
  M_SS32,
  M_TF,
  M_VM,
} from "../layout.js";
import { HELPERS } from "./helpers.js";
import { parseOpcode, ROWS } from "./tables.js";
import { X86Frontend } from "./translate.js";

const LONG = M_CODE64 | M_PE | M_LMA | M_FLAT | M_OSFXSR;
const frontend = new X86Frontend("all");
const live = new Uint8Array(65536);

interface Options {
  mode?: number;
  entry?: number;
  maxInsns?: number;
  pageBytes?: number;
  secondPage?: boolean;
}

function translate(text: string, options: Options = {}) {
  const code = Uint8Array.from(text.split(" "), (b) => Number.parseInt(b, 16));
  const block = new IrBlock();
  const result = frontend.translate(block, code, {
    mode: LONG,
    maxInsns: 48,
    pageBytes: code.length,
    secondPage: false,
    entry: 0,
    ...options,
  });
  return { block, ...result };
}

/** Live nodes without numbers of values: one line each. */
function ir(text: string, options: Options = {}): string[] {
  const { block } = translate(text, options);
  expect(verify(block, HELPERS)).toEqual([]);
  deadCode(block, live, HELPERS);
  const constant = (line: string) => /^ *v\d+\.I\d+ = (0x[0-9a-f]+|-?\d+)$/.test(line);
  return print(block, HELPERS, { live })
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(";") && !constant(line))
    .map((line) => line.trim());
}

describe("IR of common instructions", () => {
  it("32-bit addition", () => {
    expect(ir("01 d8")).toEqual([
      "v0.I64 = [0x100]",
      "v1.I32 = WRAP v0",
      "v2.I64 = [0x118]",
      "v3.I32 = WRAP v2",
      "v4.I32 = ADD v1 v3",
      "v5.I64 = EXTU v4",
      "[0x100] = v5",
      "[0x188] = v5",
      "[0x180] = v2",
      "[0x198] = 6",
      "GOTO +2",
    ]);
  });

  it("compare and branch is one comparison of the operands", () => {
    const lines = ir("48 39 f0 7c 0a");
    expect(lines).toContain("v7.I32 = LTS.I64 v0 v1");
    expect(lines.at(-1)).toBe("BRANCH v7 ? +15 : +5");
    expect(ir("3c 20 76 02").some((line) => /LEU\.I32 v\d+ 0x20/.test(line))).toBe(true);
    expect(ir("85 c0 74 05").some((line) => /EQ\.I32 v\d+ 0$/.test(line))).toBe(true);
  });

  it("a load folds its displacement, a store comes before registers and flags", () => {
    expect(ir("83 44 24 08 01")).toEqual([
      "v0.I64 = [0x120]",
      expect.stringMatching(/LOAD32w v0\+8/),
      expect.stringMatching(/ADD v\d+ 1/),
      expect.stringMatching(/STORE32 v0\+8 = v\d+/),
      expect.stringMatching(/EXTU/),
      expect.stringMatching(/\[0x188\] = /),
      "[0x180] = 1",
      "[0x198] = 6",
      "GOTO +5",
    ]);
  });

  it("XOR of a register with itself is 0", () => {
    expect(ir("31 c0")).toEqual(["[0x100] = 0", "[0x188] = 0", "[0x198] = 0x16", "GOTO +2"]);
  });

  it("calls and returns say so", () => {
    expect(ir("e8 10 00 00 00").at(-1)).toBe("GOTO +21 (call, returns to +5)");
    expect(ir("c3").at(-1)).toMatch(/^JUMP v\d+ \(return\)$/);
    expect(ir("ff d0").at(-1)).toMatch(/^JUMP v\d+ \(call, returns to \+2\)$/);
  });

  it("uses the flags kind an earlier block left", () => {
    const { context } = translate("48 39 d8");
    expect(context).toBe(CC_SUB + 3 + 1);
    expect(ir("72 02", { entry: context }).join("\n")).not.toContain("x86_cond");
    expect(ir("72 02").join("\n")).toContain("x86_cond(2, _, _)");
  });
});

describe("block ends", () => {
  it("stops before an instruction that crosses the page, or makes it a block of its own", () => {
    const { block } = translate("90 90 48 8b 44 24", { pageBytes: 6 });
    expect([block.insns, block.bytes, block.crossesPage]).toEqual([2, 2, false]);
    expect(translate("48 8b 44 24").status).toBe("second-page");
    const crossing = translate("48 8b 44 24 08 90 90", { pageBytes: 4, secondPage: true });
    expect(crossing.status).toBe("ok");
    expect([crossing.block.insns, crossing.block.bytes, crossing.block.crossesPage]).toEqual([1, 5, true]);
  });

  it("keeps to the number of instructions asked for", () => {
    expect(translate("90 90 90 90", { maxInsns: 3 }).block.insns).toBe(3);
    expect(translate("90 90 90 90", { mode: LONG | MODE_ONE_INSN }).block.insns).toBe(1);
  });

  it("gives a repeated string instruction a block that branches to itself", () => {
    const first = translate("90 f3 a4 90");
    expect([first.block.insns, first.block.bytes]).toEqual([1, 1]);
    expect(ir("f3 a4 90").at(-1)).toMatch(/^BRANCH v\d+ \? \+0 : \+2$/);
    expect(translate("a4 90").block.insns).toBe(2);
  });

  it("single-steps", () => {
    const lines = ir("90 90", { mode: LONG | M_TF });
    expect(lines.at(-2)).toMatch(/x86_single_step\(v0, 0, _\)/);
    expect(lines.at(-1)).toBe("EXIT");
  });

  it("ends in an exception where there is no instruction", () => {
    expect(ir("90 0f 0b").at(-1)).toBe("EXIT");
    expect(ir("06").join("\n")).toMatch(/x86_undefined\(6, 1, _\)/);
    expect(ir(`${"66 ".repeat(15)}90`).join("\n")).toMatch(/x86_raise\(/);
  });
});

describe("every row", () => {
  const modes: [string, number][] = [
    ["long", LONG],
    ["long, user", LONG | 0x18],
    ["compatibility", M_CODE32 | M_PE | M_LMA | M_FLAT | M_SS32 | M_OSFXSR],
    ["segmented", M_CODE32 | M_PE | M_SEGCHECK | M_SS32 | M_OSFXSR],
    ["16-bit", M_PE | M_OSFXSR],
    ["real", M_OSFXSR],
    ["virtual-8086", M_PE | M_VM | M_OSFXSR | 0x18],
    ["single step", LONG | M_TF],
  ];

  it.each(modes)("builds well-formed IR: %s", (_, mode) => {
    const block = new IrBlock();
    for (const row of ROWS) {
      for (const code of encodings(row[0])) {
        const bytes = Uint8Array.from([...code, ...new Array<number>(16).fill(0x11)]);
        frontend.translate(block, bytes, { mode, maxInsns: 1, pageBytes: 64, secondPage: false, entry: 0 });
        expect(verify(block, HELPERS), `${row[0]} ${row[1]}: ${code.map((b) => b.toString(16))}`).toEqual([]);
      }
    }
  });
});

/** An encoding for each operand-size prefix and operand form of a row. */
function encodings(opcode: string): number[][] {
  const e = parseOpcode(opcode);
  const list: number[][] = [];
  for (const before of [[], [0x66], [0x48], [0xf3], [0x67]]) {
    for (const modrm of [0xc1, 0x41, 0x84]) {
      const bytes = [...before.filter((b) => b !== 0x48)];
      if (e.map <= 3) {
        if (e.prefix > 0) bytes.push([0, 0x66, 0xf3, 0xf2][e.prefix]!);
        if (before[0] === 0x48) bytes.push(0x48);
        if (e.map > 0) bytes.push(0x0f);
        if (e.map > 1) bytes.push(e.map === 2 ? 0x38 : 0x3a);
      } else bytes.push(0xc4, 0xe0 | (e.map - 3), (before[0] === 0x48 ? 0xf8 : 0x78) | Math.max(0, e.prefix));
      bytes.push(e.opcode);
      const reg = e.reg >= 0 ? e.reg << 3 : 0x08;
      bytes.push(e.fixed >= 0 ? e.fixed : (modrm & 0xc7) | reg);
      list.push(bytes);
    }
  }
  return list;
}
