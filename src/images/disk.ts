// A raw ext4 image out of a tree, with mke2fs and, where the builder is not root, debugfs to make everything root's.
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findTool, GuestError, run } from "./run.js";
import type { Tree } from "./tree.js";

const UUID = "7761736d-6163-4869-8e65-726f6f746673";
/** Time stamp of all files, so that the same packages give the same image. */
const EPOCH = 1_700_000_000;

/**
 * Writes an image.
 * @param staging folder used for the files, emptied before and removed after
 * @param megabytes size of the file system; the file is sparse
 */
export function makeDisk(tree: Tree, image: string, staging: string, megabytes: number): void {
  if (!findTool("mke2fs")) throw new GuestError("mke2fs is missing; it is in Debian's package e2fsprogs");
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  const entries = tree.entries().filter(([, node]) => node.kind !== "char");
  for (const [path, node] of entries) {
    const host = join(staging, path);
    if (node.kind === "dir") mkdirSync(host);
    else if (node.kind === "file") writeFileSync(host, node.data);
    else if (node.kind === "link") symlinkSync(node.target, host);
  }
  for (const [path, node] of entries.reverse()) {
    if (node.kind !== "file" && node.kind !== "dir") continue;
    chmodSync(join(staging, path), node.mode);
    utimesSync(join(staging, path), EPOCH, EPOCH);
  }
  rmSync(image, { force: true });
  const extended = `root_owner=0:0,lazy_itable_init=0,hash_seed=${UUID}`;
  const options = ["-q", "-F", "-t", "ext4", "-L", "guest", "-m", "0", "-b", "4096", "-U", UUID, "-E", extended];
  run("mke2fs", [...options, "-d", staging, image, `${megabytes}M`], { env: { E2FSPROGS_FAKE_TIME: `${EPOCH}` } });
  if (process.getuid?.() !== 0) {
    const commands = entries.flatMap(([path]) => [`sif "/${path}" uid 0`, `sif "/${path}" gid 0`]);
    run("debugfs", ["-w", "-f", "-", image], { input: `${commands.join("\n")}\n` });
  }
  rmSync(staging, { recursive: true, force: true });
}
