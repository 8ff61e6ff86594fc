import { describe, expect, it } from "vitest";
import { Random } from "../../../../testing/random.js";
import { Decoder } from "./decoder.js";
import type { Insn } from "./insn.js";
import { compile } from "./row.js";
import { COMPRESSED, TABLES } from "./tables.js";
import { RiscvFrontend } from "./translate.js";

/** Little-endian, 2 bytes where it is a compressed one. */
function bytes(encoding: number): Uint8Array {
  const all = Uint8Array.from([encoding, encoding >>> 8, encoding >>> 16, encoding >>> 24]);
  return (encoding & 3) === 3 ? all : all.subarray(0, 2);
}

const text = (encoding: number, extensions: ReadonlySet<string> | "all" = "all") =>
  new RiscvFrontend(extensions).disassemble(bytes(encoding), 0x1000, 0).text;

// As binutils' objdump 2.40 has them (-M no-aliases), compressed ones by what they stand for.
describe("the disassembler", () => {
  it.each([
    [0x00012537, "lui a0, 0x12"],
    [0xfffff517, "auipc a0, 0xfffff"],
    [0x010000ef, "jal ra, 0x1010"],
    [0xff5ff06f, "jal zero, 0xff4"],
    [0x00008067, "jalr zero, 0(ra)"],
    [0xfe058ee3, "beq a1, zero, 0xffc"],
    [0xffc53503, "ld a0, -4(a0)"],
    [0xfe112e23, "sw ra, -4(sp)"],
    [0x43f55513, "srai a0, a0, 63"],
    [0x00c79c1b, "slliw s8, a5, 12"],
    [0x0ff0000f, "fence"],
    [0x160ea42f, "lr.w s0, (t4)"],
    [0x86283faf, "amomin.d t6, sp, (a6)"],
    [0x14051573, "csrrw a0, sscratch, a0"],
    [0xc01025f3, "csrrs a1, time, zero"],
    [0xb9929073, "csrrw zero, 0xb99, t0"],
    [0xb1903073, "csrrc zero, mhpmcounter25, zero"],
    [0x12a58073, "sfence.vma a1, a0"],
    [0x0046200f, "cbo.zero (a2)"],
    [0x3c3d6013, "prefetch.w 960(s10)"],
    [0x080bc9bb, "zext.h s3, s7"],
    [0x0020, "addi s0, sp, 8"],
    [0x4000, "lw s0, 0(s0)"],
    [0xa001, "jal zero, 0x1000"],
    [0xc001, "beq s0, zero, 0x1000"],
    [0x6105, "addi sp, sp, 32"],
    [0x6005, "lui zero, 0x1"],
    [0x8082, "jalr zero, 0(ra)"],
    [0x9002, "ebreak"],
    [0x0000, "(bad)"],
    [0x6101, "(bad)"],
  ])("%s is %s", (encoding, expected) => {
    expect(text(encoding)).toBe(expected);
  });
});

describe("the decoder", () => {
  it("knows an instruction by its extension alone", () => {
    const clz = 0x60031393;
    expect([text(clz, new Set(["i", "zbb"])), text(clz, new Set(["i"]))]).toEqual(["clz t2, t1", "(bad)"]);
    const rol = 0x602794b3;
    expect(["zbb", "zbkb", "zba"].map((name) => text(rol, new Set(["i", name])))).toEqual([
      "rol s1, a5, sp",
      "rol s1, a5, sp",
      "(bad)",
    ]);
    const amocas = 0x2b04882f;
    expect(text(amocas, new Set(["zabha"]))).toBe("(bad)");
    expect(text(amocas, new Set(["zabha", "zacas"]))).toBe("amocas.b a6, a6, (s1)");
  });

  it("finds every row by its own encoding", () => {
    const decoder = new Decoder(TABLES, COMPRESSED, () => true);
    const insn = {} as Insn;
    const random = new Random(1);
    /** More specific rows that lie within another one. */
    const within: Readonly<Record<string, readonly string[]>> = {
      ori: ["prefetch.i", "prefetch.r", "prefetch.w"],
      packw: ["zext.h"],
    };
    for (const row of TABLES.flatMap(({ rows }) => rows.map(compile))) {
      for (let k = 0; k < 50; k++) {
        const raw = (random.u32() & ~row.mask) | row.match;
        const { mnemonic } = decoder.decode(insn, bytes(raw), 0)!;
        if (!within[row.mnemonic]?.includes(mnemonic)) expect(mnemonic).toBe(row.mnemonic);
      }
    }
  });
});
