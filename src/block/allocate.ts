import { BlockError } from "./interfaces.js";

/** Memory for a part of an image; throws BlockError when the host has none. */
export function allocate(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new BlockError("The host has no more memory for an image", true);
  }
}
