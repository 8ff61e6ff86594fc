// The relocation table of a Linux kernel for x86-64: the kernel's build appends it to the ELF file that it compresses, and the
// kernel's decompressor applies it (arch/x86/tools/relocs.c, arch/x86/boot/compressed/misc.c of Linux say the format). The table
// is lists of 32-bit words, each with a zero before it: places of 64-bit addresses; places of 32-bit distances to data of one
// CPU, which shrink (not any more since Linux 6.15); places of 32-bit addresses. A place is the low half of an address in the
// kernel's own mapping of its image.

import type { Elf, ElfSegment } from "../../../boot/elf.js";

export interface Relocations {
  /** Distances from the beginning of physical memory, as the kernel was linked. */
  wide: Uint32Array;
  shrinking: Uint32Array;
  narrow: Uint32Array;
}

/** The kernel maps its image at FFFFFFFF80000000h on. */
const IMAGE_OFFSET = 0x7fffffff;
const WORD = 4;
const MOST_LISTS = 3;

/** The table behind the ELF file `file`; undefined where there is none that makes sense. */
export function readRelocations(file: Uint8Array, elf: Elf): Relocations | undefined {
  const length = file.length - elf.end;
  if (length < 2 * WORD || length % WORD !== 0) return undefined;
  const words = new Uint32Array(file.slice(elf.end).buffer);
  const lists: Uint32Array[] = [];
  for (let end = words.length; end > 0; ) {
    // A tail of zeros would be a list for each of them.
    if (lists.length === MOST_LISTS) return undefined;
    const zero = words.lastIndexOf(0, end - 1);
    // Words before the first zero belong to nothing.
    if (zero < 0) return undefined;
    lists.unshift(words.subarray(zero + 1, end));
    end = zero;
  }
  if (lists.length < 2) return undefined;
  const places = (list: Uint32Array): Uint32Array => list.map((word) => word & IMAGE_OFFSET);
  const wide = places(lists[0]!);
  const shrinking = places(lists.length === MOST_LISTS ? lists[1]! : new Uint32Array());
  const narrow = places(lists.at(-1)!);
  const inside = (list: Uint32Array, size: number): boolean =>
    list.every((place) => elf.segments.some((segment) => contains(segment, place, size)));
  if (!inside(wide, 8) || !inside(shrinking, 4) || !inside(narrow, 4)) return undefined;
  return { wide, shrinking, narrow };
}

function contains({ address, fileSize }: ElfSegment, place: number, size: number): boolean {
  return place >= address && place + size <= address + fileSize;
}

/**
 * Moves the kernel's addresses.
 * @param image the kernel in memory, from what was linked to be at `linked`
 * @param distance how far its virtual addresses move
 */
export function relocate(image: Uint8Array, linked: number, relocations: Relocations, distance: number): void {
  if (distance === 0) return;
  const memory = new DataView(image.buffer, image.byteOffset, image.length);
  const { wide, shrinking, narrow } = relocations;
  for (const place of narrow) memory.setUint32(place - linked, memory.getUint32(place - linked, true) + distance, true);
  for (const place of shrinking) {
    memory.setUint32(place - linked, memory.getUint32(place - linked, true) - distance, true);
  }
  for (const place of wide) {
    const at = place - linked;
    const low = memory.getUint32(at, true) + distance;
    memory.setUint32(at, low, true);
    if (low >= 2 ** 32) memory.setUint32(at + 4, memory.getUint32(at + 4, true) + 1, true);
  }
}
