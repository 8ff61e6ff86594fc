// Unpacks the payload of a bzImage. What the guest would do with its own CPU, and native QEMU spends half of a boot on,
// is done here at the host's speed.

import { Reader } from "./bytes.js";
import { LZ4_LEGACY, unlz4Legacy } from "./lz4.js";
import { isXz, unxz } from "./xz.js";

/** A kernel larger than this is not believed. */
const LARGEST = 1 << 29;

/**
 * The unpacked payload; undefined when its format is not known or it is damaged, which is then the guest's business (its
 * own decompressor says what is wrong on the console). The build appends the unpacked size to the compressed data; gzip
 * has it there by itself.
 */
export async function unpackPayload(payload: Uint8Array): Promise<Uint8Array | undefined> {
  if (payload.length < 16) return undefined;
  const reader = new Reader(payload);
  const size = reader.u32(payload.length - 4);
  const magic = reader.u32(0);
  const packed = payload.subarray(0, -4);
  if (size === 0 || size > LARGEST) return undefined;
  try {
    let out: Uint8Array | undefined;
    if ((magic & 0xffff) === 0x8b1f) {
      const { gunzipSync } = await import("fflate");
      out = gunzipSync(payload, { out: new Uint8Array(size) });
    } else if (isXz(payload)) out = unxz(packed);
    else if (magic === LZ4_LEGACY) out = unlz4Legacy(packed, size);
    else if (magic === 0xfd2fb528) {
      const { decompress } = await import("fzstd");
      out = decompress(packed, new Uint8Array(size));
    }
    return out?.length === size ? out : undefined;
  } catch {
    return undefined;
  }
}
