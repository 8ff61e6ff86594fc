import { u64le, utf8 } from "./bytes.js";
import type { Codec } from "./codec.js";
import { hex, type ImageFile } from "./image-file.js";
import type { Place } from "./sparse-image.js";
import type { Steps } from "./steps.js";

const SECTOR = 512;
const MAGIC = 0x564d444b;
const HAS_ZERO_GRAINS = 4;
const PACKED = 0x10000;
const MARKERS = 0x20000;
/** The directory is said in a copy of the header at the end. */
const AT_END = 2 ** 64;
const MOST_TEXT = 2 ** 20;
const MOST_DIRECTORY = 2 ** 22;
/** Tables of grains in memory. */
const TABLES = 64;
const UNPACKED = 4;

export interface SparseExtent {
  readonly size: number;
  /** Bytes. */
  readonly grain: number;
  /** The description, where it is here. */
  readonly text: string | undefined;
  locate(offset: number): Steps<Place>;
}

export function* openSparse(file: ImageFile, codec: Codec): Steps<SparseExtent> {
  const refuse = (what: string): never => file.refuse(what);
  const read = (what: string, offset: number, length: number): Steps<DataView> => file.part(what, offset, length);
  let header = yield* read("header", 0, SECTOR);
  if (header.getUint32(0, true) !== MAGIC) refuse("is not a sparse VMDK extent");
  if (u64le(header, 56) >= AT_END - 4096) {
    // Footer, then a marker of the end.
    header = yield* read("footer", file.size - 2 * SECTOR, SECTOR);
    if (header.getUint32(0, true) !== MAGIC)
      refuse("is cut short: the directory is said in a footer, and there is none");
  }
  const version = header.getUint32(4, true);
  if (version < 1 || version > 3) refuse(`is a VMDK image of version ${version}: 1 to 3 are supported`);
  const flags = header.getUint32(8, true);
  const sectors = u64le(header, 12);
  const grainSectors = u64le(header, 20);
  const perTable = header.getUint32(44, true);
  if (sectors > 2 ** 42) refuse(`says ${sectors} sectors`);
  if (grainSectors < 1 || grainSectors > 2 ** 15 || (grainSectors & (grainSectors - 1)) !== 0)
    refuse(`says grains of ${grainSectors} sectors`);
  if (perTable < 1 || perTable > 2 ** 16) refuse(`says tables of ${perTable} grains`);
  const packed = (flags & PACKED) !== 0;
  if (packed && header.getUint16(77, true) !== 1)
    refuse(`says grains packed by method ${header.getUint16(77, true)}: 1 (deflate) is known`);
  const grain = grainSectors * SECTOR;
  const entries = Math.ceil(sectors / (grainSectors * perTable));
  if (entries > MOST_DIRECTORY) refuse(`says a directory of ${entries} tables`);
  const directory = yield* read("directory of grains", u64le(header, 56) * SECTOR, entries * 4);
  const textLength = u64le(header, 36) * SECTOR;
  let text: string | undefined;
  if (u64le(header, 28) !== 0 && textLength > 0 && textLength <= MOST_TEXT) {
    const bytes = yield* read("description", u64le(header, 28) * SECTOR, textLength);
    const zero = new Uint8Array(bytes.buffer).indexOf(0);
    text = utf8(new Uint8Array(bytes.buffer).subarray(0, zero < 0 ? undefined : zero));
  }
  const tables = new Map<number, DataView>();
  const grains = new Map<number, Uint8Array>();
  const entry = function* (index: number): Steps<number> {
    const place = directory.getUint32(Math.floor(index / perTable) * 4, true);
    if (place === 0) return 0;
    let table = tables.get(place);
    if (!table) {
      table = yield* read("table of grains", place * SECTOR, perTable * 4);
      keep(tables, place, table, TABLES);
    }
    return table.getUint32((index % perTable) * 4, true);
  };
  const unpack = function* (place: number): Steps<Uint8Array> {
    const known = grains.get(place);
    if (known) return known;
    const marker = (flags & MARKERS) !== 0 ? 12 : 0;
    const head = yield* read("packed grain", place * SECTOR, Math.max(marker, 1));
    const length = marker > 0 ? head.getUint32(8, true) : grain;
    if (length > 2 * grain + SECTOR)
      refuse(`is damaged: the packed grain at ${hex(place * SECTOR)} has ${length} bytes`);
    const bytes = yield* read("packed grain", place * SECTOR + marker, length);
    try {
      // In a wrapping of two bytes (RFC 1950).
      const whole = codec.unpack("zlib", new Uint8Array(bytes.buffer).subarray(2), grain);
      keep(grains, place, whole, UNPACKED);
      return whole;
    } catch (error) {
      return refuse(
        `is damaged: the packed grain at ${hex(place * SECTOR)} cannot be unpacked (${(error as Error).message})`,
      );
    }
  };
  return {
    size: sectors * SECTOR,
    grain,
    text,
    *locate(offset) {
      const within = offset % grain;
      const length = Math.min(grain - within, sectors * SECTOR - offset);
      const place = yield* entry((offset - within) / grain);
      if (place === 1 && (flags & HAS_ZERO_GRAINS) !== 0) return { length, offset: undefined, zero: true };
      if (place === 0) return { length, offset: undefined };
      if (!packed) return { length, offset: place * SECTOR + within };
      return { length, offset: undefined, bytes: (yield* unpack(place)).subarray(within) };
    },
  };
}

function keep<T>(map: Map<number, T>, key: number, value: T, most: number): void {
  map.set(key, value);
  for (const other of map.keys()) {
    if (map.size <= most) break;
    map.delete(other);
  }
}
