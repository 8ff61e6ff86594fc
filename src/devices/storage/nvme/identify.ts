// What the controller and its disk say of themselves. NVM Express 1.4, section 5.15.2.

import * as nvme from "./registers.js";

export const PAGE = 4096;
const DATASET_MANAGEMENT = 1 << 2;
const ZEROES = 1 << 3;

function text(bytes: Uint8Array, at: number, length: number, words: string): void {
  bytes.fill(0x20, at, at + length);
  for (let k = 0; k < Math.min(length, words.length); k++) bytes[at + k] = words.charCodeAt(k) & 0x7f;
}

export function identifyController(serial: string, writeCache: boolean): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x1b36, true);
  view.setUint16(2, 0x1af4, true);
  text(bytes, 4, 20, serial);
  text(bytes, 24, 40, "wasmachine NVMe disk");
  text(bytes, 64, 8, "1.0");
  bytes[72] = 6;
  bytes[77] = nvme.MDTS;
  view.setUint32(80, nvme.VERSION, true);
  bytes[258] = 3;
  bytes[259] = nvme.EVENTS - 1;
  // One slot of firmware, which is read only.
  bytes[260] = 0x03;
  view.setUint16(266, 0x157, true);
  view.setUint16(268, 0x175, true);
  bytes[512] = 0x66;
  bytes[513] = 0x44;
  view.setUint32(516, 1, true);
  view.setUint16(520, DATASET_MANAGEMENT | ZEROES, true);
  bytes[525] = writeCache ? 1 : 0;
  const name = `nqn.2026-11.wasmachine:${serial}`;
  for (let k = 0; k < Math.min(name.length, 222); k++) bytes[768 + k] = name.charCodeAt(k) & 0x7f;
  view.setUint16(2048, 0x9c4, true);
  return bytes;
}

export function identifyNamespace(size: number, readOnly: boolean): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  const view = new DataView(bytes.buffer);
  const sectors = BigInt(Math.floor(size / nvme.SECTOR));
  for (const at of [0, 8, 16]) view.setBigUint64(at, sectors, true);
  bytes[24] = 1;
  // NSATTR: write protected.
  bytes[99] = readOnly ? 1 : 0;
  bytes[130] = Math.log2(nvme.SECTOR);
  return bytes;
}

/** The numbers of disks behind `after`: there is number 1. */
export function identifyList(after: number): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  if (after < 1) bytes[0] = 1;
  return bytes;
}

/** A name that no other disk has, out of the serial number: NGUID is none, so it is a UUID. */
export function identifyDescriptors(serial: string): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  bytes[0] = 3;
  bytes[1] = 16;
  let hash = 0x811c9dc5;
  for (let k = 0; k < 16; k++) {
    hash = Math.imul(hash ^ (serial.charCodeAt(k % Math.max(1, serial.length)) || k), 0x01000193) >>> 0;
    bytes[4 + k] = hash >>> 24;
  }
  bytes[4 + 6] = (bytes[4 + 6]! & 0x0f) | 0x40;
  bytes[4 + 8] = (bytes[4 + 8]! & 0x3f) | 0x80;
  return bytes;
}
