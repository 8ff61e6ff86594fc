// The .xz container (xz file format 1.2), with the LZMA2 filter and the x86 branch filter that kernels are packed with.

import type { Room, Unpacking } from "./room.js";
import type { UnpackCalls } from "./unpack-module.js";

const FILTER_X86 = 4;
const FILTER_LZMA2 = 0x21;
const CHECK_CRC32 = 1;
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const STREAM_HEADER = 12;
/** The longest block header. */
const BLOCK_HEADER = 1024;
/** The longest LZMA2 chunk, and how much is unpacked at a time: small chunks may give 2 MiB each. */
const CHUNK = 65536 + 6;
const PIECE = 16384;
/** Bytes past the output that the decoder may write to. */
const SLACK = 16;

/** Unpacks a stream (what follows it is ignored). Throws RangeError saying what is wrong. */
export function* unxz(calls: UnpackCalls, input: Uint8Array, room: Room): Unpacking {
  let here = yield STREAM_HEADER;
  if (!isXz(input)) throw new RangeError("these are not XZ data");
  const check = input[7]! & 15;
  const { packed, out } = room;
  if (packed.length < input.length) throw new RangeError("no room for XZ data");
  const from = packed.byteOffset;
  const limit = out.byteOffset + out.length - SLACK;
  let copied = 0;
  /** Waits for `count` bytes, but not beyond the end. */
  function* need(count: number): Generator<number, void, number> {
    if (here < count) here = yield Math.min(count, input.length);
    packed.set(input.subarray(copied, here), copied);
    copied = here;
  }
  let to = out.byteOffset;
  let at = STREAM_HEADER;
  for (;;) {
    yield* need(at + BLOCK_HEADER);
    if (!input[at]) break;
    const x86 = filters(input, at);
    at += (input[at]! + 1) * 4;
    const start = to;
    calls.unpack_lzma2_begin(start);
    for (;;) {
      // A piece at a time, which is no chunk where those are longer.
      let next = lzma2(calls, from + at, from + Math.min(copied, at + PIECE), limit) - from;
      if (next === at) next = lzma2(calls, from + at, from + Math.min(copied, at + CHUNK), limit) - from;
      if (next < 0) throw new RangeError("LZMA2 data are damaged");
      const stuck = next === at;
      at = next;
      if (at < copied && input[at] === 0) break;
      if (!stuck) yield at;
      else if (copied < input.length) yield* need(copied + 1);
      else throw new RangeError("LZMA2 data end too early");
    }
    to = calls.unpack_lzma2_end() >>> 0;
    if (x86) calls.unpack_x86(start, to);
    at += 1 + (-(at + 1) & 3);
    yield* need(at + CHECK_BYTES[check]!);
    if (check === CHECK_CRC32) {
      const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
      if (view.getUint32(at, true) !== calls.unpack_crc32(start, to) >>> 0)
        throw new RangeError("XZ data are damaged: the checksum is wrong");
    }
    at += CHECK_BYTES[check]!;
  }
  return to - out.byteOffset;
}

function lzma2(calls: UnpackCalls, at: number, end: number, limit: number): number {
  try {
    return calls.unpack_lzma2(at, end, limit) >>> 0;
  } catch {
    // Damaged data have led it out of its memory.
    return 0;
  }
}

export function isXz(bytes: Uint8Array): boolean {
  return [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00].every((byte, n) => bytes[n] === byte);
}

/** Reads the block header at `at`; true when the x86 filter comes before LZMA2. */
function filters(input: Uint8Array, at: number): boolean {
  const header = (input[at]! + 1) * 4;
  const flags = input[at + 1]!;
  let next = at + 2;
  const integer = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = input[next++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80 || next > at + header) return value;
    }
  };
  if (flags & 0x40) integer();
  if (flags & 0x80) integer();
  let x86 = false;
  for (let n = 0; n <= (flags & 3); n++) {
    const filter = integer();
    const properties = integer();
    next += properties;
    if (filter === FILTER_X86) x86 = true;
    else if (filter !== FILTER_LZMA2) throw new RangeError(`XZ data use filter ${filter}, which is not known`);
  }
  return x86;
}
