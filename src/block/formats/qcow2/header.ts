// The header of a qcow2 image (QEMU's docs/interop/qcow2.txt): what it says, checked, and how it is written.

import { BlockError } from "../../interfaces.js";
import { setU64be, u64be, utf8, viewOf } from "../bytes.js";
import type { Packing } from "../codec.js";

export const MAGIC = 0x514649fb;
/** Header, extensions and the backing file's name end within this: the smallest cluster that has room for a name of 1023 bytes. */
export const HEADER_V2 = 72;
export const HEADER_V3 = 112;
export const DIRTY = 1;
export const CORRUPT = 2;
const EXTERNAL_DATA = 4;
const COMPRESSION = 8;
export const EXTENDED_L2 = 16;
export const LAZY_REFCOUNTS = 1;
export const INCOMPATIBLE_AT = 72;
export const AUTOCLEAR_AT = 88;
export const SIZE_AT = 24;
export const L1_AT = 36;
export const REFCOUNT_TABLE_AT = 48;

export const EXTENSION_END = 0;
export const EXTENSION_BACKING_FORMAT = 0xe2792aca;
export const EXTENSION_FEATURES = 0x6803f857;
export const EXTENSION_BITMAPS = 0x23852875;
const EXTENSION_DATA_FILE = 0x44415441;

const MOST_L1_BYTES = 32 << 20;
const MOST_REFCOUNT_TABLE_BYTES = 8 << 20;
const MOST_SNAPSHOTS = 65536;
const MOST_NAME = 1023;

export interface Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  /** Of the disk, bytes. */
  readonly size: number;
  readonly l1Offset: number;
  /** Entries. */
  readonly l1Size: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  readonly snapshots: number;
  readonly snapshotsOffset: number;
  /** The low 32 bits of each set. */
  readonly incompatible: number;
  readonly compatible: number;
  readonly autoclear: number;
  readonly refcountOrder: number;
  readonly length: number;
  readonly packing: Packing;
  readonly extended: boolean;
  readonly backing: { readonly file: string; readonly format: string | undefined } | undefined;
  readonly hasBitmaps: boolean;
}

/** Bytes from the start of a file that parseHeader wants, at least where there are so many. */
export function headerBytes(head: Uint8Array): number {
  const bits = head.length >= 24 ? viewOf(head).getUint32(20) : 0;
  return bits >= 9 && bits <= 21 ? 2 ** bits : 512;
}

