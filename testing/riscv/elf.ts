// ELF files of programs for riscv64, with symbols.

import { Structure } from "../../src/boot/bytes.js";

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const SYMBOL = 24;

/** All of `bytes` at `address`, entered there. */
export function makeElf(address: number, bytes: Uint8Array, symbols: Readonly<Record<string, number>>): Uint8Array {
  const names = Object.keys(symbols);
  const strings = `\0${names.map((name) => `${name}\0`).join("")}`;
  const code = HEADER + PROGRAM_HEADER;
  const table = code + bytes.length;
  const stringsAt = table + SYMBOL * (names.length + 1);
  const sections = (stringsAt + strings.length + 7) & ~7;
  const file = new Structure(sections + 3 * SECTION_HEADER)
    .put(0, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1))
    .u16(0x10, 2)
    .u16(0x12, 243)
    .u32(0x14, 1)
    .u64(0x18, address)
    .u64(0x20, HEADER)
    .u64(0x28, sections)
    .u16(0x34, HEADER)
    .u16(0x36, PROGRAM_HEADER)
    .u16(0x38, 1)
    .u16(0x3a, SECTION_HEADER)
    .u16(0x3c, 3);
  file
    .u32(HEADER, 1)
    .u32(HEADER + 4, 7)
    .u64(HEADER + 8, code)
    .u64(HEADER + 16, address)
    .u64(HEADER + 24, address);
  file
    .u64(HEADER + 32, bytes.length)
    .u64(HEADER + 40, bytes.length)
    .u64(HEADER + 48, 8);
  file.put(code, bytes);
  names.forEach((name, n) => {
    const at = table + SYMBOL * (n + 1);
    file
      .u32(at, strings.indexOf(`\0${name}\0`) + 1)
      .u8(at + 4, 0x10)
      .u16(at + 6, 0xfff1)
      .u64(at + 8, symbols[name]!)
      .u64(at + 16, 8);
  });
  file.put(
    stringsAt,
    Uint8Array.from(strings, (c) => c.charCodeAt(0)),
  );
  const symtab = sections + SECTION_HEADER;
  file
    .u32(symtab + 4, 2)
    .u64(symtab + 0x18, table)
    .u64(symtab + 0x20, stringsAt - table);
  file
    .u32(symtab + 0x28, 2)
    .u32(symtab + 0x2c, 1)
    .u64(symtab + 0x38, SYMBOL);
  const strtab = symtab + SECTION_HEADER;
  file
    .u32(strtab + 4, 3)
    .u64(strtab + 0x18, stringsAt)
    .u64(strtab + 0x20, strings.length);
  return file.bytes;
}
