// Unpacks the payload of a bzImage. What the guest would do with its own CPU, and native QEMU spends half of a boot on,
// is done here at the host's speed.

import { Reader } from "./bytes.js";
import { LZ4_LEGACY, unlz4Legacy } from "./lz4.js";
import type { Room, Unpack, Unpacking, UnpackRam } from "./room.js";
import { isXz, unxz } from "./xz.js";

export interface Unpacker {
  readonly unpack: Unpack;
  /** All of it is one call, however long that takes: not for a thread that has to hear of signals meanwhile. */
  readonly atOnce: boolean;
}

/** Bytes of a payload that tell its format. */
export const MAGIC_BYTES = 16;

/** What a library's stream is given at a time, for which DEFLATE gives 66 MiB at most. */
const PIECE = 64 << 10;

/** By the beginning of a payload; undefined when its format is not known, which is then the guest's business. */
export async function findUnpacker(
  payload: Uint8Array,
  ram: Pick<UnpackRam, "unpackCalls">,
): Promise<Unpacker | undefined> {
  if (payload.length < MAGIC_BYTES) return undefined;
  const magic = new Reader(payload).u32(0);
  if ((magic & 0xffff) === 0x8b1f) {
    const { Gunzip } = await import("fflate");
    return { unpack: checked(gunzip(Gunzip)), atOnce: false };
  }
  if (magic === 0xfd2fb528) {
    const { decompress } = await import("fzstd");
    return { unpack: checked(unzstd(decompress)), atOnce: true };
  }
  if (isXz(payload)) {
    const calls = await ram.unpackCalls();
    return calls && { unpack: checked((input, room) => unxz(calls, input, room)), atOnce: false };
  }
  if (magic === LZ4_LEGACY) return { unpack: checked(unlz4), atOnce: false };
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

function* unlz4(payload: Uint8Array, { out }: Room): Unpacking {
  yield payload.length;
  return yield* unlz4Legacy(payload.subarray(0, -4), out.subarray(0, claimedSize(payload, out)));
}

function gunzip(Gunzip: typeof import("fflate").Gunzip): Unpack {
  return function* (payload, { out }) {
    let size = 0;
    const stream = new Gunzip((piece) => {
      // Throws a RangeError where there is no room.
      out.set(piece, size);
      size += piece.length;
    });
    for (let at = 0; at < payload.length; ) {
      const end = Math.min(at + PIECE, payload.length);
      yield end;
      const last = end === payload.length;
      called(() => stream.push(payload.subarray(at, end), last));
      at = end;
    }
    return size;
  };
}

function unzstd(decompress: typeof import("fzstd").decompress): Unpack {
  return function* (payload, { out }) {
    yield payload.length;
    const size = claimedSize(payload, out);
    return called(() => decompress(payload.subarray(0, -4), out.subarray(0, size))).length;
  };
}

/** The libraries throw errors of their own. */
function called<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new RangeError(`the payload is damaged: ${(error as Error).message}`);
  }
}

function checked(unpack: Unpack): Unpack {
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
