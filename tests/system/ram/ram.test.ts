// Where RAM ends and what lies beyond it, at sizes whose addresses do not fit into signed numbers (tests/proof/ram-*.ts boot Linux and
// fill all of RAM at each).

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { X86 } from "../../../src/arch/x86/arch.js";
import { mostRam } from "../../../src/engine/memory.js";
import { Emulator, runEmulator } from "../../../testing/emulator.js";
import { KERNEL, ROOT } from "../../../testing/guest.js";
import { probe } from "../bios/probe.js";
import { MIB } from "./sizes.js";

const ONES = "ffffffff";

it.each([2047, 2048, 3200, 3500])("-m %iM: the APICs answer, and nothing where there is no RAM", async (size) => {
  const { lines } = await probe("../ram/peek.asm", ["-m", `${size}M`]);
  expect(lines).toEqual([
    "fee00020=00000000",
    "fee00030=00050014",
    "fec00000=00000000",
    `d0000000=${ONES}`,
    `deadbeec=${ONES}`,
    `fb400000=${ONES}`,
    `fb500000=${ONES}`,
    `fb510000=${ONES}`,
    `ffff0000=${ONES}`,
    // Written to before.
    `d0000000=${ONES}`,
  ]);
});

it("the README says how much there is room for", () => {
  expect(readFileSync(`${ROOT}README.md`, "utf8")).toContain(`at most ${mostRam(X86) / MIB} MiB of RAM`);
});

it("-m: one sentence where there is no room", async () => {
  const most = mostRam(X86) / MIB;
  const { status, error } = await runEmulator(["-m", `${most + 1}M`, "-kernel", KERNEL]);
  expect({ status, error }).toEqual({
    status: 1,
    error:
      `wasmachine-system-x86_64: -m ${most + 1}M: 32-bit WebAssembly has room for ${most} MiB of RAM; ` +
      `ask for -m ${most}M or less\n`,
  });
});

it("-m: one sentence where the host does not give it", async () => {
  const refuse = "WebAssembly.Memory = class { constructor() { throw new RangeError('no') } }";
  const words = [
    "--import",
    `data:text/javascript,${refuse}`,
    `${ROOT}dist/node/cli.js`,
    "-m",
    "3500M",
    "-kernel",
    KERNEL,
  ];
  const { status, error } = await new Emulator(process.execPath, words).end(60_000);
  expect(status).toBe(1);
  expect(error).toMatch(
    /^wasmachine-system-x86_64: -m 3500M: the host does not give so much memory \(.*\); ask for less/,
  );
});
