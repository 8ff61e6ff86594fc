// Symbols of ELF files, by their names: for machines that look for one (HTIF's registers).

import { Reader } from "./bytes.js";
import { isElf } from "./elf.js";

const SHT_SYMTAB = 2;
const SECTION = 64;
const SYMBOL = 24;

/** The values of symbols of a 64-bit little-endian file; a file that has none, or a damaged table, gives none. */
export function elfSymbols(bytes: Uint8Array, names: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (!isElf(bytes) || bytes.length < SECTION || bytes[4] !== 2 || bytes[5] !== 1) return found;
  const file = new Reader(bytes);
  const table = file.u64(0x28);
  const count = file.u16(0x3c);
  if (file.u16(0x3a) !== SECTION || table + count * SECTION > bytes.length) return found;
  const section = (n: number): { type: number; link: number; start: number; end: number } => {
    const at = table + n * SECTION;
    const start = file.u64(at + 0x18);
    return { type: file.u32(at + 4), link: file.u32(at + 0x28), start, end: start + file.u64(at + 0x20) };
  };
  const wanted = names.map((name) => ({ name, bytes: Uint8Array.from(`${name}\0`, (c) => c.charCodeAt(0)) }));
  for (let n = 0; n < count; n++) {
    const { type, link, start, end } = section(n);
    if (type !== SHT_SYMTAB || link >= count || end > bytes.length) continue;
    const strings = section(link).start;
    for (let at = start; at + SYMBOL <= end; at += SYMBOL) {
      const name = strings + file.u32(at);
      const hit = wanted.find((one) => one.bytes.every((byte, k) => bytes[name + k] === byte));
      if (hit) found.set(hit.name, file.u64(at + 8));
    }
  }
  return found;
}
