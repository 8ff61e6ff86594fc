// A Linux bzImage. Unpacked here when its compression is known, while it arrives and where its own decompressor would do it, and
// then entered as that would enter it; otherwise loaded as it is, at 1 MiB, and entered by the 64-bit or the 32-bit boot
// protocol; where the header names no such way in, by its setup code (setup-code.ts).

import { type Elf, type ElfSegment, EM_X86_64, isElf, parseElf } from "../../../boot/elf.js";
import { roomFor } from "../../../boot/room.js";
import { findUnpacker, MAGIC_BYTES, unpackArriving } from "../../../boot/unpack.js";
import { MachineError } from "../../../machine/host.js";
import { longMode, protectedMode } from "./cpu-state.js";
import type { ArrivingInputs, BootContext, BootInputs, InitialCpu, PreparedKernel } from "./interfaces.js";
import { chooseBase, type Moved, UNMOVED } from "./kaslr.js";
import { type LinuxHeader, readHeader, writeBootParams, ZERO_PAGE } from "./linux.js";
import { endOfFreeRam, ONE_MIB } from "./memory-map.js";
import { checkFits, initrdAddress, loadSegments } from "./place.js";
import { readRelocations, relocate } from "./relocate.js";
import { loadSetupCode } from "./setup-code.js";

const XLF_KERNEL_64 = 1;
const ENTRY_64 = 0x200;

/** Throws MachineError for a kernel that is damaged or too old. */
export async function prepareBzImage(inputs: ArrivingInputs): Promise<PreparedKernel> {
  const { kernelName: name, kernel: file } = inputs;
  const header = readHeader(name, file);
  const wide = (header.xloadflags & XLF_KERNEL_64) !== 0;
  const bySetup = inputs.bySetupCode || !header.loadedHigh || !(wide || header.entry32);
  const inside = wide && !bySetup && inputs.unpack !== false ? await findKernelInside(inputs, header) : undefined;
  // Unpacked while it arrives. Resets do it again.
  let unpacked = await inside?.arriving();
  await inputs.arrived(file.length);
  const modules = await inputs.modules;
  if (modules.length > 1) throw new MachineError(`Linux takes one initrd, not ${modules.length}`);
  const ready = { ...inputs, modules };
  if (bySetup) return { format: "setup", load: (context) => loadSetupCode(context, ready, header) };
  if (inside && unpacked) {
    return {
      format: "vmlinux",
      prepare() {
        if (unpacked) return undefined;
        return inside.again().then((kernel) => {
          unpacked = kernel;
        });
      },
      load(context) {
        const kernel = unpacked;
        unpacked = undefined;
        announce(context, file, header);
        return kernel ? loadUnpacked(context, ready, header, kernel) : loadPacked(context, ready, header, wide);
      },
    };
  }
  return {
    format: "bzimage",
    load(context) {
      announce(context, file, header);
      return loadPacked(context, ready, header, wide);
    },
  };
}

/** Says where the two parts of the file would go by the 16-bit protocol. */
function announce({ placed }: BootContext, file: Uint8Array, { setupSize }: LinuxHeader): void {
  placed?.("setup", ZERO_PAGE, file.subarray(0, setupSize));
  placed?.("kernel", ONE_MIB, file.subarray(setupSize));
}

interface Unpacked {
  file: Uint8Array;
  elf: Elf;
}

/** The ELF file inside, in guest RAM; undefined when the guest had better unpack it itself. */
interface KernelInside {
  /** While the file is being loaded. */
  arriving(): Promise<Unpacked | undefined>;
  /** At a reset. */
  again(): Promise<Unpacked | undefined>;
}

