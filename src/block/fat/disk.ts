// A tree of files as a disk that is only read: a partition table and one FAT32 file system. Files lie one behind the other and are read when
// they are asked for.

import { type BlockBackend, BlockError } from "../interfaces.js";
import { checkRange } from "../range.js";
import { ReadOnlyBackend } from "../readonly.js";
import { ENTRY_BYTES, longEntries, MOST_UNITS, shortName, writeShort } from "./names.js";

export interface FatFile {
  readonly name: string;
  readonly modified: Date;
  readonly size: number;
  read(offset: number, into: Uint8Array): Promise<void>;
}

export interface FatFolder {
  readonly name: string;
  readonly modified: Date;
  readonly entries: readonly (FatFile | FatFolder)[];
}

const SECTOR = 512;
/** Sectors before the partition, and in it before the first table. */
const BEFORE = 2048;
const RESERVED = 32;
/** Fewer clusters would be FAT16. */
const LEAST_CLUSTERS = 66_000;
const MOST_CLUSTERS = 1 << 21;
const MOST_FILE = 0xffffffff;
const END = 0x0fffffff;
const DIRECTORY = 0x10;
const FIRST = 2;
const LABEL = "WASMACHINE ";

interface Segment {
  readonly offset: number;
  readonly length: number;
  readonly bytes?: Uint8Array;
  readonly file?: FatFile;
}

const isFolder = (entry: FatFile | FatFolder): entry is FatFolder => "entries" in entry;

/** Throws BlockError for a file that such a file system cannot have. */
export function fatDisk(root: FatFolder): BlockBackend {
  let perCluster = 8;
  let plan = new Plan(root, perCluster * SECTOR);
  for (; plan.clusters > MOST_CLUSTERS && perCluster < 64; ) {
    perCluster *= 2;
    plan = new Plan(root, perCluster * SECTOR);
  }
  const clusters = Math.max(LEAST_CLUSTERS, plan.clusters + 16);
  const tableSectors = Math.ceil(((clusters + FIRST) * 4) / SECTOR);
  const sectors = RESERVED + 2 * tableSectors + clusters * perCluster;
  const data = (BEFORE + RESERVED + 2 * tableSectors) * SECTOR;
  const table = new Uint8Array(tableSectors * SECTOR);
  plan.writeTable(new DataView(table.buffer));
  const boot = bootSector(sectors, tableSectors, perCluster);
  const at = (sector: number, bytes: Uint8Array): Segment => ({
    ...{ offset: (BEFORE + sector) * SECTOR, length: bytes.length, bytes },
  });
  const segments: Segment[] = [
    { offset: 0, length: SECTOR, bytes: partitionTable(sectors) },
    ...[at(0, boot), at(1, infoSector(clusters - plan.clusters, plan.clusters)), at(6, boot)],
    ...[at(RESERVED, table), at(RESERVED + tableSectors, table)],
    ...plan.segments.map((segment) => ({ ...segment, offset: data + segment.offset })),
  ];
  return new SegmentDisk((BEFORE + sectors) * SECTOR, segments);
}

/** Where each file and folder lies. */
class Plan {
  clusters = 0;
  readonly segments: Segment[] = [];
  /** The first cluster of each chain, and how many it has. */
  private readonly chains: { first: number; count: number }[] = [];

  constructor(
    root: FatFolder,
    private readonly clusterBytes: number,
  ) {
    this.folder(root, undefined);
  }

  writeTable(view: DataView): void {
    view.setUint32(0, 0x0ffffff8, true);
    view.setUint32(4, END, true);
    for (const { first, count } of this.chains) {
      for (let k = 0; k < count; k++) view.setUint32((first + k) * 4, k === count - 1 ? END : first + k + 1, true);
    }
  }

  private take(bytes: number): number {
    const first = FIRST + this.clusters;
    const count = Math.ceil(bytes / this.clusterBytes);
    this.clusters += count;
    this.chains.push({ first, count });
    return first;
  }

  private place(cluster: number): number {
    return (cluster - FIRST) * this.clusterBytes;
  }

