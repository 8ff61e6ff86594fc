// Firmware for riscv64's `virt` out of Debian packages: that of this host's release, which tests/setup.ts installs, and of a later
// release OpenSBI and EDK2, unpacked into a folder of its own.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Apt, unpackDeb } from "../../src/images/apt.js";
import { ROOT } from "../guest.js";

/** The release whose kernels the guest of riscv64 has. */
const RELEASE = "trixie";
const PACKAGES = ["opensbi", "qemu-efi-riscv64"];
const FOLDER = "/usr/lib/riscv64-linux-gnu/opensbi/generic";
const LATER = join(ROOT, `build/tests/firmware-${RELEASE}`);

/** Files of OpenSBI by their names: "fw_jump.elf". */
export function opensbi(name: string): string {
  return join(FOLDER, name);
}

export function laterOpensbi(name: string): string {
  return join(LATER, FOLDER, name);
}

/** The images of EDK2 for two flashes: code, and its variables as they are at first. */
export const EDK2 = {
  code: join(LATER, "usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd"),
  variables: join(LATER, "usr/share/qemu-efi-riscv64/RISCV_VIRT_VARS.fd"),
} as const;

/** Files of U-Boot for QEMU's `virt`, for machine mode or the supervisor's. */
export function uBoot(mode: "machine" | "supervisor", name: string): string {
  return join("/usr/lib/u-boot", mode === "machine" ? "qemu-riscv64" : "qemu-riscv64_smode", name);
}

/** The files of the later release are there. */
export function haveLaterFirmware(): boolean {
  return existsSync(laterOpensbi("fw_dynamic.bin")) && existsSync(EDK2.variables);
}

/** Fetches them, unless they are there. Why they cannot be had; undefined when they are there. */
export function fetchFirmware(): string | undefined {
  if (haveLaterFirmware()) return undefined;
  try {
    const apt = new Apt("riscv64", join(ROOT, "build/guest-cache"), RELEASE);
    apt.update();
    for (const file of apt.fetch(PACKAGES, () => {})) unpackDeb(file, LATER);
    return undefined;
  } catch (error) {
    return `firmware of ${RELEASE} cannot be had (${(error as Error).message})`;
  }
}
