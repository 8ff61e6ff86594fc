// Code segments that are not flat, as recorded on an Intel processor (RECORD_CODE16=1 records anew, on an x86-64 Linux host with a compiler) and as this
// host's processor has it, in both tiers.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as X from "../../../../src/arch/x86/layout.js";
import { NativeProgram } from "../../../../testing/native/program.js";
import { bareCpu, peek16, poke } from "../../../../testing/x86/bare.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { hostVendor } from "../vendors/vendor.js";
import { Runner16 } from "./code16.js";
import { CODE16_CASES, type Code16Case, line } from "./code16-cases.js";
import { SEGMENT16_CASES } from "./segment16-cases.js";

const CASES: readonly Code16Case[] = [...CODE16_CASES, ...SEGMENT16_CASES];
const FILE = fileURLToPath(new URL("code16.expected.txt", import.meta.url));

/** What this host's processor does with each; undefined where there is no compiler, or the kernel has no modify_ldt. */
function native(): string[] | undefined {
  const program = NativeProgram.open(new URL("code16.c", import.meta.url));
  if (!program) return undefined;
  try {
    return program.lines(Buffer.from(CASES.map(line).join("")), CASES.length);
  } catch (error) {
    if (/modify_ldt/.test(String(error))) return undefined;
    throw error;
  } finally {
    program.close();
  }
}

const named = (told: (c: Code16Case, k: number) => string): string[] => CASES.map((c, k) => `${c.name}: ${told(c, k)}`);

if (process.env.RECORD_CODE16) {
  const lines = native();
  if (!lines) throw new Error("recording needs an x86-64 Linux host with a C compiler");
  writeFileSync(FILE, named((_c, k) => `${lines[k]}\n`).join(""));
}
const expected = readFileSync(FILE, "utf8").split("\n").slice(0, -1);

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it("EIP, the stack and the exception are what was recorded", () => {
    const runner = new Runner16(corpusParts(), tier1);
    expect(named((c) => runner.told(c))).toEqual(expected);
  });
});

it("this host's processor does what was recorded", ({ skip }) => {
  const lines = native();
  if (!lines) return skip("needs an x86-64 Linux host with a C compiler and modify_ldt");
  // A CALL that is refused may leave memory alone elsewhere.
  const compared = (text: string) => (hostVendor() === "intel" ? text : text.replace(/ stack .*/, ""));
  expect(named((_c, k) => lines[k]!).map(compared)).toEqual(expected.map(compared));
});

// No host's user program can be in real mode: SDM volume 3, 20.1.6 and 20.3, has #GP for code beyond 64 KiB, whose 16-bit frame has the lower half of EIP.
describe.each([
  ["RAM", 0x10000],
  ["no memory", 0xff0000],
])("real mode ends at 64 KiB, with %s behind it", (_behind, base) => {
  it.each([
    // nop at FFFEh and FFFFh.
    ["in sequence", 0xfffe, [0x90, 0x90], 0],
    // mov ax, 1234h at FFFEh.
    ["an instruction", 0xfffe, [0xb8, 0x34, 0x12], 0xfffe],
    // 66h, jmp to 10000h.
    ["jmp with 66h", 0xfff0, [0x66, 0xe9, 0x0a, 0, 0, 0], 0xfff0],
  ])("%s", (_name, ip, code, refused) => {
    const cpu = bareCpu();
    const [handler, top] = [0x500, 0x7000];
    poke(cpu, 13 * 4, [handler & 255, handler >> 8, 0, 0]);
    poke(cpu, handler, [0xf4]);
    poke(cpu, base + ip, code.slice(0, 0x10000 - ip));
    for (const n of [X.SS, X.DS, X.ES]) cpu.setSegment(n, 0, 0n, 0xffffn, 0x93);
    cpu.setSegment(X.CS, 0x1000, BigInt(base), 0xffffn, 0x9b);
    cpu.setGpr("rsp", BigInt(top));
    cpu.setPc(BigInt(ip));
    cpu.update();
    expect(cpu.run(100)).toBe("halt");
    expect(cpu.pc).toBe(BigInt(handler + 1));
    expect(cpu.gpr("rsp")).toBe(BigInt(top - 6));
    expect([peek16(cpu, top - 6), peek16(cpu, top - 4)]).toEqual([refused, 0x1000]);
  });
});
