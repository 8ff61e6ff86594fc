// Where the clusters of a layer lie, in two files of which one counts. Records are only added, so that a cut in the middle of writing
// leaves what was there before; a map that has grown too long is written anew into the other file.

import { CLUSTER } from "../clusters.js";
import { BlockError } from "../interfaces.js";
import type { SyncFile } from "./files.js";
import {
  decodeHeader,
  decodeRecord,
  encodeHeader,
  encodeRecord,
  HEADER_BYTES,
  type Header,
  type MapRecord,
  RECORD_BYTES,
} from "./record.js";

export interface Place {
  readonly slot: number;
  /** A byte for each sector: 1 when it is here. */
  readonly present: Uint8Array;
}

type Files = readonly [SyncFile, SyncFile];

/** A map of so many records for each cluster, and no fewer than that, is written anew. */
const LONG = 4;
const SHORTEST = 4096;

export class LayerMap {
  readonly places: Map<number, Place>;
  private count: number;

  private constructor(
    private file: SyncFile,
    private other: SyncFile,
    private header: Header,
    records: readonly MapRecord[],
  ) {
    this.places = new Map(records.map(({ cluster, slot, present }) => [cluster, { slot, present }]));
    this.count = records.length;
  }

  get generation(): number {
    return this.header.generation;
  }

  /** The header that counts; undefined where neither file has one. */
  static header(files: Files): Header | undefined {
    return files.flatMap((file) => headerOf(file) ?? []).sort((a, b) => b.turn - a.turn)[0];
  }

  /** Makes the map of a new layer. */
  static create([file, other]: Files, header: Omit<Header, "turn">): LayerMap {
    const whole = { ...header, turn: 1 };
    other.truncate(0);
    file.truncate(0);
    file.write(0, encodeHeader(whole));
    file.flush();
    return new LayerMap(file, other, whole, []);
  }

  /** Opens one that has a header; its data has so many bytes. Throws BlockError when a record leads nowhere. */
  static open(files: Files, dataBytes: number): LayerMap {
    const header = LayerMap.header(files)!;
    const [first, second] = files;
    const [file, other] = headerOf(first)?.turn === header.turn ? [first, second] : [second, first];
    const records = goodRecords(file);
    for (const { cluster, slot } of records) {
      if (cluster * CLUSTER >= header.size || slot * CLUSTER >= dataBytes) {
        throw new BlockError(`its map has cluster ${cluster} at place ${slot}, which is not there`);
      }
    }
    const end = endOf(records.length);
    if (file.size > end) {
      // What was being written when the power was cut must not be read behind what is added now.
      file.truncate(end);
      file.flush();
    }
    const map = new LayerMap(file, other, header, records);
    if (records.length > SHORTEST && records.length > LONG * map.places.size) map.rewrite();
    return map;
  }

  /** Adds where these clusters lie now. What lies there has to be on stable storage before. */
  add(clusters: Iterable<number>): void {
    const bytes = this.encode(clusters, this.count);
    this.file.write(endOf(this.count), bytes);
    this.file.flush();
    this.count += bytes.length / RECORD_BYTES;
  }

  close(): void {
    this.file.close();
    this.other.close();
  }

  private encode(clusters: Iterable<number>, first: number): Uint8Array {
    const records = [...clusters].map((cluster, k) =>
      encodeRecord({ cluster, ...this.places.get(cluster)!, order: first + k }),
    );
    const whole = new Uint8Array(records.length * RECORD_BYTES);
    for (const [k, record] of records.entries()) whole.set(record, k * RECORD_BYTES);
    return whole;
  }

  /** The header comes last: until it is there the old file counts. */
  private rewrite(): void {
    const { file, other } = this;
    const bytes = this.encode(this.places.keys(), 0);
    const header = { ...this.header, turn: this.header.turn + 1 };
    other.truncate(0);
    other.write(HEADER_BYTES, bytes);
    other.flush();
    other.write(0, encodeHeader(header));
    other.flush();
    this.file = other;
    this.other = file;
    this.header = header;
    this.count = this.places.size;
  }
}

function endOf(records: number): number {
  return HEADER_BYTES + records * RECORD_BYTES;
}

function headerOf(file: SyncFile): Header | undefined {
  const bytes = new Uint8Array(HEADER_BYTES);
  return file.read(0, bytes) === HEADER_BYTES ? decodeHeader(bytes) : undefined;
}

/** Those up to the first that is damaged: what comes behind was never promised to anybody. */
function goodRecords(file: SyncFile): MapRecord[] {
  const bytes = new Uint8Array(Math.max(0, file.size - HEADER_BYTES));
  const length = file.read(HEADER_BYTES, bytes);
  const records: MapRecord[] = [];
  for (let at = 0; at + RECORD_BYTES <= length; at += RECORD_BYTES) {
    const record = decodeRecord(bytes.subarray(at, at + RECORD_BYTES));
    if (record?.order !== records.length) break;
    records.push(record);
  }
  return records;
}
