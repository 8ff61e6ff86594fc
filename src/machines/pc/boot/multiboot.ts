// Multiboot 1 (Multiboot Specification 0.6.96): ELF kernels and flat ones whose header carries load addresses.

import { encodeText } from "../../../base/text.js";
import { alignUp, cString, hex, Reader, Structure } from "../../../boot/bytes.js";
import { type ElfSegment, isElf, parseElf } from "../../../boot/elf.js";
import { MachineError } from "../../../machine/host.js";
import { protectedMode } from "./cpu-state.js";
import type { BootContext, BootInputs, InitialCpu, PreparedKernel } from "./interfaces.js";
import { EBDA, endOfFreeRam, memoryMap, ONE_MIB } from "./memory-map.js";
import { announceSegments, checkFits, loadSegments } from "./place.js";

const MAGIC = 0x1badb002;
const LOADER_MAGIC = 0x2badb002;
const SEARCHED = 8192;
const ADDRESSES = 1 << 16;
/** Requirements that are met: aligned modules, memory information; a video mode is a wish we do not grant. */
const KNOWN = 0x7;
const REQUIRED = 0xffff;

/** Fields of the information structure that are valid: memory, boot device, command line, modules, memory map, loader. */
const INFO_FLAGS = 0x1 | 0x2 | 0x4 | 0x8 | 0x40 | 0x200;
const INFO = 0x9000;
const INFO_SIZE = 120;
const LOADER_NAME = "wasmachine";

interface Image {
  segments: ElfSegment[];
  entry: number;
}

/** Offset of the header in the file, or undefined. */
export function findMultiboot(file: Uint8Array): number | undefined {
  const image = new Reader(file);
  for (let at = 0; at + 12 <= Math.min(file.length, SEARCHED); at += 4) {
    const sum = image.u32(at) + image.u32(at + 4) + image.u32(at + 8);
    if (image.u32(at) === MAGIC && sum % 2 ** 32 === 0) return at;
  }
  return undefined;
}

/** Throws MachineError for headers that ask for what is not there and for damaged files. */
export function prepareMultiboot(inputs: BootInputs, header: number): PreparedKernel {
  const { kernelName: name, kernel: file } = inputs;
  const flags = new Reader(file).u32(header + 4);
  if (flags & REQUIRED & ~KNOWN) {
    throw new MachineError(`multiboot kernel ${name} requires unknown features: its header's flags are ${hex(flags)}`);
  }
  const image = flags & ADDRESSES ? flatImage(name, file, header) : elfImage(name, file);
  return { format: "multiboot", load: (context) => load(context, inputs, image) };
}

function elfImage(name: string, file: Uint8Array): Image {
  if (!isElf(file)) throw new MachineError(`multiboot kernel ${name} is neither an ELF file nor says where to load it`);
  try {
    const { segments, entry } = parseElf(file);
    return { segments, entry };
  } catch (error) {
    throw new MachineError(`kernel ${name} ${(error as Error).message}`);
  }
}

function flatImage(name: string, file: Uint8Array, header: number): Image {
  const image = new Reader(file);
  if (header + 32 > file.length) throw new MachineError(`multiboot kernel ${name} is truncated inside its header`);
  const [headerAddress, start, end, bssEnd] = [12, 16, 20, 24].map((offset) => image.u32(header + offset));
  const offset = header - (headerAddress! - start!);
  if (offset < 0 || offset > header) {
    throw new MachineError(
      `multiboot kernel ${name} has load address ${hex(start!)} for a header at ${hex(headerAddress!)}`,
    );
  }
  const fileSize = end ? end - start! : file.length - offset;
  if (fileSize < 0 || offset + fileSize > file.length) {
    throw new MachineError(
      `multiboot kernel ${name} is truncated: it has ${file.length} bytes of ${offset + Math.max(fileSize, 0)}`,
    );
  }
  const size = Math.max(fileSize, bssEnd ? bssEnd - start! : 0);
  return { segments: [{ offset, fileSize, address: start!, size }], entry: image.u32(header + 28) };
}

function load(context: BootContext, inputs: BootInputs, image: Image): InitialCpu {
  const { memory } = context;
  const name = inputs.kernelName;
  let top = Math.max(ONE_MIB, loadSegments(context, name, inputs.kernel, image.segments));
  const modules = inputs.modules.map((module) => {
    const start = alignUp(top, 4096);
    top = start + module.bytes.length;
    checkFits(context, name, start, top);
    memory.write(start, module.bytes);
    return { start, end: top, text: cString(encodeText(module.name)) };
  });
  const map = memoryMap(memory, context.tables);

  const mapAt = INFO_SIZE;
  const modulesAt = mapAt + 24 * map.length;
  let textAt = modulesAt + 16 * modules.length;
  const commandLine = cString(encodeText(inputs.commandLine ? `${name} ${inputs.commandLine}` : name));
  const texts = [commandLine, cString(encodeText(LOADER_NAME)), ...modules.map((module) => module.text)];
  const size = texts.reduce((sum, text) => sum + text.length, textAt);
  // in low memory, unless the kernel itself is there
  const low = !image.segments.some((s) => s.address < INFO + size && s.address + s.size > INFO) && INFO + size <= EBDA;
  const base = low ? INFO : alignUp(top, 4096);
  checkFits(context, name, base, base + size);

  const info = new Structure(size);
  const addresses = texts.map((text) => {
    info.put(textAt, text);
    textAt += text.length;
    return base + textAt - text.length;
  });
  info
    .u32(0, INFO_FLAGS)
    .u32(4, EBDA >> 10)
    .u32(8, (endOfFreeRam(memory, context.tables) - ONE_MIB) >>> 10);
  // booted from no disk that it could find
  info.u32(12, 0x8000ffff);
  info
    .u32(16, addresses[0]!)
    .u32(20, modules.length)
    .u32(24, base + modulesAt);
  info
    .u32(44, 24 * map.length)
    .u32(48, base + mapAt)
    .u32(64, addresses[1]!);
  for (const [n, range] of map.entries()) {
    const at = mapAt + 24 * n;
    info
      .u32(at, 20)
      .u64(at + 4, range.address)
      .u64(at + 12, range.length)
      .u32(at + 20, range.type);
  }
  for (const [n, module] of modules.entries()) {
    const at = modulesAt + 16 * n;
    info
      .u32(at, module.start)
      .u32(at + 4, module.end)
      .u32(at + 8, addresses[2 + n]!);
  }
  memory.write(base, info.bytes);
  announceSegments(context, inputs.kernel, image.segments, image.entry);
  context.placed?.("initrd", base, info.bytes);
  for (const table of context.tables) memory.write(table.address, table.bytes);
  return protectedMode(memory, { rip: image.entry, registers: { rax: LOADER_MAGIC, rbx: base } });
}