/** Throws BlockError naming the value that is wrong. `bytes` is the first cluster, or what there is of it. */
export function parseHeader(bytes: Uint8Array, name: string): Header {
  const refuse = (what: string): never => {
    throw new BlockError(`${name} ${what}`);
  };
  if (bytes.length < HEADER_V2) refuse(`is cut short: it has ${bytes.length} bytes, and a qcow2 header has 72`);
  const view = viewOf(bytes);
  if (view.getUint32(0) !== MAGIC) refuse("is not a qcow2 image");
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3)
    return refuse(`is a qcow2 image of version ${version}: versions 2 and 3 are supported`);
  const clusterBits = view.getUint32(20);
  if (clusterBits < 9 || clusterBits > 21)
    refuse(`says clusters of 2^${clusterBits} bytes, and 2^9 to 2^21 are possible`);
  const clusterSize = 2 ** clusterBits;
  const has = (end: number): boolean => end <= bytes.length;
  if (version === 3 && !has(104)) refuse(`is cut short: it has ${bytes.length} bytes, and its header more than 104`);
  const length = version === 3 ? view.getUint32(100) : HEADER_V2;
  if (version === 3 && (length < 104 || length > clusterSize || length % 8 !== 0 || !has(length))) {
    refuse(
      `says a header of ${length} bytes, in a file with ${bytes.length} bytes in its first cluster of ${clusterSize}`,
    );
  }
  const [incompatible, compatible, autoclear] =
    version === 3 ? [view.getUint32(76), view.getUint32(84), view.getUint32(92)] : [0, 0, 0];
  const unknownHigh = version === 3 ? view.getUint32(72) : 0;
  const extensions = parseExtensions(bytes, length, view.getUint32(12), refuse);
  const unknown = (incompatible & ~(DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION | EXTENDED_L2)) >>> 0;
  if (unknown !== 0 || unknownHigh !== 0)
    refuse(`needs features that are not known: ${featureNames(extensions, unknown, unknownHigh)}`);
  const crypt = view.getUint32(32);
  if (crypt !== 0) {
    refuse(
      `is encrypted (${["", "AES", "LUKS"][crypt] ?? `method ${crypt}`}), which is not supported: decrypt it (qemu-img convert)`,
    );
  }
  if ((incompatible & EXTERNAL_DATA) !== 0) {
    const file = extensions.get(EXTENSION_DATA_FILE);
    refuse(
      `keeps its data in another file${file ? ` ('${utf8(file)}')` : ""}, which is not supported: put it into one (qemu-img convert -O qcow2)`,
    );
  }
  const refcountOrder = version === 3 ? view.getUint32(96) : 4;
  if (refcountOrder > 6) refuse(`says refcounts of 2^${refcountOrder} bits, and up to 2^6 are possible`);
  const packingNumber = (incompatible & COMPRESSION) !== 0 && length > 104 ? view.getUint8(104) : 0;
  if (packingNumber > 1) refuse(`says clusters packed by method ${packingNumber}: 0 (zlib) and 1 (zstd) are known`);
  const extended = (incompatible & EXTENDED_L2) !== 0;
  if (extended && clusterBits < 14)
    refuse(`has extended L2 entries with clusters of ${clusterSize} bytes, which must be 16384 at least`);

  const whole = (what: string, at: number): number => {
    const value = u64be(view, at);
    if (!Number.isSafeInteger(value)) refuse(`says ${what} 0x${value.toString(16)}, which no file has`);
    return value;
  };
  const table = (what: string, at: number): number => {
    const offset = whole(`a ${what} at`, at);
    if (offset % clusterSize !== 0)
      refuse(`says a ${what} at 0x${offset.toString(16)}, which is not the start of a cluster`);
    return offset;
  };
  const size = whole("a size of", SIZE_AT);
  const l1Size = view.getUint32(L1_AT);
  if (l1Size * 8 > MOST_L1_BYTES)
    refuse(`says an L1 table of ${l1Size} entries, and ${MOST_L1_BYTES / 8} are the most`);
  const covered = (clusterSize * clusterSize) / (extended ? 16 : 8);
  if (l1Size < Math.ceil(size / covered)) {
    refuse(
      `says a size of ${size} bytes and an L1 table of ${l1Size} entries, which is enough for ${l1Size * covered}`,
    );
  }
  const refcountTableClusters = view.getUint32(56);
  if (refcountTableClusters * clusterSize > MOST_REFCOUNT_TABLE_BYTES) {
    refuse(
      `says a refcount table of ${refcountTableClusters} clusters, which is more than ${MOST_REFCOUNT_TABLE_BYTES} bytes`,
    );
  }
  if (refcountTableClusters === 0) refuse("says a refcount table of 0 clusters");
  const snapshots = view.getUint32(60);
  if (snapshots > MOST_SNAPSHOTS) refuse(`says ${snapshots} snapshots, and ${MOST_SNAPSHOTS} are the most`);
  return {
    version,
    clusterBits,
    size,
    l1Offset: table("L1 table", 40),
    l1Size,
    refcountTableOffset: table("refcount table", REFCOUNT_TABLE_AT),
    refcountTableClusters,
    snapshots,
    snapshotsOffset: snapshots > 0 ? table("snapshot table", 64) : 0,
    incompatible,
    compatible,
    autoclear,
    refcountOrder,
    length,
    packing: packingNumber === 1 ? "zstd" : "zlib",
    extended,
    backing: parseBacking(bytes, view, extensions, refuse),
    hasBitmaps: extensions.has(EXTENSION_BITMAPS) && (autoclear & 1) !== 0,
  };
}

type Refuse = (what: string) => never;

function parseBacking(bytes: Uint8Array, view: DataView, extensions: Extensions, refuse: Refuse): Header["backing"] {
  const offset = u64be(view, 8);
  if (offset === 0) return undefined;
  const length = view.getUint32(16);
  if (length > MOST_NAME || offset + length > bytes.length) {
    refuse(`says that the name of its backing file is ${length} bytes at 0x${offset.toString(16)}, outside its header`);
  }
  if (length === 0) return undefined;
  const format = extensions.get(EXTENSION_BACKING_FORMAT);
  return {
    file: utf8(bytes.subarray(offset, offset + length)),
    format: format && format.length > 0 ? utf8(format) : undefined,
  };
}

type Extensions = ReadonlyMap<number, Uint8Array>;

