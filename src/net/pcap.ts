// Capture files as tcpdump and Wireshark read them: the classic format, microseconds, Ethernet.

import { LARGEST_FRAME } from "./interfaces.js";

const MAGIC = 0xa1b2c3d4;
const ETHERNET = 1;
/** Bytes kept of a frame where nothing is said. */
export const DEFAULT_SNAP = 65536;

export function pcapHeader(snap: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, Math.min(snap, LARGEST_FRAME), true);
  view.setUint32(20, ETHERNET, true);
  return bytes;
}

/** A frame, with what stands before it in the file. `microseconds`: since 1970. */
export function pcapRecord(frame: Uint8Array, microseconds: number, snap: number): Uint8Array {
  const kept = Math.min(frame.length, snap);
  const bytes = new Uint8Array(16 + kept);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(microseconds / 1e6), true);
  view.setUint32(4, Math.floor(microseconds % 1e6), true);
  view.setUint32(8, kept, true);
  view.setUint32(12, frame.length, true);
  bytes.set(frame.subarray(0, kept), 16);
  return bytes;
}
