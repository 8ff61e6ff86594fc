// What a sender has left to do, done: checksums filled in, a frame of several made several. Everything a sender says may be a lie.

import { get16, get32, put16, put32 } from "./bytes.js";
import { checksum, pseudoHeader } from "./checksum.js";
import type { Frame, Offload, Offloads } from "./interfaces.js";
import { findTcp, type TcpPlace } from "./tcp-place.js";

const FIN = 1;
const PSH = 8;
const CWR = 0x80;

/** Whether `taken` covers what is left to do. */
export function covers({ segment, checksum: sum }: Offload, taken: Offloads): boolean {
  if (segment && !(segment.version === 4 ? taken.segment4 : taken.segment6)) return false;
  return sum === undefined || taken.checksum;
}

/** The frames that a frame stands for, as on a wire; none where what its sender says of it cannot be. */
export function finish({ bytes, left }: Frame): Uint8Array[] {
  if (!left) return [bytes];
  if (left.segment) return segments(bytes, left.segment.version, left.segment.size);
  if (!left.checksum) return [bytes];
  const { start, offset } = left.checksum;
  if (start + offset + 2 > bytes.length) return [];
  const whole = bytes.slice();
  // A sum of zero says "none" in UDP, and the other zero of ones' complement is the same number.
  put16(whole, start + offset, checksum(whole, start, whole.length) || 0xffff);
  return [whole];
}

/** TCP segmentation: one header for each `size` bytes of data. */
function segments(bytes: Uint8Array, version: 4 | 6, size: number): Uint8Array[] {
  const place = findTcp(bytes, bytes.length);
  if (place?.version !== version || size === 0) return [];
  const { ip, tcp, data } = place;
  const count = Math.ceil((bytes.length - data) / size);
  if (count <= 1) return [segment(bytes, place, data, bytes.length - data, 0, 1)];
  const sequence = get32(bytes, tcp + 4);
  return Array.from({ length: count }, (_, n) => {
    const piece = segment(bytes, place, data + n * size, Math.min(size, bytes.length - data - n * size), n, count);
    put32(piece, tcp + 4, sequence + n * size);
    if (version === 4) put16(piece, ip + 4, get16(bytes, ip + 4) + n);
    return sums(piece, place);
  });
}

function segment(
  bytes: Uint8Array,
  place: TcpPlace,
  from: number,
  length: number,
  n: number,
  count: number,
): Uint8Array {
  const { ip, tcp, data, version } = place;
  const piece = new Uint8Array(data + length);
  piece.set(bytes.subarray(0, data));
  piece.set(bytes.subarray(from, from + length), data);
  if (n < count - 1) piece[tcp + 13]! &= ~(FIN | PSH);
  if (n > 0) piece[tcp + 13]! &= ~CWR;
  if (version === 4) put16(piece, ip + 2, piece.length - ip);
  else put16(piece, ip + 4, piece.length - ip - 40);
  return count === 1 ? sums(piece, place) : piece;
}

function sums(piece: Uint8Array, { ip, tcp, version }: TcpPlace): Uint8Array {
  if (version === 4) {
    put16(piece, ip + 10, 0);
    put16(piece, ip + 10, checksum(piece, ip, ip + (piece[ip]! & 15) * 4));
  }
  const length = piece.length - tcp;
  const pseudo =
    version === 4 ? pseudoHeader(piece, ip + 12, 4, 6, length) : pseudoHeader(piece, ip + 8, 16, 6, length);
  put16(piece, tcp + 16, 0);
  put16(piece, tcp + 16, checksum(piece, tcp, piece.length, pseudo));
  return piece;
}
