// The memory map that firmware would report (INT 15h E820h).

import { alignDown, alignUp } from "../../../boot/bytes.js";
import { type BootMemory, E820_RAM, E820_RESERVED, type FirmwareTable, type MemoryRange } from "./interfaces.js";

/** Where the extended BIOS data area begins, and so where conventional memory ends. */
export const EBDA = 0x9fc00;
export const ONE_MIB = 0x100000;
const FOUR_GIB = 2 ** 32;
const PAGE = 4096;

/** The map in the order of addresses, without overlaps. Tables take whole pages out of RAM. */
export function memoryMap(memory: BootMemory, tables: readonly FirmwareTable[]): MemoryRange[] {
  const map: MemoryRange[] = [
    { address: 0, length: EBDA, type: E820_RAM },
    { address: EBDA, length: 0xa0000 - EBDA, type: E820_RESERVED },
    { address: 0xf0000, length: 0x10000, type: E820_RESERVED },
    { address: ONE_MIB, length: memory.low - ONE_MIB, type: E820_RAM },
    { address: 0xfffc0000, length: 0x40000, type: E820_RESERVED },
  ];
  if (memory.size > memory.low) map.push({ address: FOUR_GIB, length: memory.size - memory.low, type: E820_RAM });
  for (const table of tables) {
    const start = alignDown(table.address, PAGE);
    carve(map, { address: start, length: alignUp(table.address + table.bytes.length, PAGE) - start, type: table.type });
  }
  map.sort((a, b) => a.address - b.address);
  return join(map.filter((range) => range.length > 0));
}

/** First address of low RAM that tables at its top occupy. */
export function endOfFreeRam(memory: BootMemory, tables: readonly FirmwareTable[]): number {
  const above = tables.filter((table) => table.address >= ONE_MIB && table.address < memory.low);
  return Math.min(memory.low, ...above.map((table) => alignDown(table.address, PAGE)));
}

/** Gives `range` its type, where the map has RAM or nothing. */
function carve(map: MemoryRange[], range: MemoryRange): void {
  const end = range.address + range.length;
  for (const old of [...map]) {
    const oldEnd = old.address + old.length;
    if (oldEnd <= range.address || old.address >= end) continue;
    if (old.type !== E820_RAM) {
      if (old.address <= range.address && oldEnd >= end) return;
      continue;
    }
    old.length = Math.max(0, range.address - old.address);
    if (oldEnd > end) map.push({ address: end, length: oldEnd - end, type: E820_RAM });
  }
  map.push(range);
}

function join(map: MemoryRange[]): MemoryRange[] {
  const result: MemoryRange[] = [];
  for (const range of map) {
    const last = result.at(-1);
    if (last && last.type === range.type && last.address + last.length >= range.address) {
      last.length = Math.max(last.length, range.address + range.length - last.address);
    } else result.push({ ...range });
  }
  return result;
}
