// A folder of simulated files for tests of layers: until a file is flushed, a cut of the power keeps any part of what was written to it.

import { BlockError } from "../interfaces.js";
import type { SyncFile, SyncFolder } from "./files.js";

const SECTOR = 512;

export class CutFolder implements SyncFolder {
  readonly name = "test";
  readonly files = new Map<string, CutFile>();

  async list(): Promise<string[]> {
    return [...this.files.keys()];
  }

  async open(name: string): Promise<CutFile> {
    const file = this.files.get(name) ?? new CutFile();
    if (file.open) throw new BlockError("overlay 'test' is in use");
    file.open = true;
    this.files.set(name, file);
    return file;
  }

  /** `below(n)` is a random whole number below n. */
  cut(below: (n: number) => number): void {
    for (const file of this.files.values()) file.cut(below);
  }
}

export class CutFile implements SyncFile {
  open = false;
  /** Whether the next write finds no room, and the next flush fails. */
  full = (): boolean => false;
  broken = (): boolean => false;
  bytes = new Uint8Array();
  private durable = new Uint8Array();
  private readonly dirty = new Set<number>();

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, into: Uint8Array): number {
    const part = this.bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }

  write(offset: number, from: Uint8Array): void {
    if (this.full()) throw new BlockError("no room", true);
    if (offset + from.length > this.bytes.length) this.resize(offset + from.length);
    this.bytes.set(from, offset);
    for (let n = Math.floor(offset / SECTOR); n * SECTOR < offset + from.length; n++) this.dirty.add(n);
  }

  truncate(size: number): void {
    const before = this.bytes.length;
    this.resize(size);
    for (let n = Math.floor(Math.min(size, before) / SECTOR); n * SECTOR < Math.max(size, before); n++)
      this.dirty.add(n);
  }

  flush(): void {
    if (this.broken()) throw new BlockError("EIO");
    this.durable = this.bytes.slice();
    this.dirty.clear();
  }

  close(): void {
    this.open = false;
  }

  /** Some sectors written since the last flush are there, and the file has its new size or its old one. */
  cut(below: (n: number) => number): void {
    const size = below(2) ? this.bytes.length : this.durable.length;
    const kept = new Uint8Array(size);
    kept.set(this.durable.subarray(0, size));
    for (const n of this.dirty) {
      const start = n * SECTOR;
      if (below(2) && start < size) kept.set(this.bytes.subarray(start, Math.min(start + SECTOR, size)), start);
    }
    this.bytes = kept;
    this.flush();
    this.open = false;
  }

  private resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
  }
}
