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
