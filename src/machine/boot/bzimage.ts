// A Linux bzImage. Unpacked here when its compression is known, and then entered as its own decompressor would enter
// it; otherwise loaded as it is, at 1 MiB, and entered by the 64-bit or the 32-bit boot protocol.

import { MachineError } from "../host.js";
import { longMode, protectedMode } from "./cpu-state.js";
import { type Elf, EM_X86_64, isElf, parseElf } from "./elf.js";
import type { BootContext, BootInputs, InitialCpu, PreparedKernel } from "./interfaces.js";
import { type LinuxHeader, readHeader, writeBootParams } from "./linux.js";
import { ONE_MIB } from "./memory-map.js";
import { checkFits, loadSegments } from "./place.js";
import { findUnpacker } from "./unpack.js";

const XLF_KERNEL_64 = 1;
const ENTRY_64 = 0x200;

/** Throws MachineError for a kernel that is damaged or too old. */
export async function prepareBzImage(inputs: BootInputs): Promise<PreparedKernel> {
  const { kernelName: name, kernel: file } = inputs;
  const header = readHeader(name, file);
  if (inputs.modules.length > 1) throw new MachineError(`Linux takes one initrd, not ${inputs.modules.length}`);
  const wide = (header.xloadflags & XLF_KERNEL_64) !== 0;
  const unpack = wide && inputs.unpack !== false ? await findKernelInside(inputs, header) : undefined;
  // Kept until it is loaded: it is large, and resets are rare.
  let first = unpack?.();
  if (unpack && first) {
    return {
      format: "vmlinux",
      load(context) {
        const kernel = first ?? unpack()!;
        first = undefined;
        return loadUnpacked(context, inputs, header, kernel);
      },
    };
  }
  return { format: "bzimage", load: (context) => loadPacked(context, inputs, header, wide) };
}

interface Unpacked {
  file: Uint8Array;
  elf: Elf;
}

/** How to get at the ELF file inside; undefined, now or when called, when the guest had better do it itself. */
async function findKernelInside(
  { kernel: file, core }: BootInputs,
  header: LinuxHeader,
): Promise<(() => Unpacked | undefined) | undefined> {
  if (header.payloadLength === 0) return undefined;
  const start = header.setupSize + header.payloadOffset;
  const unpack = await findUnpacker(file.subarray(start, start + header.payloadLength), core);
  if (!unpack) return undefined;
  return () => {
    const payload = unpack();
    if (!payload || !isElf(payload)) return undefined;
    try {
      const elf = parseElf(payload);
      return elf.machine === EM_X86_64 && elf.segments.length > 0 ? { file: payload, elf } : undefined;
    } catch {
      return undefined;
    }
  };
}

function loadUnpacked(context: BootContext, inputs: BootInputs, header: LinuxHeader, kernel: Unpacked): InitialCpu {
  const name = inputs.kernelName;
  const end = header.prefAddress + header.initSize;
  checkFits(context, name, header.prefAddress, end);
  const top = loadSegments(context, name, kernel.file, kernel.elf.segments);
  const zeroPage = writeBootParams(context, header, inputs.commandLine, inputs.modules[0], Math.max(top, end));
  return longMode(context.memory, { rip: kernel.elf.entry, registers: { rsi: zeroPage } });
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
