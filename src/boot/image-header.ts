// The header of 64 bytes that uncompressed kernels of several guests begin with (Linux, "Boot image header"): where in RAM the kernel
// wants to be, and how much it needs there. The guests differ in the magic number alone. It is also that of a DOS program, so
// that firmware can start a kernel with an EFI stub.

import { Reader } from "./bytes.js";

export const IMAGE_HEADER_BYTES = 64;
const TEXT_OFFSET = 8;
const IMAGE_SIZE = 16;
const FLAGS = 24;
const FLAG_BIG_ENDIAN = 1;

/** What a guest's kernels have in their header. */
export interface ImageMagic {
  readonly offset: number;
  readonly bytes: readonly number[];
}

export interface ImageHeader {
  /** From a boundary of 2 MiB. */
  readonly textOffset: number;
  /** Bytes of memory it needs from there on, its zeroed data too. */
  readonly size: number;
}

export function hasImageHeader(bytes: Uint8Array, { offset, bytes: magic }: ImageMagic): boolean {
  return bytes.length >= IMAGE_HEADER_BYTES && magic.every((byte, n) => bytes[offset + n] === byte);
}

/** Of bytes that have one. Throws RangeError: the rest of a sentence that begins with the file's name. */
export function parseImageHeader(bytes: Uint8Array): ImageHeader {
  const file = new Reader(bytes);
  const textOffset = file.u64(TEXT_OFFSET);
  const size = file.u64(IMAGE_SIZE);
  if (file.u32(FLAGS) & FLAG_BIG_ENDIAN) throw new RangeError("is a big-endian kernel, and the CPU is little-endian");
  if (size < bytes.length) {
    throw new RangeError(
      `is damaged: its header says that it needs ${size} bytes of memory, and it has ${bytes.length}`,
    );
  }
  return { textOffset, size };
}
