// Packing and unpacking of clusters. Unpacking works everywhere; packing takes what only some hosts have.

import { BlockError } from "../interfaces.js";
import { frameLength } from "./zstd-frame.js";

export type Packing = "zlib" | "zstd";

export interface Codec {
  /** Up to `length` bytes out of `packed`, which may be followed by anything. Throws Error. */
  unpack(packing: Packing, packed: Uint8Array, length: number): Uint8Array;
  /** Undefined when it does not become shorter. Throws BlockError where the host cannot. */
  pack(packing: Packing, bytes: Uint8Array): Uint8Array | undefined;
}

/** What every host has. */
export async function loadCodec(): Promise<Codec> {
  const [{ inflateSync }, { decompress }] = await Promise.all([import("fflate"), import("fzstd")]);
  return {
    unpack(packing, packed, length) {
      const out = new Uint8Array(length);
      if (packing === "zlib") return inflateSync(packed, { out });
      return decompress(packed.subarray(0, frameLength(packed, length)), out);
    },
    pack(packing) {
      throw new BlockError(`This host cannot make clusters packed by ${packing}`);
    },
  };
}
