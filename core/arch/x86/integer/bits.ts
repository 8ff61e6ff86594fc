// Rotates through carry, PDEP, PEXT, CRC32.

import { S_RET2 } from "../../../../src/layout/vcpu";

const OF: u64 = 0x800;

/** value, count (masked to 5 or 6 bits), size in bytes | carry << 8: the result; CF and OF to S_RET2. */
export function x86_rcl(cpu: i32, value: i64, count: i64, word: i64): i64 {
  const bits = <u64>((word & 0xff) << 3);
  let carry = <u64>(word >> 8) & 1;
  const n = <u64>count % (bits + 1);
  const mask: u64 = 0xffffffffffffffff >> (64 - bits);
  let r = <u64>value & mask;
  if (n != 0) {
    // Bits of operand : carry, rotated left by n.
    const x = r;
    const low = n == 1 ? 0 : x >> (bits + 1 - n);
    r = ((n == bits ? (x << (n - 1)) << 1 : x << n) | (carry << (n - 1)) | low) & mask;
    carry = (x >> (bits - n)) & 1;
  }
  store<u64>(cpu + S_RET2, carry | (((r >> (bits - 1)) & 1) ^ carry ? OF : 0));
  return r;
}

export function x86_rcr(cpu: i32, value: i64, count: i64, word: i64): i64 {
  const bits = <u64>((word & 0xff) << 3);
  let carry = <u64>(word >> 8) & 1;
  const n = <u64>count % (bits + 1);
  const mask: u64 = 0xffffffffffffffff >> (64 - bits);
  let r = <u64>value & mask;
  if (n != 0) {
    const x = r;
    const high = n == 1 ? 0 : x << (bits + 1 - n);
    r = ((n == 64 ? 0 : x >> n) | (carry << (bits - n)) | high) & mask;
    carry = (x >> (n - 1)) & 1;
  }
  store<u64>(cpu + S_RET2, carry | ((r >> (bits - 1)) ^ ((r >> (bits - 2)) & 1) ? OF : 0));
  return r;
}

export function x86_pdep(cpu: i32, source: i64, mask: i64, c: i64): i64 {
  let from = <u64>source;
  let r: u64 = 0;
  for (let m = <u64>mask; m != 0; m &= m - 1) {
    if (from & 1) r |= m & (0 - m);
    from >>= 1;
  }
  return r;
}

export function x86_pext(cpu: i32, source: i64, mask: i64, c: i64): i64 {
  let r: u64 = 0;
  let bit: u64 = 1;
  for (let m = <u64>mask; m != 0; m &= m - 1) {
    if (<u64>source & m & (0 - m)) r |= bit;
    bit <<= 1;
  }
  return r;
}

const CRC_TABLE: i32 = <i32>memory.data(1024, 16);
let crcReady: bool = false;

/** CRC-32C (polynomial 11EDC6F41, reflected) of `size` bytes of data. */
export function x86_crc32(cpu: i32, crc: i64, data: i64, size: i64): i64 {
  if (!crcReady) {
    for (let i: u32 = 0; i < 256; i++) {
      let v = i;
      for (let k = 0; k < 8; k++) v = v & 1 ? (v >> 1) ^ 0x82f63b78 : v >> 1;
      store<u32>(CRC_TABLE + <i32>(i << 2), v);
    }
    crcReady = true;
  }
  let r = <u32>crc;
  let d = <u64>data;
  for (let n = <i32>size; n > 0; n--) {
    r = (r >> 8) ^ load<u32>(CRC_TABLE + <i32>(((r ^ <u32>d) & 0xff) << 2));
    d >>= 8;
  }
  return <i64>(<u64>r);
}
