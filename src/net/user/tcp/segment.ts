// A TCP segment of the guest, and sequence numbers (RFC 9293).

import { get16, get32 } from "../../bytes.js";
import type { Packet } from "../packet.js";

export const TCP = 6;
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
const HEADER = 20;
const DEFAULT_MSS = 536;
const LARGEST_SHIFT = 14;

export interface Segment {
  readonly sourcePort: number;
  readonly port: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  /** Not scaled. */
  readonly window: number;
  readonly data: Uint8Array;
  /** Of its options, with SYN. */
  readonly mss: number;
  readonly shift: number | undefined;
}

/** The distance from `b` to `a`, negative where `a` is before it. */
export const after = (a: number, b: number): number => (a - b) | 0;
export const add = (sequence: number, count: number): number => (sequence + count) >>> 0;

/** Undefined for what breaks a rule; the checksum is looked at elsewhere. */
export function parseSegment({ bytes, at, end }: Packet): Segment | undefined {
  if (end - at < HEADER) return undefined;
  const data = at + (bytes[at + 12]! >> 4) * 4;
  if (data < at + HEADER || data > end) return undefined;
  const flags = bytes[at + 13]! & 0x3f;
  const segment = {
    sourcePort: get16(bytes, at),
    port: get16(bytes, at + 2),
    sequence: get32(bytes, at + 4),
    acknowledged: get32(bytes, at + 8),
    flags,
    window: get16(bytes, at + 14),
    data: bytes.subarray(data, end),
  };
  return { ...segment, ...(flags & SYN ? options(bytes, at + HEADER, data) : { mss: DEFAULT_MSS, shift: undefined }) };
}

function options(bytes: Uint8Array, from: number, end: number): { mss: number; shift: number | undefined } {
  let mss = DEFAULT_MSS;
  let shift: number | undefined;
  for (let at = from; at < end; ) {
    const kind = bytes[at]!;
    if (kind === 0) break;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > end) break;
    if (kind === 2 && length === 4) mss = get16(bytes, at + 2);
    if (kind === 3 && length === 3) shift = Math.min(bytes[at + 2]!, LARGEST_SHIFT);
    at += length;
  }
  return { mss: Math.max(mss, 64), shift };
}
