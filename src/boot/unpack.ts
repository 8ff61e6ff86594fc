// Unpacks the payload of a bzImage. What the guest would do with its own CPU, and native QEMU spends half of a boot on,
// is done here at the host's speed.

import { Reader } from "./bytes.js";
import { LZ4_LEGACY, unlz4Legacy } from "./lz4.js";
import type { Room } from "./room.js";
import { isXz, unxz } from "./xz.js";

/**
 * Unpacks a payload that may still be arriving: yields how many bytes of it must be there before it goes on, is given how many are,
 * and returns how many bytes came out. What is already there may be asked for
 * once more, some megabytes of output after the last time: others may work then. Throws RangeError when the payload is damaged or the room too small.
 */
export type Unpacking = Generator<number, number, number>;

/** Can be called again. */
export type Unpacker = (payload: Uint8Array, room: Room) => Unpacking;

/** Bytes of a payload that tell its format. */
export const MAGIC_BYTES = 16;

/** By the beginning of a payload; undefined when its format is not known, which is then the guest's business. */
export async function findUnpacker(payload: Uint8Array): Promise<Unpacker | undefined> {
  if (payload.length < MAGIC_BYTES) return undefined;
  const magic = new Reader(payload).u32(0);
  if ((magic & 0xffff) === 0x8b1f) {
    const { gunzipSync } = await import("fflate");
    return whole((packed, out) => gunzipSync(packed, { out }));
  }
  if (magic === 0xfd2fb528) {
    const { decompress } = await import("fzstd");
    return whole((packed, out) => decompress(packed.subarray(0, -4), out));
  }
  if (isXz(payload)) return checked(unxz);
  if (magic === LZ4_LEGACY) {
    return checked(function* (payload, { out }) {
      yield payload.length;
      return yield* unlz4Legacy(payload.subarray(0, -4), out.subarray(0, claimedSize(payload, out)));
    });
  }
  return undefined;
}

/** The build appends the unpacked size to the compressed data; gzip has it there by itself. */
function unpackedSize(payload: Uint8Array): number {
  return new Reader(payload).u32(payload.length - 4);
}

/** The same, where there is so much room. */
function claimedSize(payload: Uint8Array, out: Uint8Array): number {
  const size = unpackedSize(payload);
  if (size === 0 || size > out.length) throw new RangeError(`no room for ${size} bytes`);
  return size;
}

/** For formats that are unpacked by a library when all is there. */
function whole(unpack: (payload: Uint8Array, out: Uint8Array) => Uint8Array): Unpacker {
  return checked(function* (payload, { out }) {
    yield payload.length;
    const size = claimedSize(payload, out);
    try {
      return unpack(payload, out.subarray(0, size)).length;
    } catch (error) {
      // The libraries throw errors of their own.
      throw new RangeError(`the payload is damaged: ${(error as Error).message}`);
    }
  });
}

function checked(unpack: Unpacker): Unpacker {
  return function* (payload, room) {
    const length = yield* unpack(payload, room);
    yield payload.length;
    if (length !== unpackedSize(payload)) throw new RangeError(`${length} bytes came out, not what the payload says`);
    return length;
  };
}

/** Unpacks while the payload arrives: `arrived(count)` resolves to how many bytes are there, `count` or more. */
export async function unpackArriving(
  unpacking: Unpacking,
  arrived: (count: number) => Promise<number>,
  pause: () => Promise<void> = async () => {},
): Promise<number> {
  let step = unpacking.next(0);
  while (!step.done) {
    await pause();
    step = unpacking.next(await arrived(step.value));
  }
  return step.value;
}
