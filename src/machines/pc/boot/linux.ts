// The Linux/x86 boot protocol (Documentation/arch/x86/boot.rst, zero-page.rst): what a bzImage and an unpacked kernel
// have in common.

import { encodeText } from "../../../base/text.js";
import { cString, Reader, Structure } from "../../../boot/bytes.js";
import { MachineError } from "../../../machine/host.js";
import type { BootContext, BootModule } from "./interfaces.js";
import { memoryMap } from "./memory-map.js";
import { placeInitrd } from "./place.js";

/** The zero page, and where the 16-bit protocol has the setup code. */
export const ZERO_PAGE = 0x10000;
const SETUP_DATA = 0x11000;
const COMMAND_LINE = 0x20000;
const COMMAND_LINE_MAX = 0x10000;
const E820_MAX = 128;
const SETUP_RNG_SEED = 9;
const SEED_BYTES = 32;
const SETUP_HEADER = 0x1f1;
/** The last field that is read here ends there. */
const HEADER_END = 0x264;
const LOADED_HIGH = 1;
/** With this version the header began. */
const OLDEST = 0x200;
/** What kernels take that do not say: boot.rst, "initrd_addr_max" and "cmdline_size". */
const OLD_INITRD_MAX = 0x37ffffff;
const OLD_COMMAND_LINE_MAX = 255;
/** Of the load flags: tells the kernel to place its other mappings at random too. */
const KASLR_FLAG = 2;

/** What the setup header of a kernel says. */
export interface LinuxHeader {
  /** The setup header itself, to be copied into the zero page. */
  bytes: Uint8Array;
  /** 20ch for 2.12. */
  version: number;
  /** Bytes of the file before the part that runs in protected mode. */
  setupSize: number;
  /** Bytes of the protected-mode part. */
  kernelSize: number;
  /** At 1 MiB; a zImage is loaded below. */
  loadedHigh: boolean;
  /** Whether its protected-mode part can be entered without the setup code having run. */
  entry32: boolean;
  xloadflags: number;
  relocatable: boolean;
  /** What a relocatable kernel's address is a multiple of. */
  alignment: number;
  prefAddress: number;
  initSize: number;
  initrdMax: number;
  commandLineMax: number;
  payloadOffset: number;
  payloadLength: number;
}

export function isLinux(file: Uint8Array): boolean {
  return file.length >= 0x206 && String.fromCharCode(...file.subarray(0x202, 0x206)) === "HdrS";
}

/** Reads and checks the header. Throws MachineError. */
export function readHeader(name: string, file: Uint8Array): LinuxHeader {
  if (file.length < HEADER_END) {
    throw new MachineError(`kernel ${name} is truncated: it has ${file.length} bytes, not even a whole setup header`);
  }
  const image = new Reader(file);
  const version = image.u16(0x206);
  const text = `${version >> 8}.${String(version & 255).padStart(2, "0")}`;
  if (version < OLDEST)
    throw new MachineError(`kernel ${name} has Linux boot protocol ${text}; the oldest known is 2.00`);
  const setupSize = ((image.u8(SETUP_HEADER) || 4) + 1) * 512;
  // syssize: kernels before 2.04 stored only 16 bits of it
  const claimed = (version >= 0x204 ? image.u32(0x1f4) : image.u16(0x1f4)) * 16;
  const payload = version >= 0x208 ? { offset: image.u32(0x248), length: image.u32(0x24c) } : { offset: 0, length: 0 };
  const needed = setupSize + Math.max(payload.offset + payload.length, 1);
  // syssize counts the file up to its checksum or signature
  if (file.length < needed || file.length < setupSize + claimed - 16) {
    throw new MachineError(
      `kernel ${name} is truncated: it has ${file.length} bytes of ${Math.max(needed, setupSize + claimed)}`,
    );
  }
  const end = Math.min(0x202 + image.u8(0x201), 0x290);
  return {
    bytes: file.slice(SETUP_HEADER, end),
    version,
    setupSize,
    kernelSize: file.length - setupSize,
    loadedHigh: (image.u8(0x211) & LOADED_HIGH) !== 0,
    // Before 2.08 the setup code had work to do that no loader could do for it.
    entry32: version >= 0x208 && image.u32(0x214) !== 0,
    xloadflags: version >= 0x20c ? image.u16(0x236) : 0,
    relocatable: version >= 0x205 && image.u8(0x234) !== 0,
    alignment: version >= 0x205 ? image.u32(0x230) : 0,
    prefAddress: version >= 0x20a ? image.u64(0x258) : 0x100000,
    initSize: version >= 0x20a ? image.u32(0x260) : 0,
    initrdMax: version >= 0x203 ? image.u32(0x22c) : OLD_INITRD_MAX,
    commandLineMax: version >= 0x206 ? image.u32(0x238) : OLD_COMMAND_LINE_MAX,
    payloadOffset: payload.offset,
    payloadLength: payload.length,
  };
}

/** Throws MachineError when the command line, with its NUL, is more than the kernel takes. */
export function checkCommandLine(text: Uint8Array, header: LinuxHeader): void {
  const longest = Math.min(header.commandLineMax, COMMAND_LINE_MAX - 1);
  if (text.length - 1 > longest) {
    throw new MachineError(`-append has ${text.length - 1} bytes; this kernel takes ${longest}`);
  }
}

/**
 * Writes the zero page and what hangs off it, and the initrd.
 * @param bottom first address after all that the kernel occupies while it starts
 * @param moved the kernel is not where it was linked to be
 * @returns the zero page's address, for RSI
 */
export function writeBootParams(
  context: BootContext,
  header: LinuxHeader,
  commandLine: string,
  initrd: BootModule | undefined,
  bottom: number,
  moved = false,
): number {
  const { memory } = context;
  const zero = new Structure(4096).put(SETUP_HEADER, header.bytes);
  const text = cString(encodeText(commandLine));
  checkCommandLine(text, header);
  memory.write(COMMAND_LINE, text);
  context.placed?.("command line", COMMAND_LINE, text);

  // no type of loader is assigned to us
  zero.u8(0x210, 0xff);
  if (moved) zero.u8(0x211, header.bytes[0x211 - SETUP_HEADER]! | KASLR_FLAG);
  zero.u16(0x1fa, 0xffff);
  zero.u32(0x228, COMMAND_LINE);
  zero.u64(0x070, context.rsdp);
  if (initrd && initrd.bytes.length > 0) {
    zero.u32(0x218, placeInitrd(context, initrd, bottom, header.initrdMax)).u32(0x21c, initrd.bytes.length);
  }
  if (header.version >= 0x209) {
    zero.u64(0x250, SETUP_DATA);
    const seed = new Uint8Array(SEED_BYTES);
    context.entropy.fill(seed);
    memory.write(
      SETUP_DATA,
      new Structure(16 + SEED_BYTES).u32(8, SETUP_RNG_SEED).u32(12, SEED_BYTES).put(16, seed).bytes,
    );
  }
  const map = memoryMap(memory, context.tables).slice(0, E820_MAX);
  zero.u8(0x1e8, map.length);
  for (const [n, { address, length, type }] of map.entries()) {
    const at = 0x2d0 + 20 * n;
    zero
      .u64(at, address)
      .u64(at + 8, length)
      .u32(at + 16, type);
  }
  memory.write(ZERO_PAGE, zero.bytes);
  for (const table of context.tables) memory.write(table.address, table.bytes);
  return ZERO_PAGE;
}
