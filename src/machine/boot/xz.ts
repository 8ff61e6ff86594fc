// The .xz container (xz file format 1.2), with the LZMA2 filter and the x86 branch filter that kernels are packed with.

import { crc32 } from "./crc32.js";
import { lzma2Extent, unlzma2 } from "./lzma.js";

const FILTER_X86 = 4;
const FILTER_LZMA2 = 0x21;
const CHECK_CRC32 = 1;
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Unpacks a stream (what follows it is ignored). Throws RangeError saying what is wrong. */
export function unxz(input: Uint8Array): Uint8Array {
  if (!isXz(input)) throw new RangeError("these are not XZ data");
  const check = input[7]! & 15;
  const blocks: Uint8Array[] = [];
  let at = 12;
  while (input[at]) {
    const header = (input[at]! + 1) * 4;
    const x86 = filters(input, at, header);
    const start = at + header;
    const { size, end } = lzma2Extent(input, start);
    const out = new Uint8Array(size);
    if (unlzma2(input, start, out, 0) !== size) throw new RangeError("XZ data are damaged");
    if (x86) decodeX86(out);
    const padded = end + (-(end - start) & 3);
    if (check === CHECK_CRC32) {
      const stored = new DataView(input.buffer, input.byteOffset + padded, 4).getUint32(0, true);
      if (crc32(out) !== stored) throw new RangeError("XZ data are damaged: the checksum is wrong");
    }
    blocks.push(out);
    at = padded + CHECK_BYTES[check]!;
  }
  if (blocks.length === 1) return blocks[0]!;
  const whole = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let to = 0;
  for (const block of blocks) {
    whole.set(block, to);
    to += block.length;
  }
  return whole;
}

export function isXz(bytes: Uint8Array): boolean {
  return [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00].every((byte, n) => bytes[n] === byte);
}

/** Reads a block header; true when the x86 filter comes before LZMA2. */
function filters(input: Uint8Array, at: number, header: number): boolean {
  const flags = input[at + 1]!;
  let next = at + 2;
  const integer = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = input[next++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80 || next > at + header) return value;
    }
  };
  if (flags & 0x40) integer();
  if (flags & 0x80) integer();
  let x86 = false;
  for (let n = 0; n <= (flags & 3); n++) {
    const filter = integer();
    const properties = integer();
    next += properties;
    if (filter === FILTER_X86) x86 = true;
    else if (filter !== FILTER_LZMA2) throw new RangeError(`XZ data use filter ${filter}, which is not known`);
  }
  return x86;
}

/** Turns the absolute targets of CALL and JMP back into relative ones. An operand was converted when its top byte is 0
 *  or FFh, unless one of the three bytes before the opcode looked like an opcode too: `recent` has a bit for each, and
 *  tells which byte of this operand that earlier one took for its own top byte. */
function decodeX86(bytes: Uint8Array): void {
  const end = bytes.length - 4;
  let recent = 0;
  let previous = -1;
  for (let at = 0; at < end; at++) {
    if ((bytes[at]! & 0xfe) !== 0xe8) continue;
    const gap = at - previous;
    previous = at;
    recent = gap > 3 ? 0 : (recent << (gap - 1)) & 7;
    const shared = SHARED_BYTE[recent]!;
    if (recent !== 0 && (shared < 0 || isSign(bytes[at + 4 - shared]!))) {
      recent = (recent << 1) | 1;
      continue;
    }
    if (!isSign(bytes[at + 4]!)) {
      recent = (recent << 1) | 1;
      continue;
    }
    let target = (word(bytes, at + 1) - (at + 5)) | 0;
    if (recent !== 0) {
      const bits = 32 - 8 * shared;
      while (isSign((target >>> (bits - 8)) & 0xff)) target = ((target ^ (2 ** bits - 1)) - (at + 5)) | 0;
    }
    bytes[at + 1] = target;
    bytes[at + 2] = target >> 8;
    bytes[at + 3] = target >> 16;
    bytes[at + 4] = target & 0x1000000 ? 0xff : 0;
    at += 4;
  }
}

/** By `recent`: how many bytes below the top of this operand the earlier one's top byte is; -1: never converted. */
const SHARED_BYTE = [0, 1, 2, -1, 3, -1, -1, -1];

function isSign(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
