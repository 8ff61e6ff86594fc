// Sound kernels and initrds of every kind that is loaded, small ones and a real one: what the fuzzing begins with.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { testBzImage, testElf } from "../../src/machines/pc/boot/testing.js";
import { KERNEL } from "../../testing/guest.js";

export interface Base {
  name: string;
  bytes: Uint8Array;
  /** RAM that it takes, MiB. */
  ram: number;
}

/** Programs that pack as the kernel's build does; a format whose program is missing is left out. */
const PACKERS: Record<string, readonly string[]> = {
  xz: ["xz", "--check=crc32", "--x86", "--lzma2=preset=1"],
  lzma: ["xz", "--format=lzma", "-1"],
  zstd: ["zstd", "-q", "-c"],
  lz4: ["lz4", "-l", "-q", "-c"],
  bzip2: ["bzip2", "-c"],
  lzo: ["lzop", "-c"],
};

/** hlt; jmp back to it */
const CODE = [0xf4, 0xeb, 0xfd];
const AT = 0x1000000;
const LOW = 0x100000;
/** A note of Xen's with the 32-bit entry point. */
const NOTE = [4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0, 0x58, 0x65, 0x6e, 0, 0, 0, 0x10, 0];

function body(size: number): number[] {
  return [...CODE, ...Array.from({ length: size }, (_, n) => ((n * n) >> (n & 7)) & 255)];
}

export function kernels(): Base[] {
  const vmlinux = testElf({
    bits: 64,
    entry: AT,
    segments: [
      { address: AT, bytes: body(20_000) },
      { address: AT + 0x10000, bytes: body(3_000), size: 0x4000 },
    ],
  });
  const image = (name: string, payload: Uint8Array, wide = true): Base => ({
    ...{ name, bytes: testBzImage(payload, { wide }), ram: 48 },
  });
  const all = [
    image("gzip", gzipSync(vmlinux)),
    image("unknown payload", vmlinux),
    image("32-bit", gzipSync(vmlinux), false),
  ];
  const size = new Uint8Array(Uint32Array.of(vmlinux.length).buffer);
  for (const [name, [command, ...args]] of Object.entries(PACKERS)) {
    const { status, stdout } = spawnSync(command!, args, { input: vmlinux });
    if (status === 0) all.push(image(name, Buffer.concat([stdout, size])));
  }
  const small = { ram: 16 };
  all.push({ name: "setup code", bytes: setupCode(vmlinux, 0x207, true), ...small });
  all.push({ name: "zImage", bytes: setupCode(vmlinux, 0x201, false), ...small });
  const segments = [{ address: LOW, bytes: body(5_000), size: 0x4000 }];
  all.push({ name: "PVH, 64 bits", bytes: testElf({ bits: 64, entry: LOW, segments, notes: NOTE }), ...small });
  all.push({ name: "PVH, 32 bits", bytes: testElf({ bits: 32, entry: LOW, segments, notes: NOTE }), ...small });
  all.push({ name: "multiboot flat", bytes: flat(), ...small });
  const header = [{ address: LOW, bytes: [...words(0x1badb002, 3, -(0x1badb002 + 3)), ...body(5_000)], size: 0x8000 }];
  all.push({ name: "multiboot ELF", bytes: testElf({ bits: 32, entry: LOW + 12, segments: header }), ...small });
  all.push({ name: "raw", bytes: Uint8Array.from(body(4_000)), ...small });
  if (existsSync(KERNEL)) all.push({ name: "Debian", bytes: readFileSync(KERNEL), ram: 128 });
  return all;
}

export function initrds(): Uint8Array[] {
  const entry = (name: string, data: string): string => {
    const fields = [1, 0o100755, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
    const pad = (text: string): string => text.padEnd((text.length + 3) & ~3, "\0");
    return pad(head) + pad(data);
  };
  const cpio = Buffer.from(entry("init", "#!/bin/sh\n".repeat(300)) + entry("TRAILER!!!", ""), "latin1");
  return [cpio, gzipSync(cpio), new Uint8Array(0), new Uint8Array(3 << 20).fill(0x41)];
}

/** A kernel that only its code in real mode can start. */
function setupCode(payload: Uint8Array, version: number, high: boolean): Uint8Array {
  const bytes = testBzImage(payload, { wide: false });
  new DataView(bytes.buffer).setUint16(0x206, version, true);
  bytes[0x211] = high ? 1 : 0;
  // Where the jump over the header leads.
  bytes.set(CODE, 0x26c);
  return bytes;
}

function words(...values: number[]): number[] {
  return values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
}

function flat(): Uint8Array {
  const flags = 0x10003;
  return Uint8Array.from([
    ...words(0x1badb002, flags, -(0x1badb002 + flags), LOW, LOW, 0, LOW + 0x8000, LOW + 32),
    ...body(5_000),
  ]);
}
