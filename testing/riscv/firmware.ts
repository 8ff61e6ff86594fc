// Firmware for riscv64's `virt` out of Debian packages: that of this host's release, which tests/setup.ts installs, and OpenSBI of a
// later release, unpacked into a folder of its own.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Apt, unpackDeb } from "../../src/images/apt.js";
import { ROOT } from "../guest.js";

/** The release whose kernels the guest of riscv64 has. */
const RELEASE = "trixie";
const FOLDER = "/usr/lib/riscv64-linux-gnu/opensbi/generic";
const LATER = join(ROOT, "build/tests/opensbi-trixie");

/** Files of OpenSBI by their names: "fw_jump.elf". */
export function opensbi(name: string): string {
  return join(FOLDER, name);
}

export function laterOpensbi(name: string): string {
  return join(LATER, FOLDER, name);
}

/** Files of U-Boot for QEMU's `virt`, for machine mode or the supervisor's. */
export function uBoot(mode: "machine" | "supervisor", name: string): string {
  return join("/usr/lib/u-boot", mode === "machine" ? "qemu-riscv64" : "qemu-riscv64_smode", name);
}

/** Fetches the later OpenSBI, unless it is there. Why it cannot be had; undefined when it is there. */
export function fetchFirmware(): string | undefined {
  if (existsSync(laterOpensbi("fw_dynamic.bin"))) return undefined;
  try {
    const apt = new Apt("riscv64", join(ROOT, "build/guest-cache"), RELEASE);
    apt.update();
    for (const file of apt.fetch(["opensbi"], () => {})) unpackDeb(file, LATER);
    return undefined;
  } catch (error) {
    return `OpenSBI of ${RELEASE} cannot be had (${(error as Error).message})`;
  }
}
