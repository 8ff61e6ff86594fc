// Tier 1 does what tier 0 does, and under -icount a machine does the same twice.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createMachine } from "../../src/machine/create.js";
import { loadCoreModule } from "../../src/node/core-module.js";
import { createNodeHost } from "../../src/node/host.js";
import { programInfo } from "../../src/node/program.js";
import { parseArguments } from "../../src/options/parse.js";
import { INITRD, KERNEL, ROOT, temporaryFolder } from "./guest.js";

const MINUTES = 60_000;

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

it("the first 300 million instructions of a boot leave the same state in both tiers", { timeout: 10 * MINUTES }, () => {
  const size = ["--instructions", "300000000", "--step", "1000000", "--memory", "50000000"];
  const machine = ["-m", "256M", "-kernel", KERNEL, "-initrd", INITRD, "-append", "console=ttyS0"];
  const args = ["tools/run-ts.mjs", "tools/lockstep.ts", ...size, "--", ...machine];
  const options = { cwd: ROOT, encoding: "utf8", timeout: 9 * MINUTES, killSignal: "SIGKILL" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  expect({ status, stdout, stderr }).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^no divergence in 300000000 instructions/),
  });
});

interface Run {
  instructions: number;
  console: Buffer;
  status: number;
}

/** Boots to the prompt's threshold, where the guest, asked for a benchmark that it does not have, powers itself off. */
async function bootAndPowerOff(name: string): Promise<Run> {
  const log = folder.file(name);
  const parsed = parseArguments(
    [
      ...["-display", "none", "-monitor", "none", "-serial", `file:${log}`, "-m", "256M"],
      ...["-icount", "shift=3,sleep=off", "-rtc", "base=2026-01-01,clock=vm"],
      ...["-kernel", KERNEL, "-initrd", INITRD, "-append", "console=ttyS0 bench=none"],
    ],
    programInfo(),
  );
  if (parsed.kind !== "machine") throw new Error("these options make no machine");
  const host = createNodeHost({ prefix: "determinism", onBrokenOutput: () => {} });
  const machine = await createMachine(parsed.config, host, { module: loadCoreModule() });
  const { status } = await machine.start();
  return { instructions: machine.cpu.instructions, console: readFileSync(log), status };
}

it("an -icount boot repeats to the instruction and to the byte", { timeout: 10 * MINUTES }, async () => {
  const first = await bootAndPowerOff("first");
  const second = await bootAndPowerOff("second");
  expect(first.status).toBe(0);
  expect(first.console.toString()).toMatch(/^GUEST-READY /m);
  expect(first.instructions).toBeGreaterThan(100e6);
  expect(second.instructions).toBe(first.instructions);
  expect(second.console.equals(first.console)).toBe(true);
});
