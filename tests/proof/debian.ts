// Debians other than the guest of the tests: the 32-bit kernel with PAE boots to a prompt, and a whole system with systemd to a login,
// where the kernel complains of nothing that it does not complain of under native QEMU.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT, ROOT } from "../../testing/guest.js";
import setupGuest from "../../testing/setup-guest.js";
import { systemdDisk } from "../system/systemd-disk.js";
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

/**
 * Lines of the kernel's complaints, without their times: root logs in and asks for them once all units have started and udev is done.
 * A unit cannot write them to the console: the terminal is hung up when its login starts.
 */
async function complaints(command: string, args: readonly string[], disk: string, append = ""): Promise<string[]> {
  const emulator = new Emulator(command, [
    ...args,
    ...["-nographic", "-no-reboot", "-m", "512M", "-cpu", "max", "-kernel", KERNEL, "-initrd", INITRD],
    ...["-append", `console=ttyS0 root=/dev/vda init=/lib/systemd/systemd ${append}`],
    ...["-drive", `if=virtio,format=raw,snapshot=on,file=${disk}`],
  ]);
  try {
    const login = await emulator.waitFor("guest login: ", BOOT);
    emulator.type("root\n");
    const bash = await emulator.waitFor("root@guest:~# ", BOOT, login);
    // A shell that prints no control sequences.
    emulator.type("exec sh\n");
    await emulator.waitFor("# ", BOOT, bash);
    // Nothing comes between the lines of an answer that the kernel has to say.
    await emulator.shell("dmesg -n 1; udevadm settle; systemctl is-system-running --wait", BOOT);
    const said = await emulator.shell("dmesg -l emerg,alert,crit,err,warn && echo THAT-IS-ALL", BOOT);
    const lines = said.trimEnd().split("\n");
    if (lines.pop() !== "THAT-IS-ALL") throw new Error(`the guest was asked for its kernel's complaints: ${said}`);
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
  // On a busy host QEMU's TSC runs on without ticks, and the kernel panics at the test of its timer (machines/pc/held-up.test.ts).
  const native = await complaints(QEMU, ["-accel", "tcg", "-vga", "none", "-nic", "none"], disk, "no_timer_check");
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
