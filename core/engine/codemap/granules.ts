// Code bits: a mask for each RAM page that says in which of its 64-byte granules there is translated code.

import { E_CODE_BITS } from "../../../src/layout/engine";
import { engine } from "../state";

/** Code bits of RAM page `page`. */
// @ts-ignore: decorator
@inline export function codeBits(page: i32): u64 {
  return load<u64>(engine(E_CODE_BITS) + (page << 3));
}

// @ts-ignore: decorator
@inline export function setCodeBits(page: i32, bits: u64): void {
  store<u64>(engine(E_CODE_BITS) + (page << 3), bits);
}

/** Bit mask of the 64-byte granules of [start, end) within a page. */
export function granules(start: i32, end: i32): u64 {
  const first = start >> 6;
  const last = (end - 1) >> 6;
  return (0xffffffffffffffff << first) & (0xffffffffffffffff >> (63 - last));
}
