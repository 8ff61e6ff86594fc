// Debian for riscv64 with systemd, on the built-in SBI and on OpenSBI, its root on PCI and in a slot of registers: to its login, around a
// reboot, to its power-off.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Emulator } from "../../testing/emulator.js";
import { RISCV_GUEST } from "../../testing/guest.js";
import { laterOpensbi } from "../../testing/riscv/firmware.js";
import setupGuest from "../../testing/setup-guest.js";
import { DEPMOD, systemdDisk, systemdMachine } from "../system/riscv/systemd-disk.js";
import type { Proof } from "./runner/proof.js";

const BOOT = 3_600_000;
const LOGIN = "guest login: ";

interface Case {
  readonly name: string;
  readonly firmware: readonly string[];
  /** Where the disk is, its drive being "d". */
  readonly device: string;
}

const CASES: readonly Case[] = [
  { name: "built-in SBI, PCI", firmware: [], device: "virtio-blk-pci,drive=d" },
  {
    name: "OpenSBI 1.6, virtio-mmio",
    firmware: ["-bios", laterOpensbi("fw_dynamic.bin")],
    device: "virtio-blk-device,drive=d",
  },
];

/** Root logs in; the answer of systemd to what has failed is no unit at all. */
async function logIn(emulator: Emulator, from: number): Promise<string[]> {
  const login = await emulator.waitFor(LOGIN, BOOT, from);
  emulator.type("root\n");
  const bash = await emulator.waitFor("root@guest:~# ", BOOT, login);
  // A shell that prints no control sequences.
  emulator.type("exec sh\n");
  await emulator.waitFor("# ", BOOT, bash);
  const state = await emulator.shell("dmesg -n 1; udevadm settle; systemctl is-system-running --wait", BOOT);
  const failed = await emulator.shell("systemctl --failed --no-legend --plain; uname -m", BOOT);
  return state === "running\n" && failed === "riscv64\n" ? [] : [`systemd is ${state.trim()}: ${failed.trim()}`];
}

async function run({ name, firmware, device }: Case, disk: string): Promise<string[]> {
  const emulator = Emulator.riscv([
    ...systemdMachine("/lib/systemd/systemd"),
    // Time is what the guest has executed: on a busy host units would time out.
    ...["-icount", "shift=3,sleep=off"],
    ...firmware,
    ...["-drive", `if=none,id=d,format=raw,snapshot=on,file=${disk}`, "-device", device],
  ]);
  try {
    const complaints = await logIn(emulator, 0);
    const before = emulator.out.length;
    emulator.type("systemctl reboot\n");
    complaints.push(...(await logIn(emulator, before)));
    emulator.type("systemctl poweroff\n");
    const { status, error } = await emulator.end(BOOT);
    if (status !== 0) complaints.push(`the power-off left with ${status}`);
    if (error !== "") complaints.push(`the emulator said: ${error}`);
    return complaints.map((complaint) => `${name}: ${complaint}`);
  } finally {
    emulator.close();
  }
}

function missing(): string | undefined {
  if (!existsSync(join(RISCV_GUEST, "guest.json"))) return `there is no guest in ${RISCV_GUEST}`;
  if (!existsSync(DEPMOD.path))
    return `the Debian package ${DEPMOD.package} is missing (apt-get install ${DEPMOD.package})`;
  return process.getuid?.() === 0 ? undefined : "making a disk with the owners that Debian's files have takes root";
}

export const proof: Proof = {
  name: "riscv-systemd",
  proves:
    "Debian riscv64 with systemd, installed in the guest, comes to its login with no failed unit, again after a reboot, and powers off",
  total: CASES.length,
  batch: 1,
  // Making the disk alone takes minutes.
  sample: 0,
  missing,
  prepare: setupGuest,
  run: async (_seed, first) => run(CASES[first]!, await systemdDisk()),
};
