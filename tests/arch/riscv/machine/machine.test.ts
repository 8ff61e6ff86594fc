// Control and status registers and traps, beside what qemu-system-riscv64 printed (record.ts), in both tiers.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TIERS } from "../../../../testing/riscv/machine.js";
import { corrected, unusedRules } from "./corrected.js";
import { printed } from "./emulate.js";
import { outcomesOf } from "./programs/probes.js";
import { FILE, PROBES, PROGRAMS } from "./programs/programs.js";
import { REGISTERS } from "./programs/registers.js";

const recorded = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, string[]>;

const ones = (low: string): string => low.padStart(16, "f");
const word = (low: string): string => low.padStart(16, "0");
/** What a register that holds so many bits is after each of the three values was written. */
const PATTERN = 0x5a5a5a5a5a5a5a5an;
const holds = (mask: bigint, first = 0n): string[] =>
  [first, mask, 0n, PATTERN & mask].map((value) => word(value.toString(16)));

/** Rows where QEMU has something else, and why: what is legal in a WARL field is the implementation's choice. */
const OTHERWISE: Readonly<Record<string, readonly [why: string, row: readonly string[]]>> = {
  sstatus: [
    "UXL is 2 and nothing else",
    [word("8000000200006000"), "80000002000c6122", word("200000000"), word("200084002")],
  ],
  mstatus: ["UXL and SXL are 2", ["8000000a00006000", "8000000a007e79aa", word("a00000000"), word("a005a580a")]],
  mtvec: [
    "a reserved mode changes the mode alone",
    [recorded.registers![4 * REGISTERS.indexOf("mtvec")]!, ones("d"), word(""), "5a5a5a5a5a5a5a58"],
  ],
  stvec: ["a reserved mode changes the mode alone", [word(""), ones("d"), word(""), "5a5a5a5a5a5a5a58"]],
  sepc: ["bit 0 is 0 (privileged 3.1.14)", holds(0xfffffffffffffffen)],
  mepc: ["bit 0 is 0 (privileged 3.1.14)", holds(0xfffffffffffffffen)],
  scounteren: ["all 32 bits are there", holds(0xffffffffn)],
  mcounteren: ["all 32 bits are there", holds(0xffffffffn)],
  medeleg: ["no causes of H, of double traps, and not ECALL of machine mode", holds(0xb3ffn)],
  mideleg: ["no interrupts of H, none of counters", holds(0x222n)],
  mie: ["no interrupts of H, none of counters", holds(0xaaan)],
  menvcfg: ["no counters that are delegated", [word("2000000000000000"), "a0000000000000f1", word(""), word("50")]],
  mip: ["no interrupts of H, none of counters; this hart has no ACLINT", holds(0x222n)],
  pmpaddr0: ["54 bits, in steps of 4 KiB", ["003fffffffffffff", "003fffffffffffff", word("1ff"), "001a5a5a5a5a5bff"]],
  pmpaddr15: ["54 bits, in steps of 4 KiB", [word(""), "003ffffffffffc00", word(""), "001a5a5a5a5a5800"]],
};

/** Of traps by number: QEMU 10.0 takes a misaligned AMO for a load, and gives MRET the encoding of another instruction. */
const OTHER_TRAPS: Readonly<Record<number, readonly string[]>> = {
  2: [word("6"), word("80100801"), word("200000100")],
  7: [word("2"), word("30200073"), word("200000100")],
};

const rowsOf = (words: readonly string[], length: number): string[][] =>
  Array.from({ length: Math.ceil(words.length / length) }, (_, k) => words.slice(k * length, (k + 1) * length));

describe.each(TIERS)("in $name", ({ tier1 }) => {
  it("control and status registers hold what is legal", async () => {
    const ours = rowsOf(await printed(PROGRAMS.registers!, tier1), 4);
    const theirs = rowsOf(recorded.registers!, 4);
    expect(ours.length).toBe(REGISTERS.length);
    REGISTERS.forEach((name, k) => {
      const [why, other] = OTHERWISE[name] ?? [];
      expect(ours[k], why === undefined ? name : `${name}: ${why}`).toEqual(other ?? theirs[k]);
    });
  });

  it("traps have cause, value and status", async () => {
    const ours = rowsOf(await printed(PROGRAMS.traps!, tier1), 3);
    const theirs = rowsOf(recorded.traps!, 3);
    expect(ours.length).toBe(theirs.length);
    expect(ours.length).toBeGreaterThan(25);
    ours.forEach((row, k) => {
      expect(row, `trap ${k}`).toEqual(OTHER_TRAPS[k] ?? theirs[k]);
    });
  });

  it.each(Object.entries(PROBES))("%s", async (name, program) => {
    const right = corrected(name, program, recorded[name]!);
    const ours = outcomesOf(await printed(program, tier1));
    expect([ours.length, right.length]).toEqual([program.probes.length, program.probes.length]);
    const wrong = program.probes.flatMap((probe, n) =>
      ours[n] === right[n] ? [] : [`${probe.name}: ${ours[n]}, not ${right[n]}`],
    );
    expect(wrong).toEqual([]);
  });
});

it.each(Object.entries(PROBES))("%s has names, and rules that are needed", (name, program) => {
  expect(unusedRules(name, program)).toEqual([]);
  expect(program.probes.filter(({ name: probe }) => probe === "")).toEqual([]);
});
