// A disk that is only read and lies in its file block by block: what the formats of other programs have in common.

import { type BlockBackend, BlockError } from "../interfaces.js";
import { checkRange } from "../range.js";
import { ReadOnlyBackend } from "../readonly.js";
import type { FormatImage } from "./format.js";
import { hex, type ImageFile } from "./image-file.js";
import { LATER, reads, runLater, runNow, type Steps } from "./steps.js";

/** Where a part of a disk is; `length` bytes at most. */
export interface Place {
  readonly length: number;
  /** In the file; undefined: zeros, or what is below. */
  readonly offset: number | undefined;
  /** In memory. */
  readonly bytes?: Uint8Array;
  /** Another file than the image's own. */
  readonly file?: BlockBackend;
  /** Zeros, whatever is below. */
  readonly zero?: boolean;
}

export interface Layout {
  readonly format: string;
  readonly size: number;
  readonly clusterSize?: number;
  readonly backing?: { readonly file: string; readonly format: string | undefined } | undefined;
  /** Where the bytes from `offset` on are. */
  locate(offset: number): Place | Steps<Place>;
}

export class SparseImage extends ReadOnlyBackend implements FormatImage {
  readonly format: string;
  readonly size: number;
  readonly clusterSize?: number;
  readonly backing: Layout["backing"];

  /** `others` are closed with it; `below` is where the disk has nothing of its own. */
  constructor(
    private readonly file: ImageFile,
    private readonly layout: Layout,
    private readonly others: readonly BlockBackend[] = [],
    private readonly below?: BlockBackend,
  ) {
    super();
    this.format = layout.format;
    this.size = layout.size;
    if (layout.clusterSize !== undefined) this.clusterSize = layout.clusterSize;
    this.backing = layout.backing;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange("Read", this.size, offset, into.length);
    await runLater(this.steps(offset, into));
  }

  readSync(offset: number, into: Uint8Array): boolean {
    checkRange("Read", this.size, offset, into.length);
    return runNow(this.steps(offset, into)) !== LATER;
  }

  override async close(): Promise<void> {
    for (const image of [this.file.base, ...this.others, this.below]) await image?.close();
  }

  private *steps(offset: number, into: Uint8Array): Steps<void> {
    const parts: { image: BlockBackend; offset: number; into: Uint8Array }[] = [];
    for (let at = 0; at < into.length; ) {
      const found = this.layout.locate(offset + at);
      const place = "next" in found ? yield* found : found;
      const piece = into.subarray(at, at + Math.min(place.length, into.length - at));
      if (place.bytes) piece.set(place.bytes.subarray(0, piece.length));
      else if (place.offset !== undefined) parts.push(this.part(place.file ?? this.file.base, place.offset, piece));
      else this.nothing(offset + at, piece, place, parts);
      at += piece.length;
    }
    if (parts.length > 0) yield reads(parts);
  }

  private part(
    image: BlockBackend,
    offset: number,
    into: Uint8Array,
  ): { image: BlockBackend; offset: number; into: Uint8Array } {
    if (offset >= image.size || !Number.isSafeInteger(offset)) {
      throw new BlockError(
        `${this.file.name} is damaged or cut short: a block is at ${hex(offset)}, and the file has ${image.size} bytes`,
      );
    }
    const inside = Math.min(into.length, image.size - offset);
    into.fill(0, inside);
    return { image, offset, into: into.subarray(0, inside) };
  }

  private nothing(
    offset: number,
    piece: Uint8Array,
    { zero }: Place,
    parts: { image: BlockBackend; offset: number; into: Uint8Array }[],
  ): void {
    const inside = this.below && !zero ? Math.max(0, Math.min(piece.length, this.below.size - offset)) : 0;
    piece.fill(0, inside);
    if (inside > 0) parts.push({ image: this.below!, offset, into: piece.subarray(0, inside) });
  }
}
