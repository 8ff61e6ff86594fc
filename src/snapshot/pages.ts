// RAM by pages of 4 KiB. Pages of zeros, which most of a young machine's RAM is, are absent.

import { StateError } from "../devices/state.js";

export const PAGE = 4096;

export interface Pages {
  /** Bytes of RAM, a multiple of PAGE. */
  readonly size: number;
  /** Numbers of the pages that are here, ascending. */
  readonly numbers: Uint32Array;
  /** Their bytes, one after the other. */
  readonly bytes: Uint8Array;
}

/** `ram` begins at a multiple of 4 in its buffer. */
export function savePages(ram: Uint8Array): Pages {
  const words = new Int32Array(ram.buffer, ram.byteOffset, ram.length >> 2);
  const numbers: number[] = [];
  for (let page = 0; page * PAGE < ram.length; page++) if (!isZero(words, page)) numbers.push(page);
  const bytes = new Uint8Array(numbers.length * PAGE);
  numbers.forEach((page, n) => {
    bytes.set(ram.subarray(page * PAGE, (page + 1) * PAGE), n * PAGE);
  });
  return { size: ram.length, numbers: Uint32Array.from(numbers), bytes };
}

/** Throws StateError, with `ram` as it was, when the pages are not those of such a RAM. */
export function loadPages({ size, numbers, bytes }: Pages, ram: Uint8Array): void {
  if (!(numbers instanceof Uint32Array && bytes instanceof Uint8Array))
    throw new StateError("Saved state: it has no RAM");
  if (size !== ram.length)
    throw new StateError(`Saved state: ${size} bytes of RAM, and this machine has ${ram.length}`);
  if (bytes.length !== numbers.length * PAGE) {
    throw new StateError(`Saved state: ${bytes.length} bytes for ${numbers.length} pages of RAM`);
  }
  numbers.forEach((page, n) => {
    if (page * PAGE >= size || (n > 0 && page <= numbers[n - 1]!)) {
      throw new StateError(`Saved state: page ${page} of RAM is outside it or out of order`);
    }
  });
  ram.fill(0);
  numbers.forEach((page, n) => {
    ram.set(bytes.subarray(n * PAGE, (n + 1) * PAGE), page * PAGE);
  });
}

function isZero(words: Int32Array, page: number): boolean {
  const end = (page + 1) * (PAGE / 4);
  for (let k = page * (PAGE / 4); k < end; k++) if (words[k] !== 0) return false;
  return true;
}
