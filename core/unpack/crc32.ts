// CRC-32 (IEEE 802.3), sixteen bytes at a time.

import { UNPACK_TABLES } from "../../src/layout/memory";

const TABLES: usize = UNPACK_TABLES;
const POLYNOMIAL: u32 = 0xedb88320;

/** What `byte` makes of the remainder when `table` bytes come after it. */
// @ts-ignore: decorator
@inline function entry(table: i32, byte: u32): u32 {
  return load<u32>(TABLES + (table << 10) + (byte << 2));
}

/** The same of four bytes. */
// @ts-ignore: decorator
@inline function four(table: i32, word: u32): u32 {
  return (
    entry(table + 3, word & 255) ^
    entry(table + 2, (word >>> 8) & 255) ^
    entry(table + 1, (word >>> 16) & 255) ^
    entry(table, word >>> 24)
  );
}

/** Checksum of [at, end). */
export function unpack_crc32(at: usize, end: usize): u32 {
  makeTables();
  let crc: u32 = 0xffffffff;
  for (; at + 16 <= end; at += 16) {
    crc =
      four(12, load<u32>(at) ^ crc) ^
      four(8, load<u32>(at, 4)) ^
      four(4, load<u32>(at, 8)) ^
      four(0, load<u32>(at, 12));
  }
  for (; at < end; at++) crc = entry(0, (crc ^ load<u8>(at)) & 255) ^ (crc >>> 8);
  return ~crc;
}

function makeTables(): void {
  for (let n: u32 = 0; n < 256; n++) {
    let value = n;
    for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    store<u32>(TABLES + (n << 2), value);
  }
  for (let k = 1; k < 16; k++) {
    for (let n: u32 = 0; n < 256; n++) {
      const value = entry(k - 1, n);
      store<u32>(TABLES + (k << 10) + (n << 2), entry(0, value & 255) ^ (value >>> 8));
    }
  }
}
