// Under -icount a machine does the same twice. (That tier 1 does what tier 0 does: tests/proof/lockstep.ts.)

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DEFAULT_GUEST } from "../../src/guests/programs.js";
import { parseArguments } from "../../src/machines/arguments.js";
import { createMachine } from "../../src/machines/create.js";
import { loadCore } from "../../src/node/core-module.js";
import { createNodeHost } from "../../src/node/host.js";
import { programInfo } from "../../src/node/program.js";
import { INITRD, KERNEL, temporaryFolder } from "../../testing/guest.js";

const MINUTES = 60_000;

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

interface Run {
  instructions: number;
  console: Buffer;
  status: number;
}

/** Boots to the prompt's threshold, where the guest, asked for a benchmark that it does not have, powers itself off. */
async function bootAndPowerOff(name: string, shared: boolean): Promise<Run> {
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
  const machine = await createMachine(parsed.config, host, loadCore(DEFAULT_GUEST, shared));
  const { status } = await machine.start();
  return { instructions: machine.cpu.instructions, console: readFileSync(log), status };
}

it("an -icount boot repeats to the instruction and to the byte, in memory that threads share, too", {
  timeout: 10 * MINUTES,
}, async () => {
  const first = await bootAndPowerOff("first", false);
  const second = await bootAndPowerOff("second", true);
  expect(first.status).toBe(0);
  expect(first.console.toString()).toMatch(/^GUEST-READY /m);
  expect(first.instructions).toBeGreaterThan(100e6);
  expect(second.instructions).toBe(first.instructions);
  expect(second.console.equals(first.console)).toBe(true);
});
