// The program is stopped for a while, as by Ctrl-Z of a shell's job control or by a laptop's lid, and goes on: the guest's clocks
// are right again at once, and the terminal is the guest's.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { CLI, Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import { inTerminal, isRaw, programIn, stty } from "./pty.js";

const BOOT = 240_000;
/** Long beside what clocks may differ by. */
const STOPPED_MS = 8_000;
const DIFFER = 2;

interface Clocks {
  /** Seconds: the kernel's date, its uptime, the real-time clock's date. */
  readonly guest: readonly number[];
  /** The host's before and after the guest was asked. */
  readonly host: readonly [number, number];
}

async function clocks(emulator: Emulator): Promise<Clocks> {
  const begin = Date.now() / 1000;
  const text = await emulator.shell("date +%s; cut -d' ' -f1 /proc/uptime; cat /sys/class/rtc/rtc0/since_epoch");
  const guest = [...text.matchAll(/^[\d.]+$/gm)].map(([number]) => Number(number));
  expect(guest, text).toHaveLength(3);
  return { guest, host: [begin, Date.now() / 1000] };
}

/** The guest's clocks went on by as much as the host's. */
function expectAgreement(before: Clocks, after: Clocks): void {
  const least = after.host[0] - before.host[1] - DIFFER;
  const most = after.host[1] - before.host[0] + DIFFER;
  for (const [n, name] of ["date", "uptime", "real-time clock"].entries()) {
    const passed = after.guest[n]! - before.guest[n]!;
    expect(passed, name).toBeGreaterThan(least);
    expect(passed, name).toBeLessThan(most);
  }
}

it("after SIGSTOP and SIGCONT clocks and terminal are right, of an idle guest and of a busy one", {
  timeout: 2 * BOOT,
}, async () => {
  const args = ["-nographic", "-m", "256M", "-kernel", KERNEL, "-initrd", INITRD];
  const append = "console=ttyS0 quiet TERM=dumb";
  const emulator = new Emulator(program("script"), inTerminal([CLI, ...args, "-append", append]));
  try {
    await emulator.waitFor(PROMPT, BOOT);
    const pid = programIn(emulator.pid)!;
    expect(isRaw(pid)).toBe(true);
    for (const busy of [false, true]) {
      if (busy) await emulator.shell("{ while :; do :; done & }");
      const before = await clocks(emulator);
      process.kill(pid, "SIGSTOP");
      await sleep(STOPPED_MS / 2);
      stty(pid, "sane");
      await sleep(STOPPED_MS / 2);
      process.kill(pid, "SIGCONT");
      // script(1) stops with its child.
      process.kill(emulator.pid, "SIGCONT");
      for (let n = 0; n < 100 && !isRaw(pid); n++) await sleep(100);
      expect(isRaw(pid)).toBe(true);
      // A guest that never waits is given the time it missed little by little, lest its kernel thinks its clock broken.
      if (busy) await emulator.shell("kill $!; sleep 1");
      expectAgreement(before, await clocks(emulator));
    }
    emulator.type("\x01x");
    expect((await emulator.end(20_000)).status).toBe(0);
  } finally {
    emulator.close();
  }
});
