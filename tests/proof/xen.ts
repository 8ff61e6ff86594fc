// Debian's Xen, a multiboot kernel whose modules are a Linux kernel and its initrd, boots that as its first domain.

import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT, temporaryFolder } from "../../testing/guest.js";
import setupGuest from "../../testing/setup-guest.js";
import { xen } from "../system/bios/systems.js";
import type { Proof } from "./runner/proof.js";

const BOOT = 900_000;

export const proof: Proof = {
  name: "xen",
  proves: "Xen boots a Linux dom0 to a prompt, given kernel and initrd as modules with their arguments",
  total: 1,
  batch: 1,
  // A boot takes minutes.
  sample: 0,
  prepare: setupGuest,
  async run() {
    const folder = temporaryFolder();
    const emulator = Emulator.run([
      ...["-m", "1024M", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"],
      ...["-kernel", xen(folder.file("xen")), "-append", "console=com1 com1=115200,8n1 dom0_mem=600M"],
      ...["-initrd", `${KERNEL} console=hvc0 quiet,${INITRD}`],
    ]);
    try {
      await emulator.waitFor(PROMPT, BOOT);
      const kind = await emulator.shell("cat /sys/hypervisor/type", BOOT);
      const left = await emulator.shell("dmesg | grep -c 'on Xen'", BOOT);
      return kind.includes("xen") && !left.startsWith("0") ? [] : [`the prompt is not a dom0's: ${kind} ${left}`];
    } catch (error) {
      return [(error as Error).message];
    } finally {
      emulator.close();
      folder.remove();
    }
  },
};
