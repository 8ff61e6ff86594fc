// Opens a qcow2 image.

import { QCOW2_BLOCKS, QCOW2_TABLE_BYTES } from "../../../tuning/host.js";
import { BlockError } from "../../interfaces.js";
import type { Format, OpenOptions } from "../format.js";
import type { ImageFile } from "../image-file.js";
import { runLater, type Steps } from "../steps.js";
import { check } from "./check.js";
import { geometry as geometryOf } from "./entries.js";
import { CORRUPT, DIRTY, type Header, headerBytes, parseHeader } from "./header.js";
import { HeaderSector } from "./header-sector.js";
import { Qcow2Image } from "./image.js";
import { Level1 } from "./l2.js";
import type { Parts } from "./parts.js";
import { Reader } from "./read.js";
import { Refcounts } from "./refcounts.js";
import { Tables } from "./tables.js";

export async function openQcow2(file: ImageFile, options: OpenOptions): Promise<Qcow2Image> {
  const { readOnly, asIs = false } = options;
  const { header, head, l1, refcountTable } = await runLater(readHeader(file));
  if ((header.incompatible & CORRUPT) !== 0 && !readOnly && !asIs) {
    throw new BlockError(
      `${file.name} is marked as corrupt and can only be read (readonly=on, snapshot=on); wasmachine img check -r all repairs it`,
    );
  }
  const geometry = geometryOf(header.version, header.clusterBits, header.extended);
  const { clusterSize } = geometry;
  const listeners = { freed: (_offset: number): void => {} };
  const tables = new Tables(file, clusterSize, Math.max(8, Math.floor(QCOW2_TABLE_BYTES / clusterSize)), "L2 table");
  const level1 = new Level1(file, geometry, tables, header.l1Offset, l1);
  const sector = new HeaderSector(file, head, header.version);
  let occupied: Set<number> | undefined;
  const refcounts: Refcounts = new Refcounts(
    {
      file,
      clusterSize,
      order: header.refcountOrder,
      blocks: new Tables(file, clusterSize, QCOW2_BLOCKS, "refcount block"),
      occupied(offset) {
        occupied ??= placesOf(header, clusterSize, level1, refcounts);
        return occupied.has(offset);
      },
      freed(offset) {
        occupied?.delete(offset);
        tables.drop(offset);
        reader.forget();
        listeners.freed(offset);
      },
      moved: (offset, clusters) => sector.setRefcountTable(offset, clusters),
    },
    header.refcountTableOffset,
    refcountTable,
  );
  const opensBacking = header.backing && options.openBacking && !asIs;
  const backing = opensBacking ? await options.openBacking!(header.backing!) : undefined;
  const { codec } = options;
  const { packing } = header;
  const reader = new Reader({ file, geometry, level1, backing, codec, packing });
  const parts: Parts = { file, geometry, header: sector, level1, refcounts, reader, backing, codec, packing };
  try {
    if (!readOnly && !asIs) await runLater(makeWritable(parts, header, options));
  } catch (error) {
    await backing?.close();
    throw error;
  }
  return new Qcow2Image(parts, header, readOnly, listeners);
}

export const qcow2: Format = { name: "qcow2", open: openQcow2 };

interface Read {
  readonly header: Header;
  readonly head: Uint8Array;
  readonly l1: Uint8Array;
  readonly refcountTable: Uint8Array;
}

function* readHeader(file: ImageFile): Steps<Read> {
  const first = new Uint8Array(Math.min(512, file.size));
  yield file.read(0, first);
  const head = new Uint8Array(Math.min(headerBytes(first), file.size));
  yield file.read(0, head);
  const header = parseHeader(head, file.name);
  const l1 = new Uint8Array(header.l1Size * 8);
  file.needs("L1 table", header.l1Offset, l1.length);
  yield file.read(header.l1Offset, l1);
  const refcountTable = new Uint8Array(header.refcountTableClusters * 2 ** header.clusterBits);
  file.needs("refcount table", header.refcountTableOffset, refcountTable.length);
  yield file.read(header.refcountTableOffset, refcountTable);
  return { header, head, l1, refcountTable };
}

/** An image that was not closed is checked; what others keep in it beside the disk is no longer right. */
function* makeWritable(parts: Parts, header: Header, { warn }: OpenOptions): Steps<void> {
  if (header.autoclear !== 0) yield* parts.header.clearAutoclear();
  if ((header.incompatible & DIRTY) === 0) return;
  const { name } = parts.file;
  const result = yield* check(parts, { count: header.snapshots, offset: header.snapshotsOffset }, "all");
  const left = result.corruptions - result.corruptionsFixed;
  if (left > 0) {
    throw new BlockError(`${name} was not closed, and ${left} faults in it cannot be repaired: ${result.lines[0]}`);
  }
  const { refcounts, file } = parts;
  yield* refcounts.writeFresh();
  for (const block of refcounts.blocks.changed) yield* refcounts.blocks.write(block);
  yield file.flush();
  yield* parts.header.setDirty(false);
  yield file.flush();
  warn?.(`${name} was not closed; its refcounts were counted anew`);
}

/** Clusters with something in them that the disk cannot do without. */
function placesOf(header: Header, clusterSize: number, level1: Level1, refcounts: Refcounts): Set<number> {
  const places = new Set<number>([0]);
  const range = (offset: number, length: number): void => {
    for (let at = offset; at < offset + length; at += clusterSize) places.add(at);
  };
  range(level1.offset, level1.size * 8);
  range(refcounts.offset, refcounts.clusters * clusterSize);
  if (header.snapshots > 0) places.add(header.snapshotsOffset);
  for (const offset of level1.offsets()) places.add(offset);
  for (const offset of refcounts.blockOffsets()) places.add(offset);
  return places;
}
