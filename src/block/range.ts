import { BlockError } from "./interfaces.js";

/** Throws BlockError unless [offset, offset+length) lies in an image of `size` bytes. */
export function checkRange(what: "Read" | "Write", size: number, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && offset + length <= size) return;
  throw new BlockError(`${what} of ${length} bytes at offset ${offset} is outside the image (${size} bytes)`);
}
