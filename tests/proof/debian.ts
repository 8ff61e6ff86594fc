// Debians other than the guest of the tests: the 32-bit kernel with PAE boots to a prompt, and a whole system with systemd to a login,
// where the kernel complains of nothing that it does not complain of under native QEMU.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT, ROOT } from "../../testing/guest.js";
import setupGuest from "../../testing/setup-guest.js";
import { BEGIN, END, systemdDisk } from "../system/systemd-disk.js";
import type { Proof } from "./runner/proof.js";

const BOOT = 400_000;
const I386 = `${ROOT}build/tests/guest-i386`;

async function pae(): Promise<string[]> {
  execFileSync(process.execPath, ["dist/commands/cli.js", "guest", "--arch", "i386", "--out", I386], {
    cwd: ROOT,
    stdio: ["ignore", 2, 2],
  });
  const emulator = Emulator.run([
    ...["-nographic", "-no-reboot", "-m", "256M", "-kernel", `${I386}/bzImage`, "-initrd", `${I386}/initrd`],
    ...["-append", "console=ttyS0 root=/dev/vda"],
    ...["-drive", `if=virtio,format=raw,snapshot=on,file=${I386}/rootfs.bin`],
  ]);
  try {
    await emulator.waitFor(PROMPT, BOOT);
    const text = await emulator.shell("uname -r -m; grep -c . /proc/modules");
    return /-686-pae i686\n/.test(text) ? [] : [`the 32-bit guest says: ${text}`];
  } finally {
    emulator.close();
  }
}

/** What depends on how fast host and emulator are. */
const TIMING = /tsc|clock|calibrat|hpet: Lost|hrtimer: interrupt took/i;

/** Lines of the kernel's complaints, without their times. */
async function complaints(command: string, args: readonly string[], disk: string): Promise<string[]> {
  const emulator = new Emulator(command, [
    ...args,
    ...["-nographic", "-no-reboot", "-m", "512M", "-cpu", "max", "-kernel", KERNEL, "-initrd", INITRD],
    ...["-append", "console=ttyS0 root=/dev/vda init=/lib/systemd/systemd"],
    ...["-drive", `if=virtio,format=raw,snapshot=on,file=${disk}`],
  ]);
  try {
    await emulator.waitFor("login:", BOOT);
    const from = await emulator.waitFor(`${BEGIN}\r\n`, BOOT);
    const to = await emulator.waitFor(`${END}\r\n`, BOOT, from);
    const lines = emulator.out.slice(from, to - END.length - 2).split("\r\n");
    return lines.map((line) => line.replace(/^\[ *\d+\.\d+\] /, "")).filter((line) => !TIMING.test(line));
  } finally {
    emulator.close();
  }
}

/** Programs that only this takes; `npm test` does not install them. */
const QEMU = "/usr/bin/qemu-system-x86_64";
const PROGRAMS = { [QEMU]: "qemu-system-x86", "/usr/bin/mmdebstrap": "mmdebstrap" };

async function systemd(): Promise<string[]> {
  const missing = Object.entries(PROGRAMS).filter(([path]) => !existsSync(path));
  if (missing.length > 0) {
    throw new Error(`Debian packages are missing: apt-get install ${missing.map(([, name]) => name).join(" ")}`);
  }
  const disk = systemdDisk();
  const native = await complaints(QEMU, ["-accel", "tcg", "-vga", "none", "-nic", "none"], disk);
  const ours = await complaints(process.execPath, [`${ROOT}dist/node/cli.js`], disk);
  const more = ours.filter((line) => !native.includes(line));
  return more.length === 0 ? [] : [`the kernel complains here, and not under QEMU, of: ${more.join("; ")}`];
}

const CASES = [pae, systemd];

export const proof: Proof = {
  name: "debian",
  proves:
    "Debian's 686-pae boots to a prompt; Debian with systemd boots to a login, and its kernel warns of nothing (timing " +
    "aside) that it does not warn of under native QEMU",
  total: CASES.length,
  batch: 1,
  sample: 1,
  missing: () => (existsSync("/usr/bin/apt-get") ? undefined : "it takes Debian's packages, by apt-get"),
  prepare: setupGuest,
  run: (_seed, first) => CASES[first]!(),
};
