// A guest out of the user's own files, for machines without Debian's package tools.
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GuestError } from "./run.js";

export interface OwnFiles {
  kernel: string;
  /** What the kernel is called among the guest's files. */
  image: string;
  initrd: string | undefined;
  /** A raw disk image. */
  disk: string | undefined;
}

/** Copies the files to where `npm run boot` and the page look for them. */
export function bringGuest(files: OwnFiles, out: string, progress: (text: string) => void): void {
  const copies: [string | undefined, string][] = [
    [files.kernel, files.image],
    [files.initrd, "initrd"],
    [files.disk, "rootfs.bin"],
  ];
  for (const [file] of copies) if (file && !existsSync(file)) throw new GuestError(`there is no file ${file}`);
  mkdirSync(out, { recursive: true });
  const sizes: Record<string, number> = {};
  for (const [file, name] of copies) {
    if (!file) continue;
    copyFileSync(file, join(out, name));
    sizes[name] = statSync(file).size;
    progress(`${join(out, name)}: ${sizes[name]} bytes, from ${file}`);
  }
  writeFileSync(join(out, "guest.json"), `${JSON.stringify({ key: "own", sizes }, null, 2)}\n`);
}
