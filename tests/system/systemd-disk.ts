// A disk with Debian as debootstrap makes it: systemd, udev, all modules of the kernel, and a root who needs no password.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GUEST, ROOT } from "../../testing/guest.js";

const FOLDER = `${ROOT}build/tests/systemd`;
const SIZE = "1200M";
const PACKAGES = "systemd-sysv,udev,kmod,dbus,procps";

/** Makes the disk unless it is there, and returns its path. Needs root, apt's mirror and about 600 MB for a while. */
export function systemdDisk(): string {
  const disk = join(FOLDER, "root.img");
  if (existsSync(disk)) return disk;
  mkdirSync(FOLDER, { recursive: true });
  const root = join(FOLDER, "root");
  rmSync(root, { recursive: true, force: true });
  const run = (command: string, ...args: string[]) => void execFileSync(command, args, { cwd: FOLDER, stdio: "pipe" });
  const release = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync("/etc/os-release", "utf8"))![1]!;
  run("mmdebstrap", "--variant=minbase", `--include=${PACKAGES}`, "--components=main", release, root);

  const { package: kernel, kernel: version } = JSON.parse(readFileSync(`${GUEST}/guest.json`, "utf8"));
  const debs = `${ROOT}build/guest-cache/apt-amd64-${release}/debs`;
  const deb = readdirSync(debs).find((name) => name.startsWith(`${kernel}_`));
  if (!deb) throw new Error(`the package ${kernel} is not in ${debs} any more: npm run guest -- --force`);
  run("dpkg-deb", "-x", join(debs, deb), join(FOLDER, "kernel"));
  run("cp", "-a", join(FOLDER, "kernel/lib/modules"), join(root, "usr/lib"));
  run("chroot", root, "/sbin/depmod", version);
  run("chroot", root, "passwd", "-d", "root");
  for (const [file, text] of [
    ["hostname", "guest\n"],
    ["hosts", "127.0.0.1 localhost guest\n"],
    ["fstab", "/dev/vda / ext4 defaults 0 1\n"],
  ] as const) {
    writeFileSync(join(root, "etc", file), text);
  }
  run("mke2fs", "-q", "-t", "ext4", "-d", root, `${disk}.new`, SIZE);
  renameSync(`${disk}.new`, disk);
  for (const name of ["root", "kernel"]) rmSync(join(FOLDER, name), { recursive: true });
  return disk;
}
