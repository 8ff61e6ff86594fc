// A file system in memory, with all that POSIX has.

import type { FileSystem, Statistics } from "../interfaces.js";
import { S_IFDIR } from "../mode.js";
import { NAME_MAX } from "../names.js";
import { MemoryDirectory } from "./directory.js";
import { NODE_BYTES, Volume } from "./volume.js";

const BLOCK = 4096;
/** f_type of tmpfs. */
const TMPFS_MAGIC = 0x01021994;

export interface MemoryOptions {
  /** Bytes that what is in it may take, names and attributes too. */
  readonly quota: number;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly rootMode?: number;
  /** Nothing in it is changed. */
  readonly readOnly?: boolean;
}

export class MemoryFileSystem implements FileSystem {
  readonly root: MemoryDirectory;
  private readonly volume: Volume;

  constructor({ quota, date, rootMode = 0o755, readOnly = false }: MemoryOptions) {
    this.volume = new Volume(quota, date);
    this.root = new MemoryDirectory(this.volume, { mode: S_IFDIR | rootMode, uid: 0, gid: 0 }).hold();
    this.volume.readOnly = readOnly;
  }

  /** One that has in it at first what `fill` makes, also where nothing is changed afterwards. */
  static async filled(
    options: MemoryOptions,
    fill: (fs: MemoryFileSystem) => Promise<void>,
  ): Promise<MemoryFileSystem> {
    const fs = new MemoryFileSystem({ ...options, readOnly: false });
    await fill(fs);
    fs.volume.readOnly = options.readOnly ?? false;
    return fs;
  }

  get readOnly(): boolean {
    return this.volume.readOnly;
  }

  statistics(): Statistics {
    const { quota, left, files } = this.volume;
    const free = Math.floor(left / BLOCK);
    const freeFiles = Math.floor(left / NODE_BYTES);
    return {
      ...{ type: TMPFS_MAGIC, blockSize: BLOCK, blocks: Math.floor(quota / BLOCK), free },
      ...{ files: files + freeFiles, freeFiles, nameLength: NAME_MAX },
    };
  }

  sync(): void {}

  close(): void {}
}
