// An image that is fetched piece by piece as it is read: a boot reads a small part of a disk. Pieces stay here once they have
// come. Read-only; an overlay takes the writes.

import { DISK_AHEAD_PIECES, DISK_PIECE_BYTES } from "../../tuning/host.js";
import { checkRange } from "../range.js";
import { ReadOnlyBackend } from "../readonly.js";
import { SparseMemory } from "./sparse.js";

/** Resolves to exactly `length` bytes from `offset`; rejects with what the guest's failed read is to be called. */
export type FetchPiece = (offset: number, length: number) => Promise<Uint8Array>;

export class OnDemandImage extends ReadOnlyBackend {
  private readonly here: SparseMemory;
  private readonly present: Uint8Array;
  /** Fetches under way, by piece. */
  private readonly coming = new Map<number, Promise<void>>();
  /** The piece behind the last fetch, and how many that one had: who reads on gets more at once. */
  private following = 0;
  private fetched = 0;

  /** `size` in bytes; `start` are bytes that are known already, from the first one on: whole pieces, or all. */
  constructor(
    readonly size: number,
    private readonly fetch: FetchPiece,
    start: Uint8Array = new Uint8Array(0),
  ) {
    super();
    this.here = new SparseMemory(size);
    this.present = new Uint8Array(Math.ceil(size / DISK_PIECE_BYTES));
    this.here.writeSync(0, start);
    const known = start.length === size ? this.present.length : Math.floor(start.length / DISK_PIECE_BYTES);
    this.present.fill(1, 0, known);
    this.following = this.fetched = known;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange("Read", this.size, offset, into.length);
    await this.bring(offset, into.length);
    this.here.readSync(offset, into);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    checkRange("Read", this.size, offset, into.length);
    const [first, end] = pieces(offset, into.length);
    for (let piece = first; piece < end; piece++) if (!this.present[piece]) return false;
    return this.here.readSync(offset, into);
  }

  override close(): Promise<void> {
    return this.here.close();
  }

  private async bring(offset: number, length: number): Promise<void> {
    const [first, end] = pieces(offset, length);
    const waiting: Promise<void>[] = [];
    for (let piece = first; piece < end; piece++) {
      if (this.present[piece]) continue;
      waiting.push(this.coming.get(piece) ?? this.request(piece, end));
    }
    await Promise.all(waiting);
  }

  /** Fetches what is missing from a piece on: up to `end`, and beyond where the last fetch ended here. */
  private request(piece: number, end: number): Promise<void> {
    const ahead = piece === this.following ? Math.min(2 * this.fetched, DISK_AHEAD_PIECES) : 1;
    const most = Math.min(Math.max(end, piece + ahead), this.present.length);
    let behind = piece + 1;
    while (behind < most && !this.present[behind] && !this.coming.has(behind)) behind++;
    this.following = behind;
    this.fetched = behind - piece;
    const loading = this.load(piece, behind).finally(() => {
      for (let k = piece; k < behind; k++) this.coming.delete(k);
    });
    for (let k = piece; k < behind; k++) this.coming.set(k, loading);
    return loading;
  }

  private async load(piece: number, behind: number): Promise<void> {
    const offset = piece * DISK_PIECE_BYTES;
    const bytes = await this.fetch(offset, Math.min(behind * DISK_PIECE_BYTES, this.size) - offset);
    this.here.writeSync(offset, bytes);
    this.present.fill(1, piece, behind);
  }
}

/** The pieces that a range lies in: the first, and the one behind the last. */
function pieces(offset: number, length: number): [number, number] {
  return [Math.floor(offset / DISK_PIECE_BYTES), Math.ceil((offset + length) / DISK_PIECE_BYTES)];
}
