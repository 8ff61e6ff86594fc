// The two kinds of entries in a layer's map, as bytes. Numbers are little-endian; each ends with a CRC-32 of what stands before.

import { crc32 } from "../../base/crc32.js";
import { SECTORS } from "../clusters.js";

export const HEADER_BYTES = 64;
export const RECORD_BYTES = 32;

/** "WMLAYER1". */
const MAGIC = 0x31524559_414c4d57n;

/** Of which disk a layer is: its size, and what it begins with. */
export interface Identity {
  /** Bytes. */
  readonly size: number;
  readonly fingerprint: number;
}

export interface Header extends Identity {
  /** Of a layer's two files the one with the greater turn counts. */
  readonly turn: number;
  /** 0 of the lowest layer. */
  readonly generation: number;
}

/** Where a cluster lies, and which of its sectors are here. */
export interface MapRecord {
  readonly cluster: number;
  readonly slot: number;
  readonly present: Uint8Array;
  /** Its place in the file. */
  readonly order: number;
}

function sealed(view: DataView): Uint8Array {
  const at = view.byteLength - 4;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

function opened(bytes: Uint8Array): DataView | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = bytes.length - 4;
  return view.getUint32(at, true) === crc32(bytes.subarray(0, at)) ? view : undefined;
}

export function encodeHeader({ turn, generation, size, fingerprint }: Header): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  view.setBigUint64(0, MAGIC, true);
  view.setUint32(8, turn, true);
  view.setUint32(12, generation, true);
  view.setBigUint64(16, BigInt(size), true);
  view.setUint32(24, fingerprint, true);
  return sealed(view);
}

/** Undefined for what is none. */
export function decodeHeader(bytes: Uint8Array): Header | undefined {
  const view = opened(bytes);
  if (view?.getBigUint64(0, true) !== MAGIC) return undefined;
  return {
    turn: view.getUint32(8, true),
    generation: view.getUint32(12, true),
    size: Number(view.getBigUint64(16, true)),
    fingerprint: view.getUint32(24, true),
  };
}

export function encodeRecord({ cluster, slot, present, order }: MapRecord): Uint8Array {
  const view = new DataView(new ArrayBuffer(RECORD_BYTES));
  view.setUint32(0, cluster, true);
  view.setUint32(4, slot, true);
  for (let k = 0; k < SECTORS; k++) {
    if (present[k]) view.setUint8(8 + (k >> 3), view.getUint8(8 + (k >> 3)) | (1 << (k & 7)));
  }
  view.setUint32(24, order, true);
  return sealed(view);
}

export function decodeRecord(bytes: Uint8Array): MapRecord | undefined {
  const view = opened(bytes);
  if (!view) return undefined;
  const present = new Uint8Array(SECTORS);
  for (let k = 0; k < SECTORS; k++) present[k] = (view.getUint8(8 + (k >> 3)) >> (k & 7)) & 1;
  return {
    cluster: view.getUint32(0, true),
    slot: view.getUint32(4, true),
    present,
    order: view.getUint32(24, true),
  };
}
