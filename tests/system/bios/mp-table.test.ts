import { expect, test } from "vitest";
import { Emulator } from "../../../testing/emulator.js";
import { copyDisk, INITRD, KERNEL, PROMPT, temporaryFolder } from "../../../testing/guest.js";

test("without ACPI and MSI, Linux finds the way of interrupts in the MP table", async () => {
  const folder = temporaryFolder();
  copyDisk(folder.file("disk"));
  const emulator = Emulator.run([
    ...["-m", "256M", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"],
    ...["-kernel", KERNEL, "-initrd", INITRD, "-drive", `if=virtio,format=raw,file=${folder.file("disk")}`],
    ...["-append", "console=ttyS0 quiet acpi=off pci=nomsi root=/dev/vda"],
  ]);
  try {
    await emulator.waitFor(PROMPT, 240_000);
    const lines = await emulator.shell("grep IO-APIC /proc/interrupts");
    expect(lines).toMatch(/ 0: +\d+ +IO-APIC +2-edge +timer/);
    expect(lines).toMatch(/ 11: +\d+ +IO-APIC +11-fasteoi +virtio0/);
    expect(await emulator.shell("mount")).toContain("/dev/vda on / type ext4");
  } finally {
    emulator.close();
    folder.remove();
  }
});
