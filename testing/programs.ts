// Programs of the host that tests run, and files they need, and the Debian packages they are in.

import { existsSync, readdirSync } from "node:fs";

/** In a folder of the host's architecture. */
const MINI_BROWSER = miniBrowser();

export const PROGRAMS = {
  chromium: { path: "/usr/bin/chromium", package: "chromium" },
  firefox: { path: "/usr/bin/firefox-esr", package: "firefox-esr" },
  webKitWebDriver: { path: "/usr/bin/WebKitWebDriver", package: "webkit2gtk-driver" },
  // It comes with the library, which the driver's package depends on.
  miniBrowser: { path: MINI_BROWSER, package: "webkit2gtk-driver" },
  xvfb: { path: "/usr/bin/Xvfb", package: "xvfb" },
  gcc: { path: "/usr/bin/gcc", package: "gcc" },
  libc: { path: "/usr/include/stdio.h", package: "libc6-dev" },
  debugfs: { path: "/sbin/debugfs", package: "e2fsprogs" },
  mke2fs: { path: "/sbin/mke2fs", package: "e2fsprogs" },
  e2fsck: { path: "/sbin/e2fsck", package: "e2fsprogs" },
  cpio: { path: "/usr/bin/cpio", package: "cpio" },
  nasm: { path: "/usr/bin/nasm", package: "nasm" },
  tmux: { path: "/usr/bin/tmux", package: "tmux" },
  gdb: { path: "/usr/bin/gdb", package: "gdb" },
  iasl: { path: "/usr/bin/iasl", package: "acpica-tools" },
  dtc: { path: "/usr/bin/dtc", package: "device-tree-compiler" },
  opensbi: { path: "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin", package: "opensbi" },
  uBootRiscv: { path: "/usr/lib/u-boot/qemu-riscv64/u-boot.bin", package: "u-boot-qemu" },
  seabios: { path: "/usr/share/seabios/bios-256k.bin", package: "seabios" },
  xz: { path: "/usr/bin/xz", package: "xz-utils" },
  zstd: { path: "/usr/bin/zstd", package: "zstd" },
  lz4: { path: "/usr/bin/lz4", package: "lz4" },
  script: { path: "/usr/bin/script", package: "bsdutils" },
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** The path of a program; throws a sentence that names its package when it is missing. */
export function program(name: ProgramName): string {
  const { path, package: debianPackage } = PROGRAMS[name];
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing: install the Debian package ${debianPackage} (apt-get install ${debianPackage})`,
    );
  }
  return path;
}

function miniBrowser(): string {
  const folder = "/usr/lib";
  const file = "webkit2gtk-4.1/MiniBrowser";
  const found = readdirSync(folder).find((name) => existsSync(`${folder}/${name}/${file}`));
  return `${folder}/${found ?? "x86_64-linux-gnu"}/${file}`;
}
