// Kernels that take seconds to unpack, made in a moment: one compressed piece, again and again.

import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { constants, deflateRawSync } from "node:zlib";
import { testBzImage, testElf } from "../../src/machines/pc/boot/testing.js";
import { program } from "../../testing/programs.js";

const AT = 0x1000000;
const PIECE = 4 << 20;
const MIB = 1 << 20;
/** Of testBzImage(). */
const SETUP = 5 * 512;
const ENTRY_64 = 0x200;

interface Format {
  /** What comes out of it, MiB: what takes the loader some seconds. */
  readonly mib: number;
  /** The parts of a payload: before all, of a piece, after all. `size`: bytes that come out. */
  parts(pieces: readonly Buffer[], size: number): { before: Buffer; pieces: Buffer[]; after: Buffer };
}

const NOTHING = Buffer.alloc(0);
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const XZ_HEAD = 12;

export const FORMATS: Readonly<Record<"gzip" | "xz" | "zstd" | "lz4", Format>> = {
  gzip: {
    mib: 96,
    parts: (pieces, size) => ({
      before: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
      pieces: pieces.map((piece) => deflateRawSync(piece, { level: 1, finishFlush: constants.Z_SYNC_FLUSH })),
      // An empty last block; the checksum, which nobody looks at; the size.
      after: Buffer.concat([Buffer.from([3, 0]), u32(0), u32(size)]),
    }),
  },
  xz: {
    mib: 64,
    parts(pieces, size) {
      const files = pieces.map((piece) => packed("xz", ["-1", "-T1", "--check=crc32"], piece));
      // A stream's footer says how long its index is, which lies before it; its blocks are before that.
      const block = (file: Buffer): Buffer =>
        file.subarray(XZ_HEAD, -(file.readUInt32LE(file.length - 8) + 1) * 4 - 12);
      // An index follows, which nobody looks at.
      return {
        before: files[0]!.subarray(0, XZ_HEAD),
        pieces: files.map(block),
        after: Buffer.concat([u32(0), u32(size)]),
      };
    },
  },
  zstd: {
    mib: 40,
    // One frame, as the kernel's build makes.
    parts(pieces, size) {
      const all = [pieces[0]!, ...Array<Buffer>(size / PIECE - 1).fill(pieces[1]!)];
      return {
        before: packed("zstd", ["-1", "-q", "-c"], Buffer.concat(all)),
        pieces: [NOTHING, NOTHING],
        after: u32(size),
      };
    },
  },
  lz4: {
    mib: 256,
    parts(pieces, size) {
      const files = pieces.map((piece) => packed("lz4", ["-l", "-q", "-c"], piece));
      return { before: files[0]!.subarray(0, 4), pieces: files.map((file) => file.subarray(4)), after: u32(size) };
    },
  },
};

export type FormatName = keyof typeof FORMATS;

/** Writes a bzImage whose kernel does `code` (64 bits); returns the RAM that it takes, MiB. Throws when a program that packs is missing. */
export function writeLargeKernel(file: string, name: FormatName, code: readonly number[]): number {
  const { mib, parts } = FORMATS[name];
  const first = Buffer.alloc(PIECE);
  const other = Buffer.from(words(PIECE));
  first.set(testElf({ bits: 64, entry: AT, segments: [{ address: AT, bytes: code }] }));
  other.copy(first, MIB, MIB);
  const times = (mib * MIB) / PIECE - 1;
  const made = parts([first, other], mib * MIB);
  const length = made.before.length + made.pieces[0]!.length + times * made.pieces[1]!.length + made.after.length;
  const image = testBzImage(new Uint8Array(length), { initSize: mib * MIB + PIECE });
  // The same at the entry of what unpacks itself.
  image.set(code, SETUP + ENTRY_64);
  const view = new DataView(image.buffer);
  let at = SETUP + view.getUint32(0x248, true);
  for (const part of [made.before, made.pieces[0]!, ...Array<Buffer>(times).fill(made.pieces[1]!), made.after]) {
    image.set(part, at);
    at += part.length;
  }
  const fd = openSync(file, "w");
  for (let done = 0; done < image.length; ) done += writeSync(fd, image, done);
  closeSync(fd);
  return Math.ceil((AT + image.length) / MIB) + mib + 64;
}

/** Words of a small language: short matches, which are slow. */
function words(size: number): Uint8Array {
  let x = 1;
  const next = (): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
  const known = Array.from({ length: 3000 }, () => Array.from({ length: 2 + (next() % 7) }, () => 97 + (next() % 26)));
  const out = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const word = known[next() % known.length]!.slice(0, size - at);
    out.set(word, at);
    at += word.length;
  }
  return out;
}

function packed(name: "xz" | "zstd" | "lz4", args: readonly string[], input: Buffer): Buffer {
  const { status, stdout, stderr } = spawnSync(program(name), args, { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return stdout;
}
