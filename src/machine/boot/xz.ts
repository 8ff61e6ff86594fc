// The .xz container (xz file format 1.2), with the LZMA2 filter and the x86 branch filter that kernels are packed with.

import { openCoreUnpacker } from "./core-unpacker.js";

const FILTER_X86 = 4;
const FILTER_LZMA2 = 0x21;
const CHECK_CRC32 = 1;
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** One block: [start, end) of the input gives `size` bytes. */
interface Block {
  start: number;
  end: number;
  size: number;
  x86: boolean;
  /** CRC-32 of what comes out, where the stream has that. */
  crc32: number | undefined;
}

/** Unpacks a stream (what follows it is ignored) by `core`, a compiled core.wasm. Throws RangeError saying what is wrong. */
export function unxz(input: Uint8Array, core: WebAssembly.Module): Uint8Array {
  if (!isXz(input)) throw new RangeError("these are not XZ data");
  const blocks = readBlocks(input);
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  const unpacker = openCoreUnpacker(core, input, size);
  let to = unpacker.output;
  for (const block of blocks) {
    const end = to + block.size;
    if (unpacker.lzma2(unpacker.input + block.start, unpacker.input + block.end, to, end) !== end)
      throw new RangeError("LZMA2 data are damaged");
    if (block.x86) unpacker.x86(to, end);
    if (block.crc32 !== undefined && block.crc32 !== unpacker.crc32(to, end))
      throw new RangeError("XZ data are damaged: the checksum is wrong");
    to = end;
  }
  return unpacker.bytes.subarray(unpacker.output, to);
}

function readBlocks(input: Uint8Array): Block[] {
  const check = input[7]! & 15;
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const blocks: Block[] = [];
  let at = 12;
  while (input[at]) {
    const header = (input[at]! + 1) * 4;
    const x86 = filters(input, at, header);
    const start = at + header;
    const { size, end } = lzma2Extent(input, start);
    const padded = end + (-(end - start) & 3);
    blocks.push({ start, end, size, x86, crc32: check === CHECK_CRC32 ? view.getUint32(padded, true) : undefined });
    at = padded + CHECK_BYTES[check]!;
  }
  return blocks;
}

/** Total size of what the LZMA2 chunks at `start` unpack to, and where they end. */
function lzma2Extent(input: Uint8Array, start: number): { size: number; end: number } {
  let size = 0;
  for (let at = start; ; ) {
    const control = input[at];
    if (control === undefined) throw new RangeError("LZMA2 data end too early");
    if (control === 0) return { size, end: at + 1 };
    const low = input[at + 1]! * 256 + input[at + 2]! + 1;
    if (control >= 0x80) {
      size += ((control & 0x1f) << 16) + low;
      at += (control >= 0xc0 ? 6 : 5) + input[at + 3]! * 256 + input[at + 4]! + 1;
    } else if (control <= 2) {
      size += low;
      at += 3 + low;
    } else throw new RangeError("LZMA2 data are damaged");
  }
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
