// Kernels in compressed files: gzip and zstd as they are, and those that carry their own decompressor as an EFI program (Linux,
// drivers/firmware/efi/libstub/zboot-header.S), whose payload is one of these.

import { latin1 } from "../base/text.js";
import { Reader } from "./bytes.js";

const EFI_PROGRAM = 0x5a4d;
const ZBOOT = 0x676d697a;
const ZBOOT_HEADER = 64;
const Z_OFFSET = 8;
const Z_SIZE = 12;
const Z_FORMAT = 24;
const Z_FORMAT_BYTES = 32;

/** What a library's stream is given at a time, so that little comes out beyond what is wanted. */
const PIECE = 16 << 10;

/** Formats of files, by how they begin. */
const FORMATS: readonly { readonly name: string; readonly begins: readonly number[] }[] = [
  { name: "gzip", begins: [0x1f, 0x8b] },
  { name: "zstd", begins: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "xz", begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: "bzip2", begins: [0x42, 0x5a, 0x68] },
  { name: "lz4", begins: [0x02, 0x21, 0x4c, 0x18] },
  { name: "lz4", begins: [0x04, 0x22, 0x4d, 0x18] },
  { name: "lzop", begins: [0x89, 0x4c, 0x5a, 0x4f] },
];

/**
 * What is in a compressed file; other files are as they are. `most`: bytes that may come out. Rejects with RangeError: the rest of a
 * sentence that begins with the file's name.
 */
export async function unpackFile(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const payload = zbootPayload(bytes);
  const packed = payload ?? bytes;
  const format = FORMATS.find(({ begins }) => begins.every((byte, n) => packed[n] === byte))?.name;
  const file = new Reader(packed);
  if (format === "gzip") {
    const out = await gunzip(packed, most);
    // Inside of an EFI program the size stands behind the payload once more, which the format has already.
    if (out.length !== file.u32(packed.length - 4)) throw damaged(format, "it is not as long as it says");
    return out;
  }
  if (format === "zstd") return unzstd(packed, most);
  if (format !== undefined || payload) {
    throw new RangeError(`is compressed as ${format ?? zbootFormat(bytes)}; gzip and zstd can be unpacked here`);
  }
  return bytes;
}

function zbootPayload(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < ZBOOT_HEADER) return undefined;
  const file = new Reader(bytes);
  if (file.u16(0) !== EFI_PROGRAM || file.u32(4) !== ZBOOT) return undefined;
  const [start, size] = [file.u32(Z_OFFSET), file.u32(Z_SIZE)];
  if (start + size > bytes.length) {
    throw new RangeError(`is truncated: it should have ${start + size} bytes or more, not ${bytes.length}`);
  }
  return bytes.subarray(start, start + size);
}

function zbootFormat(bytes: Uint8Array): string {
  const [name] = latin1(bytes.subarray(Z_FORMAT, Z_FORMAT + Z_FORMAT_BYTES)).split("\0");
  return /^[\w-]+$/.test(name!) ? `'${name}'` : "nothing known";
}

async function gunzip(packed: Uint8Array, most: number): Promise<Uint8Array> {
  const { Gunzip } = await import("fflate");
  const out = new Output(most);
  return out.fill("gzip", packed, new Gunzip((piece) => out.add(piece)));
}

async function unzstd(packed: Uint8Array, most: number): Promise<Uint8Array> {
  const { Decompress } = await import("fzstd");
  const out = new Output(most);
  return out.fill("zstd", packed, new Decompress((piece) => out.add(piece)));
}

/** Pieces as they come out, up to a limit. */
class Output {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  constructor(private readonly most: number) {}

  add(piece: Uint8Array): void {
    this.length += piece.length;
    if (this.length > this.most) throw new TooLong(this.most);
    this.pieces.push(piece.slice());
  }

  fill(format: string, packed: Uint8Array, stream: { push(piece: Uint8Array, last: boolean): unknown }): Uint8Array {
    try {
      for (let at = 0; at < packed.length; at += PIECE) {
        stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
      }
    } catch (error) {
      if (error instanceof TooLong) throw error;
      throw damaged(format, (error as Error).message);
    }
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

class TooLong extends RangeError {
  constructor(most: number) {
    super(`has more than ${most} bytes when it is unpacked, for which RAM is too small`);
  }
}

function damaged(format: string, how: string): RangeError {
  return new RangeError(`is damaged: it cannot be unpacked as ${format} (${how})`);
}
