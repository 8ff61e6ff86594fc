// Linux suspends to RAM (ACPI's S3) and goes on when the monitor wakes it, without firmware and with SeaBIOS.

import { expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT } from "../../testing/guest.js";
import { PROGRAMS, program } from "../../testing/programs.js";

const BOOT = 240_000;
const MONITOR = "(wasmachine) ";

async function sleeps(...options: string[]): Promise<void> {
  const append = "console=ttyS0 quiet no_console_suspend";
  const emulator = Emulator.run([
    ...["-nographic", "-m", "256M", "-kernel", KERNEL, "-initrd", INITRD, "-append", append, ...options],
  ]);
  try {
    let at = await emulator.waitFor(PROMPT, BOOT);
    const before = await emulator.shell("cat /sys/power/mem_sleep; md5sum /bin/busybox");
    expect(before).toMatch(/\[deep\]/);
    at = emulator.out.length;
    emulator.type('echo mem > /sys/power/state; echo "STATUS-"$?\n');
    // Until it sleeps it says that it runs.
    emulator.type("\x01c");
    at = await emulator.waitFor(MONITOR, BOOT, at);
    for (const deadline = Date.now() + BOOT; ; ) {
      emulator.type("info status\n");
      at = await emulator.waitFor("VM status: ", BOOT, at);
      await emulator.waitFor(MONITOR, BOOT, at);
      if (emulator.out.startsWith("paused (suspended)", at)) break;
      expect(Date.now(), "it did not suspend").toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    emulator.type("system_wakeup\n\x01c");
    at = await emulator.waitFor("STATUS-0", BOOT, at);
    await emulator.waitFor(PROMPT, BOOT, at);
    const after = await emulator.shell("md5sum /bin/busybox; dmesg");
    expect(after).toContain("Waking up from system sleep state S3");
    expect(after).toContain(/[0-9a-f]{32}/.exec(before)![0]);
  } finally {
    emulator.close();
  }
}

it("without firmware", () => sleeps());

it("with SeaBIOS", () => {
  program("seabios");
  return sleeps("-bios", PROGRAMS.seabios.path);
});
