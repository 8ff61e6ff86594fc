// The disk that `boot` writes to: a copy of the guest's, which stays as it was made for pages and other machines.

import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

const BLOCK = 1 << 16;

/**
 * Path of the copy in this folder; undefined if the guest has no disk. It is made when there is none, when `fresh` asks for it, and when the
 * guest has been built again, whose kernel may not fit the old disk's modules. The old one is put aside, beside those from before.
 */
export function ownDisk(folder: string, fresh: boolean, progress: (text: string) => void): string | undefined {
  const original = join(folder, "rootfs.bin");
  const copy = join(folder, "disk.bin");
  const stamp = join(folder, "disk.of");
  if (!existsSync(original)) return undefined;
  const guest = createHash("sha256")
    .update(readFileSync(join(folder, "guest.json")))
    .digest("hex");
  const current = existsSync(stamp) && readFileSync(stamp, "utf8") === guest;
  if (existsSync(copy)) {
    if (current && !fresh) return copy;
    const aside = freeName(`${copy}.old`);
    renameSync(copy, aside);
    progress(`${fresh ? "a new disk" : "the guest was built anew"}; the disk with your changes is now ${aside}`);
  }
  copySparse(original, `${copy}.new`);
  renameSync(`${copy}.new`, copy);
  writeFileSync(stamp, guest);
  return copy;
}

function freeName(name: string): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}.${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}

/** Copies a file; blocks of zeros become holes. */
export function copySparse(from: string, to: string): void {
  const source = openSync(from, "r");
  const target = openSync(to, "w");
  try {
    const block = Buffer.alloc(BLOCK);
    const zeros = Buffer.alloc(BLOCK);
    const { size } = fstatSync(source);
    for (let at = 0; at < size; ) {
      const length = readSync(source, block, 0, BLOCK, at);
      if (length === 0) break;
      const piece = block.subarray(0, length);
      if (!piece.equals(zeros.subarray(0, length))) writeAll(target, piece, at);
      at += length;
    }
    ftruncateSync(target, size);
    fsyncSync(target);
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

function writeAll(target: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(target, bytes, done, bytes.length - done, at + done);
}
