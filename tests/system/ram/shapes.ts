// The address spaces that are taken apart: a PC's with each size of RAM, one with firmware and shadow RAM, one as other machines have.

import { X86 } from "../../../src/arch/x86/arch.js";
import { placement } from "../../../src/engine/memory.js";
import { pcRam } from "../../../src/machines/pc/memory.js";
import { PAGE, type Shape } from "./address-space.js";
import { MIB, RAM_SIZES } from "./sizes.js";

const GIB = 1024 * MIB;
const FOUR_GIB = 4 * GIB;
const VGA = { address: 0xa0000, length: 0x20000, kind: "mmio" } as const;
/** Less than the size by so much, RAM does not end where linear memory does. */
const SLACK = 2 * PAGE;

const pc = (mib: number): Shape => {
  const ram = pcRam(mib * MIB, undefined);
  const last = ram.at(-1)!;
  return { name: `${mib}M`, ram: [...ram.slice(0, -1), { ...last, length: last.length - SLACK }], over: [VGA] };
};

const ROM = Uint8Array.from({ length: 64 * 1024 }, (_, k) => k * 5 + (k >> 8));

const firmware: Shape = {
  ...pc(3200),
  name: "3200M with firmware",
  rom: ROM,
  over: [
    VGA,
    { address: 0xc0000, length: 0x8000, kind: "mmio" },
    { address: 0xc8000, length: 0x8000, kind: "read-only-ram" },
    { address: 0xf0000, length: ROM.length, kind: "rom", rom: 0, romOffset: 0 },
    { address: FOUR_GIB - ROM.length, length: ROM.length, kind: "rom", rom: 0, romOffset: 0 },
  ],
};

/** RAM at 2 GiB, some more far above, and a page by itself. */
const elsewhere: Shape = {
  name: "RAM from 2 GiB on",
  ram: [
    { address: 2 * GIB, length: 2560 * MIB },
    { address: 64 * GIB, length: 512 * MIB - SLACK },
    { address: 0x10000, length: PAGE },
  ],
};

export const SHAPES: readonly Shape[] = [...RAM_SIZES.map(pc), firmware, elsewhere];

/** Pages on both sides of every border: of RAM, of what lies over it, of powers of two, and of 2 GiB in linear memory. */
export function borderPages({ ram, over = [] }: Shape): number[] {
  const borders = [...ram, ...over].flatMap(({ address, length }) => [address, address + length]);
  for (const bits of [20, 30, 31, 32, 33, 34, 35, 36, 39]) borders.push(2 ** bits);
  borders.push(3 * GIB, 0xfec00000, 0xfee00000, ...inTheMiddle(ram));
  const pages = borders.flatMap((border) => [-2, -1, 0, 1].map((n) => border + n * PAGE));
  return [...new Set(pages)].filter((page) => page >= 0 && page < 2 ** 40).sort((a, b) => a - b);
}

/** Where linear memory passes 2 GiB, and physical addresses that are as far from there as the emulator's own memory is. */
function inTheMiddle(ram: Shape["ram"]): number[] {
  const size = ram.reduce((sum, { length }) => sum + length, 0);
  const { ramBase } = placement(size, X86);
  let before = 0;
  const found: number[] = [];
  for (const { address, length } of ram) {
    const middle = 2 ** 31 - ramBase - before;
    if (middle >= 0 && middle < length) found.push(address + middle - (middle % PAGE));
    before += length;
  }
  return [...found, FOUR_GIB - Math.ceil(ramBase / PAGE) * PAGE];
}