async function findKernelInside(
  { kernel: file, arrived, ram, pause }: ArrivingInputs,
  header: LinuxHeader,
): Promise<KernelInside | undefined> {
  const { prefAddress, payloadLength: length } = header;
  const room = roomFor(ram, header.prefAddress, header.initSize, header.payloadLength);
  if (length === 0 || !room) return undefined;
  const start = header.setupSize + header.payloadOffset;
  const payload = file.subarray(start, start + length);
  const here = async (count: number): Promise<number> => Math.min((await arrived(start + count)) - start, length);
  await here(MAGIC_BYTES);
  const unpacker = await findUnpacker(payload, ram);
  if (!unpacker) return undefined;
  const { unpack, atOnce } = unpacker;
  const unpacked = (size: number): Unpacked | undefined => {
    const inner = room.out.subarray(0, size);
    if (!isElf(inner)) return undefined;
    const elf = parseElf(inner);
    return elf.machine === EM_X86_64 && elf.segments.length > 0 ? { file: inner, elf } : undefined;
  };
  const damaged = (error: unknown): undefined => {
    if (!(error instanceof RangeError)) throw error;
  };
  return {
    arriving: () => unpackArriving(unpack(payload, room), here, pause).then(unpacked).catch(damaged),
    async again() {
      // While the file was being loaded a signal ended the program by itself.
      if (atOnce) return undefined;
      ram.dirty(prefAddress, room.out.length);
      ram.dirty(prefAddress + room.packed.byteOffset - room.out.byteOffset, room.packed.length);
      return unpackArriving(unpack(payload, room), async () => length, pause)
        .then(unpacked)
        .catch(damaged);
    },
  };
}

function loadUnpacked(context: BootContext, inputs: BootInputs, header: LinuxHeader, kernel: Unpacked): InitialCpu {
  const name = inputs.kernelName;
  const { file, elf } = kernel;
  const { prefAddress, initSize } = header;
  checkFits(context, name, prefAddress, prefAddress + initSize);
  const relocations = header.relocatable ? readRelocations(file, elf) : undefined;
  const moved = relocations ? chooseMove(context, inputs, header) : UNMOVED;
  const at = prefAddress + moved.physical;
  const segments = elf.segments.map((segment) => ({ ...segment, address: segment.address + moved.physical }));
  const order = [segments, [...segments].reverse()].find((some) => movable(some, prefAddress));
  const top = Math.max(loadSegments(context, name, order ? file : file.slice(), order ?? segments), at + initSize);
  const image = relocations && inputs.ram.view(at, top - at);
  if (image) relocate(image, prefAddress, relocations, moved.virtual);
  const zeroPage = writeBootParams(context, header, inputs.commandLine, inputs.modules[0], top, moved !== UNMOVED);
  return longMode(context.memory, { rip: elf.entry + moved.physical, registers: { rsi: zeroPage } });
}

function chooseMove(context: BootContext, inputs: BootInputs, header: LinuxHeader): Moved {
  const { commandLine, randomBase = false } = inputs;
  const [initrd] = inputs.modules;
  const end = initrd ? initrdAddress(context, initrd, header.initrdMax) : endOfFreeRam(context.memory, context.tables);
  return chooseBase(header, commandLine, randomBase, end, context.entropy);
}

/**
 * Whether segments of a file that lies at `file` can be moved to their places one after the other: none goes over the file's bytes
 * of a later one.
 */
function movable(segments: readonly ElfSegment[], file: number): boolean {
  return segments.every(({ address, size }, n) =>
    segments.slice(n + 1).every(({ offset, fileSize }) => {
      const from = file + offset;
      return address + size <= from || address >= from + fileSize;
    }),
  );
}

function loadPacked(context: BootContext, inputs: BootInputs, header: LinuxHeader, wide: boolean): InitialCpu {
  const { memory } = context;
  const name = inputs.kernelName;
  const end = Math.max(ONE_MIB + header.kernelSize, header.prefAddress + header.initSize);
  checkFits(context, name, ONE_MIB, end);
  memory.write(ONE_MIB, inputs.kernel.subarray(header.setupSize));
  const zeroPage = writeBootParams(context, header, inputs.commandLine, inputs.modules[0], end);
  if (wide) return longMode(memory, { rip: ONE_MIB + ENTRY_64, registers: { rsi: zeroPage } });
  return protectedMode(memory, { rip: ONE_MIB, registers: { rsi: zeroPage } });
}
