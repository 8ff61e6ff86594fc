// Little kernels for tests: a flat multiboot image of 32-bit code that is executed at CODE with interrupts off.

import { writeFileSync } from "node:fs";

/** Where the image is loaded; its header takes the first 32 bytes. */
const BASE = 0x100000;
export const CODE = BASE + 32;

/** Port of isa-debug-exit as `EXIT_DEVICE` puts it. */
const EXIT_PORT = 0xf4;
export const EXIT_DEVICE = ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x4"];

const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** Pieces of 32-bit code. */
export const x86 = {
  u32,
  /** out dx:port, al:value */
  outb: (port: number, value: number): number[] => [0x66, 0xba, port & 0xff, port >> 8, 0xb0, value, 0xee],
  outw: (port: number, value: number): number[] => [
    0x66,
    0xba,
    port & 0xff,
    port >> 8,
    0x66,
    0xb8,
    value & 0xff,
    value >> 8,
    0x66,
    0xef,
  ],
  /** Ends the emulator with status 2 * value + 1. */
  exit: (value: number): number[] => x86.outb(EXIT_PORT, value),
  /** mov dword [address], value */
  store: (address: number, value: number): number[] => [0xc7, 0x05, ...u32(address), ...u32(value)],
  /** cmp dword [address], value; unless it is that, the emulator ends with status 2 * failure + 1. */
  expect: (address: number, value: number, failure: number): number[] => {
    const leave = x86.exit(failure);
    return [0x81, 0x3d, ...u32(address), ...u32(value), 0x74, leave.length, ...leave];
  },
  /** cli; hlt; jmp back to hlt */
  stop: [0xfa, 0xf4, 0xeb, 0xfd],
} as const;

/** Writes a kernel of this code. */
export function writeKernel(file: string, code: readonly number[]): void {
  const flags = 1 << 16;
  const magic = 0x1badb002;
  const header = [magic, flags, -(magic + flags), BASE, BASE, 0, 0, CODE].flatMap(u32);
  writeFileSync(file, Uint8Array.from([...header, ...code]));
}

/** Code of a kernel that says `text` on the first serial port, then whatever it receives, ESC as ^ and `shown` (BEL) as $. */
export function echo(text: string, shown = 0x07): number[] {
  const code = [
    ...[0xe8, 0, 0, 0, 0, 0x5e, 0x83, 0xc6, 0x00], // call $+5; pop esi; add esi, (to the text)
    ...[0xac, 0x84, 0xc0, 0x74, 0x07, 0x66, 0xba, 0xf8, 0x03, 0xee, 0xeb, 0xf4], // say until 0
    ...[0x66, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xf7], // wait for a byte
    ...[0x66, 0xba, 0xf8, 0x03, 0xec, 0x3c, 0x1b, 0x75, 0x02, 0xb0, 0x5e], // ESC is ^
    ...[0x3c, shown, 0x75, 0x02, 0xb0, 0x24, 0xee, 0xeb, 0xe5], // that is $; say it; go on waiting
  ];
  code[8] = code.length - 5;
  return [...code, ...new TextEncoder().encode(text), 0];
}