  private folder(folder: FatFolder, parent: number | undefined): number {
    const taken = new Set<string>();
    const names = folder.entries.map((entry) => {
      if (entry.name.length > MOST_UNITS)
        throw new BlockError(`fat: the name '${entry.name}' has more than 255 characters`);
      const short = shortName(entry.name, taken);
      return { entry, short, long: longEntries(entry.name, short) };
    });
    const entries = names.reduce((sum, { long }) => sum + long.length / ENTRY_BYTES + 1, parent === undefined ? 1 : 2);
    // An entry of zeros ends it.
    const bytes = new Uint8Array((entries + 1) * ENTRY_BYTES);
    const first = this.take(bytes.length);
    this.segments.push({ offset: this.place(first), length: bytes.length, bytes });
    let at = 0;
    const add = (short: string, attributes: number, cluster: number, size: number, modified: Date): void => {
      const entry = bytes.subarray(at, at + ENTRY_BYTES);
      writeShort(entry, short);
      entry[11] = attributes;
      const view = new DataView(bytes.buffer, at, ENTRY_BYTES);
      const [date, time] = stamp(modified);
      view.setUint16(20, cluster >>> 16, true);
      view.setUint16(26, cluster & 0xffff, true);
      view.setUint32(28, size, true);
      for (const [place, value] of [
        [14, time],
        [16, date],
        [18, date],
        [22, time],
        [24, date],
      ] as const) {
        view.setUint16(place, value, true);
      }
      at += ENTRY_BYTES;
    };
    if (parent === undefined) add(LABEL, 0x08, 0, 0, folder.modified);
    else {
      add(".".padEnd(11), DIRECTORY, first, 0, folder.modified);
      add("..".padEnd(11), DIRECTORY, parent === FIRST ? 0 : parent, 0, folder.modified);
    }
    for (const { entry, short, long } of names) {
      bytes.set(long, at);
      at += long.length;
      if (isFolder(entry)) add(short, DIRECTORY, this.folder(entry, first), 0, entry.modified);
      else add(short, 0x20, this.file(entry), entry.size, entry.modified);
    }
    return first;
  }

  private file(file: FatFile): number {
    if (file.size > MOST_FILE)
      throw new BlockError(`fat: '${file.name}' has ${file.size} bytes: files of FAT have less than 4 GiB`);
    if (file.size === 0) return 0;
    const first = this.take(file.size);
    this.segments.push({ offset: this.place(first), length: file.size, file });
    return first;
  }
}

/** Date and time, in steps of two seconds since 1980. */
function stamp(when: Date): [number, number] {
  const year = Math.min(127, Math.max(0, when.getUTCFullYear() - 1980));
  const date = (year << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate();
  return [date, (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1)];
}

function partitionTable(sectors: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  view.setUint32(440, 0xbe1afdfa, true);
  // Cylinders say nothing of such a disk.
  bytes.set([0, 0xfe, 0xff, 0xff, 0x0c, 0xfe, 0xff, 0xff], 446);
  view.setUint32(454, BEFORE, true);
  view.setUint32(458, sectors, true);
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

function bootSector(sectors: number, tableSectors: number, perCluster: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  const text = (at: number, what: string): void => {
    for (let k = 0; k < what.length; k++) bytes[at + k] = what.charCodeAt(k);
  };
  bytes.set([0xeb, 0x58, 0x90]);
  text(3, "MSWIN4.1");
  view.setUint16(11, SECTOR, true);
  bytes[13] = perCluster;
  view.setUint16(14, RESERVED, true);
  bytes[16] = 2;
  bytes[21] = 0xf8;
  view.setUint16(24, 63, true);
  view.setUint16(26, 255, true);
  view.setUint32(28, BEFORE, true);
  view.setUint32(32, sectors, true);
  view.setUint32(36, tableSectors, true);
  view.setUint32(44, FIRST, true);
  view.setUint16(48, 1, true);
  view.setUint16(50, 6, true);
  bytes[64] = 0x80;
  bytes[66] = 0x29;
  view.setUint32(67, 0xfabe1afd, true);
  text(71, LABEL);
  text(82, "FAT32   ");
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

function infoSector(free: number, used: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(SECTOR));
  view.setUint32(0, 0x41615252, true);
  view.setUint32(484, 0x61417272, true);
  view.setUint32(488, free, true);
  view.setUint32(492, FIRST + used, true);
  view.setUint32(508, 0xaa550000, true);
  return new Uint8Array(view.buffer);
}

/** Pieces with zeros between them. */
class SegmentDisk extends ReadOnlyBackend {
  constructor(
    readonly size: number,
    /** In the order of their offsets. */
    private readonly segments: readonly Segment[],
  ) {
    super();
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange("Read", this.size, offset, into.length);
    into.fill(0);
    const end = offset + into.length;
    const parts: Promise<void>[] = [];
    for (let k = this.firstBehind(offset); k < this.segments.length && this.segments[k]!.offset < end; k++) {
      const { offset: start, length, bytes, file } = this.segments[k]!;
      const [from, to] = [Math.max(start, offset), Math.min(start + length, end)];
      const part = into.subarray(from - offset, to - offset);
      if (bytes) part.set(bytes.subarray(from - start, to - start));
      else parts.push(file!.read(from - start, part));
    }
    await Promise.all(parts);
  }

  /** The first segment that ends behind it. */
  private firstBehind(offset: number): number {
    let [low, high] = [0, this.segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { offset: start, length } = this.segments[middle]!;
      if (start + length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
