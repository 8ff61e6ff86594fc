// The LZ4 legacy frame as the kernel's build uses it: magic, then blocks of up to 8 MiB, each after its compressed size.

import type { Unpacking } from "./room.js";

export const LZ4_LEGACY = 0x184c2102;

/** Copies longer than this are the engine's to make. */
const LONG = 64;

/** Most bytes that a block gives. */
const BLOCK = 8 << 20;

/**
 * Unpacks a legacy frame, which gives exactly as many bytes as `out` has; yields after each block. Throws RangeError for damaged
 * data.
 */
export function* unlz4Legacy(bytes: Uint8Array, out: Uint8Array): Unpacking {
  const size = out.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let done = 0;
  for (let at = 4; done < size; ) {
    const length = view.getUint32(at, true);
    at += 4;
    // concatenated frames repeat the magic
    if (length === LZ4_LEGACY) continue;
    if (length === 0 || at + length > bytes.length) throw new RangeError("LZ4 data end too early");
    done = block(bytes, at, at + length, out.subarray(0, Math.min(size, done + BLOCK)), done);
    at += length;
    yield at;
  }
  return done;
}

/** One block of the LZ4 block format; returns the new end of the output. */
function block(input: Uint8Array, start: number, end: number, out: Uint8Array, to: number): number {
  let at = start;
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      let more: number;
      do {
        more = at < end ? input[at++]! : fail();
        length += more;
      } while (more === 255);
    }
    return length;
  };
  while (at < end) {
    const token = input[at++]!;
    const literals = extended(token >> 4);
    if (at + literals > end || to + literals > out.length) fail();
    if (literals > LONG) {
      out.set(input.subarray(at, at + literals), to);
      at += literals;
      to += literals;
    } else for (const until = at + literals; at < until; ) out[to++] = input[at++]!;
    if (at >= end) break;
    const distance = input[at]! | (input[at + 1]! << 8);
    at += 2;
    const length = extended(token & 15) + 4;
    if (distance === 0 || distance > to || to + length > out.length) fail();
    if (length > LONG && distance >= length) {
      out.copyWithin(to, to - distance, to - distance + length);
      to += length;
    } else for (const until = to + length; to < until; to++) out[to] = out[to - distance]!;
  }
  return to;
}

function fail(): never {
  throw new RangeError("LZ4 data are damaged");
}
