// Where a kernel is unpacked: in guest RAM, where its own decompressor would do it. Nothing is there before it starts, what is
// written there is not written a second time, and no other memory is needed.

import { alignUp } from "./bytes.js";
import type { UnpackCalls } from "./unpack-module.js";

/** Guest RAM as a part of linear memory. */
export interface UnpackRam {
  /** What works in that memory; undefined when it cannot be had. */
  unpackCalls(): Promise<UnpackCalls | undefined>;
  /** RAM at [address, address + length), whose byteOffset is where it lies in linear memory; undefined when that is not all RAM. */
  view(address: number, length: number): Uint8Array | undefined;
  /** To be told before a view is written to once the CPU has run: translated code there is dropped. */
  dirty(address: number, length: number): void;
}

export interface Room {
  /** For what comes out. */
  readonly out: Uint8Array;
  /** For a copy of what goes in, where unpack.wasm is to read it. */
  readonly packed: Uint8Array;
}

/**
 * Unpacks a payload that may still be arriving: yields how many bytes of it must be there before it goes on, is given how many are,
 * and returns how many bytes came out. What is already there may be asked for
 * once more, some megabytes of output after the last time: others may work then. Throws RangeError when the payload is damaged or the room too small.
 */
export type Unpacking = Generator<number, number, number>;

/** Can be called again. */
export type Unpack = (payload: Uint8Array, room: Room) => Unpacking;

const PAGE = 4096;

/**
 * The kernel's own place, `size` bytes at `address`, and behind that room for the packed kernel of `packedSize` bytes; undefined when
 * there is not so much RAM.
 */
export function roomFor(ram: UnpackRam, address: number, size: number, packedSize: number): Room | undefined {
  const out = ram.view(address, size);
  const packed = ram.view(alignUp(address + size, PAGE), packedSize);
  return out && packed && { out, packed };
}
