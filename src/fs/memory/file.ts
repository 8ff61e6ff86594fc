// A regular file in memory, and one that is open.

import { refuse } from "../errno.js";
import type { OpenFile, OpenOptions } from "../interfaces.js";
import { withoutPrivileges } from "../mode.js";
import { Content, SIZE_MAX } from "./content.js";
import { type Birth, MemoryNode } from "./node.js";
import type { Volume } from "./volume.js";

/** Modes of fallocate(2). */
const KEEP_SIZE = 1;
const PUNCH_HOLE = 2;
const ZERO_RANGE = 16;

export class MemoryFile extends MemoryNode {
  readonly content: Content;

  constructor(volume: Volume, birth: Birth) {
    super(volume, birth);
    this.content = new Content(volume);
  }

  override get size(): number {
    return this.content.size;
  }

  protected override get bytes(): number {
    return this.content.bytes;
  }

  protected override forget(): void {
    this.content.resize(0);
  }

  protected override resize(size: number): void {
    this.content.resize(size);
    this.touch();
  }

  override open(options: OpenOptions): OpenFile {
    if (options.write) this.volume.mayChange();
    if (options.truncate && options.write) this.resize(0);
    return new MemoryOpenFile(this, options);
  }

  readAt(offset: number, into: Uint8Array): number {
    const count = this.content.read(offset, into);
    this.read();
    return count;
  }

  writeAt(offset: number, from: Uint8Array, privileged: boolean): number {
    const written = this.content.write(offset, from);
    if (written > 0) {
      if (!privileged) this.mode = withoutPrivileges(this.mode);
      this.touch();
    }
    return written;
  }

  allocate(offset: number, length: number, mode: number): void {
    if (length <= 0) refuse("EINVAL");
    const end = offset + length;
    if (end > SIZE_MAX) refuse("EFBIG");
    const keep = (mode & KEEP_SIZE) !== 0;
    switch (mode & ~KEEP_SIZE) {
      case 0:
        this.content.reserve(offset, end);
        break;
      case PUNCH_HOLE:
        if (!keep) refuse("EOPNOTSUPP");
        this.content.forget(offset, end);
        break;
      case ZERO_RANGE:
        this.content.forget(offset, end);
        this.content.reserve(offset, end);
        break;
      default:
        refuse("EOPNOTSUPP");
    }
    if (!keep && end > this.content.size) this.content.resize(end);
    this.touch();
  }
}

class MemoryOpenFile implements OpenFile {
  private open = true;

  constructor(
    private readonly file: MemoryFile,
    private readonly options: OpenOptions,
  ) {
    file.hold();
  }

  read(offset: number, into: Uint8Array): number {
    if (!this.options.read) refuse("EBADF");
    return this.file.readAt(offset, into);
  }

  write(offset: number, from: Uint8Array, privileged: boolean): number {
    if (!this.options.write) refuse("EBADF");
    return this.file.writeAt(this.options.append ? this.file.size : offset, from, privileged);
  }

  allocate(offset: number, length: number, mode: number): void {
    if (!this.options.write) refuse("EBADF");
    this.file.allocate(offset, length, mode);
  }

  seek(offset: number, what: "data" | "hole"): number {
    if (offset >= this.file.size) refuse("ENXIO");
    const found = this.file.content.seek(offset, what === "data");
    return found ?? (what === "hole" ? this.file.size : refuse("ENXIO"));
  }

  sync(): void {}

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.file.release();
  }
}
