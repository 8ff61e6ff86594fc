import { describe, expect, it } from "vitest";
import { S_PC } from "../../layout/vcpu.js";
import type { StateReader } from "../arch.js";
import * as R from "./layout.js";
import { infoMem, infoTlb } from "./page-tables.js";
import { REGISTERS, registerByName, registersText } from "./registers.js";

const reader = (slots: ReadonlyMap<number, bigint>): StateReader => ({
  u64: (slot) => slots.get(slot) ?? 0n,
  u32: (slot) => Number(slots.get(slot) ?? 0n),
  helper: () => 0n,
});

describe("registers", () => {
  const state = reader(
    new Map([
      [R.RV_X + 8 * 10, 0x1234n],
      [R.RV_F + 8 * 8, 0xffffffff3f800000n],
      [R.RV_MIP, 2n],
      [R.RV_LINES, 0x80n],
      [R.RV_FRM, 3n],
      [R.RV_PRIV, 1n],
      [S_PC, 0xffffffff80000000n],
    ]),
  );

  it("are found by both their names", () => {
    expect([registerByName(state, "a0"), registerByName(state, "x10")]).toEqual([0x1234n, 0x1234n]);
    expect([registerByName(state, "fs0"), registerByName(state, "f8")]).toEqual([
      0xffffffff3f800000n,
      0xffffffff3f800000n,
    ]);
    expect(registerByName(state, "mip")).toBe(0x82n);
    for (const name of ["x32", "f32", "a8", "rax", "x"]) expect(registerByName(state, name)).toBeUndefined();
  });

  it("are all in the text", () => {
    const text = registersText(state);
    for (const line of [
      " pc         ffffffff80000000",
      " mip        0000000000000082",
      " frm        0000000000000003",
      " mode       supervisor",
      " x8/s0    0000000000000000 x9/s1    0000000000000000 x10/a0   0000000000001234 x11/a1   0000000000000000",
      " f8/fs0   ffffffff3f800000",
    ])
      expect(text).toContain(line);
    expect(text).not.toContain("vtype");
  });

  it("has vectors where the CPU has them", () => {
    const vectors = new Map([
      [R.RV_FEATURES, BigInt(R.FEATURE_V)],
      [R.RV_V + 16 * 3, 0x1111n],
      [R.RV_V + 16 * 3 + 8, 0x22n],
      [R.RV_VL, 5n],
      [R.RV_VTYPE, 1n << 63n],
    ]);
    const text = registersText(reader(vectors));
    for (const line of [
      " vl         0000000000000005",
      " vtype      8000000000000000",
      " v3       00000000000000220000000000001111",
      " v31      00000000000000000000000000000000",
    ])
      expect(text).toContain(line);
    expect(registerByName(reader(vectors), "v3")).toBe((0x22n << 64n) | 0x1111n);
  });

  it("have numbers of gdb's that are their own", () => {
    const numbers = REGISTERS.flatMap(({ gdb }) => gdb ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(REGISTERS.find(({ gdb }) => gdb === 33)?.name).toBe("ft0");
    expect(REGISTERS.find(({ gdb }) => gdb === 65 + 0x180)?.name).toBe("satp");
  });
});

describe("page tables", () => {
  const memory = new Uint8Array(0x8000);
  const read = (address: number, length: number) =>
    address + length <= memory.length ? memory.slice(address, address + length) : undefined;
  const put = (address: number, value: bigint) => new DataView(memory.buffer).setBigUint64(address, value, true);
  const satp = (value: bigint) => reader(new Map([[R.RV_SATP, value]]));
  const next = (table: number): bigint => BigInt((table >> 12) << 10) | 1n;

  it("say so where there are none", () => {
    expect([infoMem(satp(0n), read), infoTlb(satp(0n), read)]).toEqual([
      "No translation or protection\n",
      "No translation or protection\n",
    ]);
  });

  it("are listed with what every level says, as ranges and page by page (Sv39)", () => {
    memory.fill(0);
    put(0x1000, next(0x2000));
    // A gigapage in the upper half, global.
    put(0x1000 + 8 * 511, (0x40000n << 10n) | 0xefn);
    put(0x2000, next(0x3000) | 0x20n);
    put(0x3000, (0x5n << 10n) | 0xd7n);
    put(0x3008, (0x6n << 10n) | 0xd7n);
    put(0x3010, (0x6n << 10n) | 0xd7n);
    // The third of a page of 64 KiB.
    put(0x3000 + 8 * 18, (1n << 63n) | (0x28n << 10n) | 0x4bn);
    const state = satp((8n << 60n) | 1n);
    const row = (...cells: string[]) => cells.map((cell) => cell.padStart(16, "0")).join(" ");
    expect(infoMem(state, read).split("\n").slice(2, -1)).toEqual([
      `${row("0", "5000", "2000")} rw-ugad`,
      `${row("2000", "6000", "1000")} rw-ugad`,
      `${row("12000", "22000", "1000")} r-x-ga-`,
      `${row("ffffffffc0000000", "40000000", "40000000")} rwx-gad`,
    ]);
    expect(infoTlb(state, read).split("\n").slice(0, -1)).toEqual([
      "0000000000000000: 0000000000005000 rw-ugad",
      "0000000000001000: 0000000000006000 rw-ugad",
      "0000000000002000: 0000000000006000 rw-ugad",
      "0000000000012000: 0000000000022000 r-x-ga-",
      "ffffffffc0000000: 0000000040000000 rwx-gad 1048576K",
    ]);
  });
});
