// Debian's riscv64 kernel on every firmware, packed in every way, its root on PCI and in a slot of registers: to the prompt, again after a
// reboot, and off.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Emulator } from "../../testing/emulator.js";
import { PROMPT, RISCV_GUEST, ROOT } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import { haveLaterFirmware, laterOpensbi, opensbi } from "../../testing/riscv/firmware.js";
import setupGuest from "../../testing/setup-guest.js";
import type { Proof } from "./runner/proof.js";

const BOOT = 600_000;
const FOLDER = `${ROOT}build/tests/riscv-boots`;

const FIRMWARE: readonly (readonly [name: string, file: string | undefined])[] = [
  ["built-in SBI", undefined],
  ["OpenSBI 1.1 fw_dynamic.bin", opensbi("fw_dynamic.bin")],
  ["OpenSBI 1.1 fw_jump.elf", opensbi("fw_jump.elf")],
  ["OpenSBI 1.6 fw_dynamic.bin", laterOpensbi("fw_dynamic.bin")],
  ["OpenSBI 1.6 fw_dynamic.elf", laterOpensbi("fw_dynamic.elf")],
  ["OpenSBI 1.6 fw_jump.bin", laterOpensbi("fw_jump.bin")],
  ["OpenSBI 1.6 fw_jump.elf", laterOpensbi("fw_jump.elf")],
];

const ROOTS = [
  { device: "virtio-blk-pci,drive=d", path: "/pci0000:00/" },
  { device: "virtio-blk-device,drive=d", path: ".virtio_mmio/" },
] as const;

/** The kernel, packed in a way. */
const KERNELS: readonly (() => string)[] = [
  () => join(RISCV_GUEST, "Image"),
  () => packed("Image.gz", (bytes) => gzipSync(bytes, { level: 1 })),
  () =>
    packed("Image.zst", (bytes) => execFileSync(program("zstd"), ["-1", "-c"], { input: bytes, maxBuffer: 2 ** 28 })),
];

function packed(name: string, pack: (bytes: Uint8Array) => Uint8Array): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, name);
  writeFileSync(file, pack(readFileSync(join(RISCV_GUEST, "Image"))));
  return file;
}

/** To a prompt behind `from`; answers where the root is, and what SBI the kernel found. */
async function look(emulator: Emulator, from: number): Promise<string> {
  await emulator.waitFor(PROMPT, BOOT, from);
  return emulator.shell("mount | grep ' on / '; readlink /sys/block/vda; dmesg | grep 'SBI implementation'");
}

async function boot(number: number): Promise<string[]> {
  const [name, firmware] = FIRMWARE[number >> 1]!;
  const { device, path } = ROOTS[number & 1]!;
  const kernel = KERNELS[number % KERNELS.length]!();
  const disk = join(RISCV_GUEST, "rootfs.bin");
  const emulator = Emulator.riscv([
    ...["-nographic", "-m", "512M", "-kernel", kernel, "-initrd", join(RISCV_GUEST, "initrd")],
    ...["-append", "console=ttyS0 quiet TERM=dumb root=/dev/vda"],
    ...(firmware === undefined ? [] : ["-bios", firmware]),
    ...["-drive", `if=none,id=d,format=raw,snapshot=on,file=${disk}`, "-device", device],
  ]);
  try {
    const seen = [await look(emulator, 0)];
    const before = emulator.out.length;
    emulator.type("reboot -f\n");
    seen.push(await look(emulator, before + "reboot -f\n".length));
    emulator.type("poweroff -f\n");
    const { status, error } = await emulator.end(BOOT);
    const right = seen.every((text) => text.includes("/dev/vda on / type ext4") && text.includes(path));
    const sbi = firmware === undefined ? "ID=0x77736d " : "ID=0x1 ";
    const complaints = right && seen.every((text) => text.includes(sbi)) ? [] : [`the guest says ${seen.join("; ")}`];
    if (status !== 0 || error !== "") complaints.push(`the power-off left with ${status} and said "${error}"`);
    return complaints.map((complaint) => `${name}, ${device}, ${kernel}: ${complaint}`);
  } finally {
    emulator.close();
  }
}

export const proof: Proof = {
  name: "riscv-boots",
  proves:
    "Debian riscv64 boots to a prompt, reboots and powers off on the built-in SBI and on OpenSBI 1.1 and 1.6, its kernel plain and " +
    "packed, its root on virtio-blk by PCI and by registers",
  total: 2 * FIRMWARE.length,
  batch: 1,
  // tests/system/riscv has some of the cases.
  sample: 0,
  missing() {
    if (!existsSync(join(RISCV_GUEST, "guest.json"))) return `there is no guest in ${RISCV_GUEST}`;
    return haveLaterFirmware() ? undefined : "there is no OpenSBI 1.6: its release cannot be reached";
  },
  prepare() {
    setupGuest();
    program("opensbi");
  },
  run: (_seed, first) => boot(first),
};