/** The header extensions, up to the backing file's name where there is one. */
function parseExtensions(bytes: Uint8Array, start: number, nameOffset: number, refuse: Refuse): Extensions {
  const found = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  const end = nameOffset > start && nameOffset <= bytes.length ? nameOffset : bytes.length;
  for (let at = start; at + 8 <= end; ) {
    const type = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (type === EXTENSION_END) break;
    if (length > end - at - 8)
      refuse(`has a header extension 0x${type.toString(16)} of ${length} bytes, more than its header has room for`);
    found.set(type, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return found;
}

/** Features named in a sentence. */
const MOST_NAMES = 4;

/** Names of incompatible features, out of the image's own table where that has them. */
function featureNames(extensions: Extensions, low: number, high: number): string {
  const table = extensions.get(EXTENSION_FEATURES) ?? new Uint8Array(0);
  const names: string[] = [];
  for (let bit = 0; bit < 64; bit++) {
    if (((bit < 32 ? low : high) & (1 << (bit % 32))) === 0) continue;
    let name = `bit ${bit}`;
    for (let at = 0; at + 48 <= table.length; at += 48) {
      if (table[at] === 0 && table[at + 1] === bit) name = utf8(table.subarray(at + 2, at + 48)).replace(/\0+$/, "");
    }
    names.push(name);
  }
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** What a new image's header is made of. */
export interface NewHeader {
  version: 2 | 3;
  clusterBits: number;
  size: number;
  l1Offset: number;
  l1Size: number;
  refcountTableOffset: number;
  refcountTableClusters: number;
  refcountOrder: number;
  packing: Packing;
  extended: boolean;
  lazyRefcounts: boolean;
  backing?: { file: Uint8Array; format: string | undefined } | undefined;
}

const FEATURES: readonly (readonly [kind: number, bit: number, name: string])[] = [
  [0, 0, "dirty bit"],
  [0, 1, "corrupt bit"],
  [0, 2, "external data file"],
  [0, 3, "compression type"],
  [0, 4, "extended L2 entries"],
  [1, 0, "lazy refcounts"],
  [2, 0, "bitmaps"],
  [2, 1, "raw external data"],
];

/** The first cluster of an image. Throws BlockError when the backing file's name does not fit. */
export function makeHeader(header: NewHeader): Uint8Array {
  const bytes = new Uint8Array(2 ** header.clusterBits);
  const view = viewOf(bytes);
  const v3 = header.version === 3;
  view.setUint32(0, MAGIC);
  view.setUint32(4, header.version);
  view.setUint32(20, header.clusterBits);
  setU64be(view, SIZE_AT, header.size);
  view.setUint32(L1_AT, header.l1Size);
  setU64be(view, 40, header.l1Offset);
  setU64be(view, REFCOUNT_TABLE_AT, header.refcountTableOffset);
  view.setUint32(56, header.refcountTableClusters);
  if (v3) {
    const incompatible = (header.packing === "zstd" ? COMPRESSION : 0) | (header.extended ? EXTENDED_L2 : 0);
    view.setUint32(76, incompatible);
    view.setUint32(84, header.lazyRefcounts ? LAZY_REFCOUNTS : 0);
    view.setUint32(96, header.refcountOrder);
    view.setUint32(100, HEADER_V3);
    view.setUint8(104, header.packing === "zstd" ? 1 : 0);
  }
  writeExtensions(bytes, v3 ? HEADER_V3 : HEADER_V2, v3, header.backing);
  return bytes;
}

/** Replaces the extensions and the backing file's name. */
export function writeExtensions(bytes: Uint8Array, start: number, v3: boolean, backing: NewHeader["backing"]): void {
  const view = viewOf(bytes);
  bytes.fill(0, start);
  let at = start;
  const room = (length: number): void => {
    if (at + length > bytes.length)
      throw new BlockError(
        `The header has no room for the name of the backing file in a cluster of ${bytes.length} bytes`,
      );
  };
  const extension = (type: number, data: Uint8Array): void => {
    const padded = Math.ceil(data.length / 8) * 8;
    room(8 + padded);
    view.setUint32(at, type);
    view.setUint32(at + 4, data.length);
    bytes.set(data, at + 8);
    at += 8 + padded;
  };
  if (backing?.format !== undefined) {
    extension(
      EXTENSION_BACKING_FORMAT,
      Uint8Array.from(backing.format, (char) => char.charCodeAt(0)),
    );
  }
  if (v3 && bytes.length - at >= 8 + FEATURES.length * 48 + 8 + (backing?.file.length ?? 0))
    extension(EXTENSION_FEATURES, featureTable());
  room(8);
  at += 8;
  if (backing && backing.file.length > 0) {
    if (backing.file.length > MOST_NAME)
      throw new BlockError(
        `The name of the backing file has ${backing.file.length} bytes, and ${MOST_NAME} are the most`,
      );
    room(backing.file.length);
    bytes.set(backing.file, at);
    setU64be(view, 8, at);
    view.setUint32(16, backing.file.length);
  } else {
    setU64be(view, 8, 0);
    view.setUint32(16, 0);
  }
}

function featureTable(): Uint8Array {
  const table = new Uint8Array(FEATURES.length * 48);
  for (const [k, [kind, bit, name]] of FEATURES.entries()) {
    table[k * 48] = kind;
    table[k * 48 + 1] = bit;
    for (let i = 0; i < name.length; i++) table[k * 48 + 2 + i] = name.charCodeAt(i);
  }
  return table;
}
