import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Emulator } from "../../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT, temporaryFolder } from "../../../testing/guest.js";

test("Linux boots by its own setup code, which asks the BIOS", async () => {
  const folder = temporaryFolder();
  const kernel = readFileSync(KERNEL);
  // Protocol 2.07: older than the fields that name other ways in.
  kernel.writeUInt16LE(0x207, 0x206);
  writeFileSync(folder.file("bzImage"), kernel);
  const emulator = Emulator.run([
    ...["-m", "256M", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"],
    ...["-kernel", folder.file("bzImage"), "-initrd", INITRD, "-append", "console=ttyS0 quiet"],
  ]);
  try {
    await emulator.waitFor(PROMPT, 240_000);
    const map = await emulator.shell("dmesg | grep BIOS-e820");
    expect(map.match(/\[mem .*/g)).toEqual([
      "[mem 0x0000000000000000-0x000000000009fbff] usable",
      "[mem 0x000000000009fc00-0x000000000009ffff] reserved",
      "[mem 0x00000000000f0000-0x00000000000fffff] reserved",
      "[mem 0x0000000000100000-0x000000000fffcfff] usable",
      "[mem 0x000000000fffd000-0x000000000fffefff] ACPI data",
      "[mem 0x000000000ffff000-0x000000000fffffff] ACPI NVS",
      "[mem 0x00000000fffc0000-0x00000000ffffffff] reserved",
    ]);
    emulator.type("poweroff -f\n");
    expect((await emulator.end(60_000)).status).toBe(0);
  } finally {
    emulator.close();
    folder.remove();
  }
});
