// The PVH entry of Xen's HVM start-up protocol (xen/include/public/arch-x86/hvm/start_info.h): an ELF file whose note
// names a 32-bit entry point.

import { encodeText } from "../../../base/text.js";
import { cString, Reader, Structure } from "../../../boot/bytes.js";
import { type Elf, findNote } from "../../../boot/elf.js";
import { MachineError } from "../../../machine/host.js";
import { protectedMode } from "./cpu-state.js";
import type { BootContext, BootInputs, InitialCpu, PreparedKernel } from "./interfaces.js";
import { memoryMap } from "./memory-map.js";
import { announceSegments, loadSegments, placeInitrd } from "./place.js";

const NOTE_PHYS32_ENTRY = 18;
const MAGIC = 0x336ec578;
const START_INFO = 0x10000;
const MODULES = 0x10100;
const MEMORY_MAP = 0x11000;
const COMMAND_LINE = 0x20000;
const COMMAND_LINE_MAX = 0x10000;
/** The protocol leaves modules anywhere below 4 GiB; kernels expect them below 2 GiB. */
const MODULE_LIMIT = 0x7fffffff;

/** The entry point that the file's note names, or undefined. */
export function pvhEntry(elf: Elf): number | undefined {
  const data = findNote(elf, "Xen", NOTE_PHYS32_ENTRY);
  return data && data.length >= 4 ? new Reader(data).u32(0) : undefined;
}

export function preparePvh(inputs: BootInputs, elf: Elf, entry: number): PreparedKernel {
  if (inputs.modules.length > 1) throw new MachineError(`a PVH kernel takes one initrd, not ${inputs.modules.length}`);
  return { format: "pvh", load: (context) => load(context, inputs, elf, entry) };
}

function load(context: BootContext, inputs: BootInputs, elf: Elf, entry: number): InitialCpu {
  const { memory } = context;
  const top = loadSegments(context, inputs.kernelName, inputs.kernel, elf.segments);
  const text = cString(encodeText(inputs.commandLine));
  if (text.length > COMMAND_LINE_MAX) {
    throw new MachineError(`-append has ${text.length - 1} bytes; at most ${COMMAND_LINE_MAX - 1} fit`);
  }
  memory.write(COMMAND_LINE, text);
  context.placed?.("command line", COMMAND_LINE, text);
  announceSegments(context, inputs.kernel, elf.segments, entry);

  const initrd = inputs.modules[0];
  const modules = initrd && initrd.bytes.length > 0 ? 1 : 0;
  if (initrd && modules) {
    const address = placeInitrd(context, initrd, top, MODULE_LIMIT);
    memory.write(MODULES, new Structure(32).u64(0, address).u64(8, initrd.bytes.length).bytes);
  }
  const map = memoryMap(memory, context.tables);
  const entries = new Structure(map.length * 24);
  for (const [n, { address, length, type }] of map.entries()) {
    entries
      .u64(24 * n, address)
      .u64(24 * n + 8, length)
      .u32(24 * n + 16, type);
  }
  memory.write(MEMORY_MAP, entries.bytes);
  const info = new Structure(56)
    .u32(0, MAGIC)
    .u32(4, 1)
    .u32(12, modules)
    .u64(16, modules ? MODULES : 0);
  info.u64(24, COMMAND_LINE).u64(32, context.rsdp).u64(40, MEMORY_MAP).u32(48, map.length);
  memory.write(START_INFO, info.bytes);
  for (const table of context.tables) memory.write(table.address, table.bytes);
  return protectedMode(memory, { rip: entry, registers: { rbx: START_INFO } });
}
