// A disk with Debian for riscv64 as debootstrap makes it: systemd, udev, all modules of the kernel, and a root who needs no password.
// Packages come by apt and are unpacked here; what they do to install themselves (the second stage) runs in the guest, because a host
// need not run riscv64's programs.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Apt, unpackDeb } from "../../../src/images/apt.js";
import { Emulator } from "../../../testing/emulator.js";
import { RISCV_GUEST, ROOT } from "../../../testing/guest.js";

const FOLDER = `${ROOT}build/tests/systemd-riscv64`;
const CACHE = `${ROOT}build/guest-cache`;
const RELEASE = "trixie";
const SIZE = "1400M";
const PACKAGES = ["?essential", "?priority(required)", "systemd-sysv", "udev", "kmod", "dbus", "procps"];
const SECOND_STAGE = 40 * 60_000;

/** What it takes besides the tests' programs: the program and its package. */
export const DEPMOD = { path: "/sbin/depmod", package: "kmod" } as const;

/** Options of a machine with this disk, whose first process is `init`. */
export function systemdMachine(init: string): string[] {
  return [
    ...["-nographic", "-m", "512M", "-kernel", join(RISCV_GUEST, "Image"), "-initrd", join(RISCV_GUEST, "initrd")],
    ...["-append", `console=ttyS0 root=/dev/vda init=${init}`],
  ];
}

/** Makes the disk unless it is there, and returns its path. Needs root, apt's mirror and about 2 GB for a while. */
export async function systemdDisk(): Promise<string> {
  const disk = join(FOLDER, "root.img");
  if (existsSync(disk)) return disk;
  mkdirSync(FOLDER, { recursive: true });
  const root = join(FOLDER, "root");
  rmSync(root, { recursive: true, force: true });
  firstStage(root);
  execFileSync("mke2fs", ["-q", "-F", "-t", "ext4", "-d", root, `${disk}.new`, SIZE], { stdio: "pipe" });
  rmSync(root, { recursive: true });
  await secondStage(`${disk}.new`);
  renameSync(`${disk}.new`, disk);
  return disk;
}

function firstStage(root: string): void {
  const apt = new Apt("riscv64", CACHE, RELEASE);
  apt.update();
  const archives = join(root, "var/cache/apt/archives");
  // base-files has the links of the usr-merged layout.
  for (const file of apt.fetch([...new Set(["base-files", ...apt.closure(PACKAGES)])], () => {})) {
    unpackDeb(file, root);
    mkdirSync(archives, { recursive: true });
    copyFileSync(file, join(archives, basename(file)));
  }
  const { package: kernel, kernel: version } = JSON.parse(readFileSync(join(RISCV_GUEST, "guest.json"), "utf8"));
  const [file] = apt.fetch([kernel], () => {});
  const unpacked = join(root, "kernel");
  unpackDeb(file!, unpacked);
  const library = ["usr/lib/modules", "lib/modules"].map((path) => join(unpacked, path)).find(existsSync);
  renameSync(library!, join(root, "usr/lib/modules"));
  rmSync(unpacked, { recursive: true });
  execFileSync(DEPMOD.path, ["-b", root, version], { stdio: "pipe" });
  copyFileSync(new URL("second-stage.sh", import.meta.url), join(root, "second-stage.sh"));
  for (const [name, text] of [
    ["hostname", "guest\n"],
    ["hosts", "127.0.0.1 localhost guest\n"],
    ["fstab", "/dev/vda / ext4 defaults 0 1\n"],
  ] as const) {
    writeFileSync(join(root, "etc", name), text);
  }
}

async function secondStage(disk: string): Promise<void> {
  const emulator = Emulator.riscv([
    ...systemdMachine("/second-stage.sh"),
    ...["-drive", `if=virtio,format=raw,file=${disk}`],
  ]);
  try {
    const { status, out } = await emulator.end(SECOND_STAGE);
    if (status !== 0 || !out.includes("SECOND-STAGE-DONE")) {
      throw new Error(`the second stage ended with ${status}: ${out.slice(-4000)}`);
    }
  } finally {
    emulator.close();
  }
}
