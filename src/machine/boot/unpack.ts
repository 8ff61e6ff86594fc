// Unpacks the payload of a bzImage. What the guest would do with its own CPU, and native QEMU spends half of a boot on,
// is done here at the host's speed.

import { Reader } from "./bytes.js";
import { LZ4_LEGACY, unlz4Legacy } from "./lz4.js";
import { isXz, unxz } from "./xz.js";

/** A kernel larger than this is not believed. */
const LARGEST = 1 << 29;

/** Unpacks one payload; undefined when it is damaged. Can be called again. */
export type Unpacker = () => Uint8Array | undefined;

/**
 * How to unpack a payload; undefined when its format is not known, which is then the guest's business. The build appends
 * the unpacked size to the compressed data; gzip has it there by itself. `core` is core.wasm, compiled.
 */
export async function findUnpacker(payload: Uint8Array, core: WebAssembly.Module): Promise<Unpacker | undefined> {
  if (payload.length < 16) return undefined;
  const reader = new Reader(payload);
  const size = reader.u32(payload.length - 4);
  const magic = reader.u32(0);
  const packed = payload.subarray(0, -4);
  if (size === 0 || size > LARGEST) return undefined;
  if ((magic & 0xffff) === 0x8b1f) {
    const { gunzipSync } = await import("fflate");
    return checked(size, () => gunzipSync(payload, { out: new Uint8Array(size) }));
  }
  if (magic === 0xfd2fb528) {
    const { decompress } = await import("fzstd");
    return checked(size, () => decompress(packed, new Uint8Array(size)));
  }
  if (isXz(payload)) return checked(size, () => unxz(packed, core));
  if (magic === LZ4_LEGACY) return checked(size, () => unlz4Legacy(packed, size));
  return undefined;
}

function checked(size: number, unpack: () => Uint8Array): Unpacker {
  return () => {
    try {
      const out = unpack();
      return out.length === size ? out : undefined;
    } catch {
      return undefined;
    }
  };
}
