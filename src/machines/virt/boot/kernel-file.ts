// What -kernel names, read as a machine with a device tree boots it: an Image with its header, an ELF file, or bytes that are put where a
// kernel begins. Compressed ones are unpacked. A position-independent ELF file that begins at 0 has no place of its own (OpenSBI 1.6's):
// it is laid out once and is bytes from then on.

import { type Elf, isElf, parseElf } from "../../../boot/elf.js";
import { hasImageHeader, type ImageMagic, parseImageHeader } from "../../../boot/image-header.js";
import { unpackFile } from "../../../boot/packed-file.js";

/** What a guest's kernels look like. */
export interface KernelFormat {
  readonly guest: string;
  readonly magic: ImageMagic;
  readonly elfMachine: number;
}

/** All of it goes to one place, `offset` from the beginning of RAM if it says so; it needs `size` bytes there. */
export interface FlatFile {
  readonly form: "flat";
  readonly bytes: Uint8Array;
  readonly offset: number | undefined;
  readonly size: number;
  /** Where it is entered, from its own beginning. */
  readonly entry: number;
}

export type KernelFile =
  | FlatFile
  /** Its segments say where they go. */
  | { readonly form: "elf"; readonly bytes: Uint8Array; readonly elf: Elf };

export const RISCV_KERNEL: KernelFormat = {
  guest: "riscv64",
  // "RSC" and 5; the older "RISCV" stands before it.
  magic: { offset: 0x38, bytes: [0x52, 0x53, 0x43, 0x05] },
  elfMachine: 243,
};

export const ARM_KERNEL: KernelFormat = {
  guest: "aarch64",
  magic: { offset: 0x38, bytes: [0x41, 0x52, 0x4d, 0x64] },
  elfMachine: 183,
};

const X86_MACHINES = [3, 62];

/** `most`: bytes of RAM. Rejects with RangeError: the rest of a sentence that begins with the file's name. */
export async function readKernel(file: Uint8Array, format: KernelFormat, most: number): Promise<KernelFile> {
  if (file.length === 0) throw new RangeError("is empty");
  const bytes = await unpackFile(file, most);
  if (isElf(bytes)) {
    const elf = parseElf(bytes);
    if (elf.machine !== format.elfMachine || elf.bits !== 64) {
      throw new RangeError(`is an ELF file for ${machineName(elf)}, and this machine is ${format.guest}`);
    }
    if (elf.segments.length === 0) throw new RangeError("is an ELF file with nothing to be loaded");
    if (elf.movable && elf.segments.some(({ address }) => address === 0)) return laidOut(bytes, elf, most);
    return { form: "elf", bytes, elf };
  }
  const other = otherGuest(bytes, format);
  if (other) throw new RangeError(`is a kernel for ${other}, and this machine is ${format.guest}`);
  if (!hasImageHeader(bytes, format.magic))
    return { form: "flat", bytes, offset: undefined, size: bytes.length, entry: 0 };
  const { textOffset, size } = parseImageHeader(bytes);
  return { form: "flat", bytes, offset: textOffset, size, entry: 0 };
}

/** Its segments where they are from 0 on, with zeros between and behind them: they are there again after each reset. */
function laidOut(file: Uint8Array, { segments, entry }: Elf, most: number): FlatFile {
  const size = Math.max(...segments.map((segment) => segment.address + segment.size));
  if (size > most) throw new RangeError(`needs ${size} bytes of memory, and RAM has ${most} (-m says how much)`);
  const bytes = new Uint8Array(size);
  for (const { offset, fileSize, address } of segments) bytes.set(file.subarray(offset, offset + fileSize), address);
  return { form: "flat", bytes, offset: undefined, size, entry };
}

function machineName({ machine, bits }: Elf): string {
  if (X86_MACHINES.includes(machine)) return bits === 64 ? "x86_64" : "i386";
  const known = [RISCV_KERNEL, ARM_KERNEL].find(({ elfMachine }) => elfMachine === machine);
  if (known) return bits === 64 ? known.guest : `32-bit ${known.guest.replace("64", "")}`;
  return `machine number ${machine}`;
}

/** The guest whose kernel it is, where that is another one. */
function otherGuest(bytes: Uint8Array, format: KernelFormat): string | undefined {
  const linux = [0x48, 0x64, 0x72, 0x53]; // "HdrS"
  if (linux.every((byte, n) => bytes[0x202 + n] === byte)) return "x86";
  const others = [RISCV_KERNEL, ARM_KERNEL].filter(({ guest }) => guest !== format.guest);
  return others.find(({ magic }) => hasImageHeader(bytes, magic))?.guest;
}
