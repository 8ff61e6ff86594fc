// Packing of clusters by Node's own libraries.

import * as zlib from "node:zlib";
import { type Codec, loadCodec } from "../block/formats/codec.js";
import { BlockError } from "../block/interfaces.js";

/** Other programs unpack with a window of so many bytes, as a power of two. */
const WINDOW_BITS = 12;

type Zstd = (bytes: Uint8Array) => Uint8Array;

export async function nodeCodec(): Promise<Codec> {
  const { unpack } = await loadCodec();
  return {
    unpack,
    pack(packing, bytes) {
      const packed = packing === "zlib" ? zlib.deflateRawSync(bytes, { windowBits: WINDOW_BITS }) : zstd()(bytes);
      return packed.length < bytes.length ? packed : undefined;
    },
  };
}

function zstd(): Zstd {
  const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: Zstd };
  if (!zstdCompressSync) {
    throw new BlockError(`Node ${process.versions.node} cannot pack with zstd (22.15 can): use compression_type=zlib`);
  }
  return zstdCompressSync;
}
