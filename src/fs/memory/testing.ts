import { S_IFDIR } from "../mode.js";
import type { MemoryFileSystem } from "./filesystem.js";

type Directory = MemoryFileSystem["root"];

/** Removes all that is below the root. */
export function empty({ root }: MemoryFileSystem): void {
  emptyDirectory(root);
}

function emptyDirectory(directory: Directory): void {
  for (const { name, kind } of directory.entries()) {
    if (kind === S_IFDIR) {
      const inner = directory.lookup(name) as Directory;
      emptyDirectory(inner);
      inner.release();
    }
    directory.unlink(name, kind === S_IFDIR);
  }
}
