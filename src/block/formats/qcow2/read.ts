// Reading: what of the disk is in the file, what is zeros, and what is in the backing file.

import { type BlockBackend, BlockError } from "../../interfaces.js";
import type { Codec, Packing } from "../codec.js";
import { hex, type ImageFile } from "../image-file.js";
import { reads, type Steps } from "../steps.js";
import type { Entry, Geometry } from "./entries.js";
import type { Level1 } from "./l2.js";

/** Unpacked clusters that are kept: who reads one reads the next sector of it. */
const KEPT = 4;

export interface ReaderParts {
  readonly file: ImageFile;
  readonly geometry: Geometry;
  readonly level1: Level1;
  readonly backing: BlockBackend | undefined;
  readonly codec: Codec;
  readonly packing: Packing;
}

interface Part {
  readonly image: BlockBackend;
  offset: number;
  into: Uint8Array;
}

export class Reader {
  private readonly unpacked = new Map<number, Uint8Array>();

  constructor(private readonly parts: ReaderParts) {}

  *read(offset: number, into: Uint8Array): Steps<void> {
    const { clusterSize } = this.parts.geometry;
    const parts: Part[] = [];
    for (let at = 0; at < into.length; ) {
      const within = (offset + at) % clusterSize;
      const length = Math.min(clusterSize - within, into.length - at);
      const cluster = (offset + at - within) / clusterSize;
      const entry = yield* this.parts.level1.entry(cluster);
      yield* this.collect(entry, cluster, within, into, at, length, parts);
      at += length;
    }
    if (parts.length > 0) yield reads(parts);
  }

  /** Part of a cluster as its entry has it. */
  *range(entry: Entry, cluster: number, within: number, into: Uint8Array): Steps<void> {
    const parts: Part[] = [];
    yield* this.collect(entry, cluster, within, into, 0, into.length, parts);
    if (parts.length > 0) yield reads(parts);
  }

  /** A packed cluster was freed: its place may get another. */
  forget(): void {
    this.unpacked.clear();
  }

  /** Fills in what is known, and notes what has to be read. */
  private *collect(
    entry: Entry,
    cluster: number,
    within: number,
    into: Uint8Array,
    at: number,
    length: number,
    parts: Part[],
  ): Steps<void> {
    const { clusterSize, subclusterSize } = this.parts.geometry;
    if (entry.packed) {
      const bytes = yield* this.unpack(entry.packed);
      into.set(bytes.subarray(within, within + length), at);
      return;
    }
    const end = within + length;
    for (let start = within; start < end; ) {
      const bit = Math.floor(start / subclusterSize);
      const stop = Math.min(end, (bit + 1) * subclusterSize);
      const place = at + start - within;
      const piece = into.subarray(place, place + stop - start);
      if ((entry.zero & (1 << bit)) !== 0) piece.fill(0);
      else if ((entry.here & (1 << bit)) !== 0) this.fromFile(entry.host + start, piece, into, parts);
      else this.fromBacking(cluster * clusterSize + start, piece, into, parts);
      start = stop;
    }
  }

  private fromFile(offset: number, piece: Uint8Array, into: Uint8Array, parts: Part[]): void {
    const { file } = this.parts;
    if (offset >= file.size) {
      throw new BlockError(
        `${file.name} is damaged or cut short: a cluster is at ${hex(offset)}, and the file has ${file.size} bytes`,
      );
    }
    const inside = Math.min(piece.length, file.size - offset);
    piece.fill(0, inside);
    add(parts, file.base, offset, piece.subarray(0, inside), into);
  }

  private fromBacking(offset: number, piece: Uint8Array, into: Uint8Array, parts: Part[]): void {
    const { backing } = this.parts;
    const inside = backing ? Math.max(0, Math.min(piece.length, backing.size - offset)) : 0;
    piece.fill(0, inside);
    if (inside > 0) add(parts, backing!, offset, piece.subarray(0, inside), into);
  }

  private *unpack({ offset, length }: { offset: number; length: number }): Steps<Uint8Array> {
    const known = this.unpacked.get(offset);
    if (known) return known;
    const { file, codec, packing, geometry } = this.parts;
    // The last sector may be behind the end of the file.
    file.needs("packed cluster", offset, 1);
    const packed = new Uint8Array(length);
    yield file.read(offset, packed);
    let bytes: Uint8Array;
    try {
      bytes = codec.unpack(packing, packed, geometry.clusterSize);
      if (bytes.length !== geometry.clusterSize) throw new Error(`it has ${bytes.length} bytes`);
    } catch (error) {
      if (error instanceof BlockError) throw error;
      throw new BlockError(
        `${file.name} is damaged: the packed cluster at ${hex(offset)} cannot be unpacked (${(error as Error).message})`,
      );
    }
    this.unpacked.set(offset, bytes);
    for (const other of this.unpacked.keys()) {
      if (this.unpacked.size <= KEPT) break;
      this.unpacked.delete(other);
    }
    return bytes;
  }
}

/** Neighbours become one. */
function add(parts: Part[], image: BlockBackend, offset: number, piece: Uint8Array, into: Uint8Array): void {
  const last = parts.at(-1);
  if (
    last?.image === image &&
    last.offset + last.into.length === offset &&
    last.into.byteOffset + last.into.length === piece.byteOffset
  ) {
    last.into = new Uint8Array(into.buffer, last.into.byteOffset, last.into.length + piece.length);
    return;
  }
  parts.push({ image, offset, into: piece });
}
