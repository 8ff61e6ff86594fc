// What a machine costs that waits at its prompt, and that it can be talked to: monitor, power button.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT } from "../../testing/guest.js";

const BOOT = 240_000;
const RAM = 512;
/** The kernel's USER_HZ, which /proc counts in. */
const TICKS = 100;
const SETTLE = 15_000;
const MEASURE = 20_000;

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

/** CPU time of all threads, in seconds. */
function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))![1]) / 1024;
}

it("an idle machine leaves the host alone", async () => {
  const options = ["-nographic", "-m", `${RAM}M`, "-kernel", KERNEL, "-initrd", INITRD];
  emulator = Emulator.run([...options, "-append", "console=ttyS0 loglevel=3"]);
  await emulator.waitFor(PROMPT, BOOT);
  // The guest's own work after the prompt, and the host's compiler.
  await sleep(SETTLE);
  // The quietest of three looks: other tests run on the same cores and make the same work cost more time.
  let share = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 3 && share >= 0.03; look++) {
    const before = cpuTime(emulator.pid);
    const start = performance.now();
    await sleep(MEASURE);
    share = Math.min(share, (cpuTime(emulator.pid) - before) / ((performance.now() - start) / 1000));
  }
  expect(share).toBeLessThan(0.03);
  expect(residentMiB(emulator.pid)).toBeLessThan(RAM + 350);

  let at = emulator.out.length;
  emulator.type("\x01c");
  at = await emulator.waitFor("(wasmachine) ", 10_000, at);
  emulator.type("info registers\n");
  at = await emulator.waitFor("RIP=", 10_000, at);
  emulator.type("system_powerdown\n");
  expect((await emulator.end(120_000)).status).toBe(0);
});
