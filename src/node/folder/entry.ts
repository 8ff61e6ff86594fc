// A name in a directory of a shared folder. Its inode number is asked for when it is wanted: a long list is read in parts.

import * as fs from "node:fs";
import type { Entry } from "../../fs/interfaces.js";
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK } from "../../fs/mode.js";
import type { InodeNumbers } from "./ids.js";

export interface Listed {
  in(name: string): Buffer;
  readonly share: { readonly ids: InodeNumbers; readonly mapped: boolean };
}

export class FolderEntry implements Entry {
  readonly name: string;
  readonly kind: number;

  constructor(
    private readonly directory: Listed,
    entry: fs.Dirent,
  ) {
    this.name = entry.name;
    this.kind = kindOf(entry, directory.share.mapped);
  }

  get id(): number {
    const { directory, name } = this;
    try {
      const { dev, ino } = fs.lstatSync(directory.in(name), { bigint: true });
      return directory.share.ids.of(dev, ino);
    } catch {
      // It is gone meanwhile; 0 would end the list for some.
      return 1;
    }
  }
}

/** 0: unknown, where a file of the host may stand for anything. */
function kindOf(entry: fs.Dirent, mapped: boolean): number {
  if (entry.isDirectory()) return S_IFDIR;
  if (entry.isFile()) return mapped ? 0 : S_IFREG;
  if (entry.isSymbolicLink()) return S_IFLNK;
  if (entry.isFIFO()) return S_IFIFO;
  if (entry.isSocket()) return S_IFSOCK;
  if (entry.isCharacterDevice()) return S_IFCHR;
  return entry.isBlockDevice() ? S_IFBLK : 0;
}
