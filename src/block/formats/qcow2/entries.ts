// Entries of L2 tables: what each cluster of the disk is. With extended L2 entries a cluster has 32 subclusters, without it is its own
// only one, so the rest of the format need not tell them apart.

import { BlockError } from "../../interfaces.js";
import { hex } from "../image-file.js";

const COPIED = 0x80000000;
const COMPRESSED = 0x40000000;
const ZERO = 1;
/** Bits 9 to 55. */
const OFFSET_HIGH = 0x00ffffff;
const OFFSET_LOW = 0xfffffe00;

/** Entries of a level 1 table. */
export const MOST_L1: number = 4 << 20;

export interface Geometry {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly clusterSize: number;
  readonly extended: boolean;
  /** Of an L2 table. */
  readonly entries: number;
  readonly entrySize: 8 | 16;
  readonly subclusters: 1 | 32;
  readonly subclusterSize: number;
}

export function geometry(version: 2 | 3, clusterBits: number, extended: boolean): Geometry {
  const clusterSize = 2 ** clusterBits;
  const entrySize = extended ? 16 : 8;
  const subclusters = extended ? 32 : 1;
  return {
    version,
    clusterBits,
    clusterSize,
    extended,
    entries: clusterSize / entrySize,
    entrySize,
    subclusters,
    subclusterSize: clusterSize / subclusters,
  };
}

export interface Entry {
  /** Of the cluster in the file; 0: none. */
  readonly host: number;
  /** Nobody else refers to that cluster. */
  readonly copied: boolean;
  /** Its place in the file where it is packed. */
  readonly packed: { readonly offset: number; readonly length: number } | undefined;
  /** Subclusters whose data is in the file, a bit each. */
  readonly here: number;
  /** Subclusters that read as zeros. What is in neither set is in the backing file. */
  readonly zero: number;
}

export const ALL = 0xffffffff;

export const NOTHING: Entry = { host: 0, copied: false, packed: undefined, here: 0, zero: 0 };

/** All subclusters of a cluster. */
export function allOf({ subclusters }: Geometry): number {
  return subclusters === 1 ? 1 : ALL;
}

/** Offset and flag of an entry of L1 or L2, or of the refcount table. */
export function readOffset(view: DataView, at: number): { offset: number; copied: boolean } {
  const high = view.getUint32(at);
  return {
    offset: (high & OFFSET_HIGH) * 2 ** 32 + ((view.getUint32(at + 4) & OFFSET_LOW) >>> 0),
    copied: (high & COPIED) !== 0,
  };
}

export function writeOffset(view: DataView, at: number, offset: number, copied: boolean): void {
  view.setUint32(at, (Math.floor(offset / 2 ** 32) | (copied ? COPIED : 0)) >>> 0);
  view.setUint32(at + 4, offset % 2 ** 32);
}

/** Throws BlockError for what no image may have; `name` is the image's. */
export function readEntry(geometry: Geometry, view: DataView, index: number, name: string): Entry {
  const at = index * geometry.entrySize;
  const high = view.getUint32(at);
  const low = view.getUint32(at + 4);
  if ((high & COMPRESSED) !== 0) return packedEntry(geometry, high, low);
  const host = (high & OFFSET_HIGH) * 2 ** 32 + ((low & OFFSET_LOW) >>> 0);
  if (high === 0 && low === 0 && !geometry.extended) return NOTHING;
  if (host % geometry.clusterSize !== 0 || !Number.isSafeInteger(host)) {
    throw new BlockError(
      `${name} is damaged: an L2 entry has a cluster at ${hex(host)}, which is not the start of one`,
    );
  }
  const copied = (high & COPIED) !== 0;
  if (!geometry.extended) {
    const zero = geometry.version === 3 && (low & ZERO) !== 0 ? 1 : 0;
    return { host, copied, packed: undefined, here: host !== 0 && zero === 0 ? 1 : 0, zero };
  }
  const zero = view.getUint32(at + 8);
  const here = view.getUint32(at + 12);
  if ((zero & here) !== 0 || (host === 0 && here !== 0)) {
    const bits = `${hex(zero)} and ${hex(here)}`;
    throw new BlockError(`${name} is damaged: an L2 entry for the cluster at ${hex(host)} has the bitmaps ${bits}`);
  }
  return { host, copied, packed: undefined, here, zero };
}

function packedEntry({ clusterBits, subclusters }: Geometry, high: number, low: number): Entry {
  // The offset has 62 - (clusterBits - 8) bits, of which those above 32 are in `high`; the rest counts further sectors.
  const shift = 62 - (clusterBits - 8) - 32;
  const offset = (high & (2 ** shift - 1)) * 2 ** 32 + low;
  const sectors = ((high & 0x3fffffff) >>> shift) + 1;
  const packed = { offset, length: sectors * 512 - (offset % 512) };
  return { host: 0, copied: false, packed, here: subclusters === 1 ? 1 : ALL, zero: 0 };
}

export function writeEntry(geometry: Geometry, view: DataView, index: number, entry: Entry): void {
  const at = index * geometry.entrySize;
  if (entry.packed) {
    const { offset, length } = entry.packed;
    const shift = 62 - (geometry.clusterBits - 8) - 32;
    const sectors = Math.floor((offset + length - 1) / 512) - Math.floor(offset / 512);
    view.setUint32(at, (COMPRESSED | (sectors << shift) | Math.floor(offset / 2 ** 32)) >>> 0);
    view.setUint32(at + 4, offset % 2 ** 32);
    if (geometry.extended) {
      view.setUint32(at + 8, 0);
      view.setUint32(at + 12, 0);
    }
    return;
  }
  writeOffset(view, at, entry.host, entry.copied && entry.host !== 0);
  if (geometry.extended) {
    view.setUint32(at + 8, entry.zero >>> 0);
    view.setUint32(at + 12, entry.here >>> 0);
  } else if (entry.zero !== 0) view.setUint32(at + 4, (view.getUint32(at + 4) | ZERO) >>> 0);
}

/** Largest offset that an entry for a packed cluster can have. */
export function mostPackedOffset({ clusterBits }: Geometry): number {
  return 2 ** Math.min(53, 62 - (clusterBits - 8)) - 1;
}
