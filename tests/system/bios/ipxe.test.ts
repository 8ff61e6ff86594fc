import { expect, test } from "vitest";
import { Emulator } from "../../../testing/emulator.js";
import { ipxe } from "./systems.js";

test("iPXE, which needs a BIOS, answers help at its prompt", async () => {
  const emulator = Emulator.run([
    ...["-m", "128M", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot", "-kernel", ipxe()],
  ]);
  try {
    const asked = await emulator.waitFor("Press Ctrl-B for the iPXE command line", 120_000);
    emulator.type("\x02");
    const prompt = await emulator.waitFor("iPXE> ", 60_000, asked);
    emulator.type("help\r");
    const help = await emulator.waitFor("Available commands:", 60_000, prompt);
    const end = await emulator.waitFor("iPXE> ", 60_000, help);
    const commands = emulator.out.slice(help, end).split(/\s+/);
    expect(commands).toEqual(expect.arrayContaining(["dhcp", "sanboot", "autoboot"]));
    // It gives the machine back, and there is nothing else to boot.
    emulator.type("exit\r");
    await emulator.waitFor("No bootable device.", 60_000, end);
  } finally {
    emulator.close();
  }
});
