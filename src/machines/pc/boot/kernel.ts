// Recognises what -kernel names. The order is QEMU's: Linux's own header, multiboot, an ELF file with a PVH entry.

import { type Elf, EM_386, EM_X86_64, isElf, parseElf } from "../../../boot/elf.js";
import { MachineError } from "../../../machine/host.js";
import { prepareBzImage } from "./bzimage.js";
import type { ArrivingInputs, PreparedKernel } from "./interfaces.js";
import { isLinux } from "./linux.js";
import { findMultiboot, prepareMultiboot } from "./multiboot.js";
import { preparePvh, pvhEntry } from "./pvh.js";

/** Everything that tells kernels apart is in these first bytes of their files. */
export const HEAD_BYTES = 8192;

/** What a file compressed by gzip begins with: Xen's and GNU Mach's are packaged so, for GRUB, which unpacks them. */
const GZIP = [0x1f, 0x8b];

/** Whether -initrd is a list of modules (splitModules) rather than one file. */
export function takesModules(kernel: Uint8Array): boolean {
  return !isLinux(kernel) && findMultiboot(kernel) !== undefined;
}

/**
 * The modules of -initrd "FILE ARGS,FILE ARGS" with the file's name apart, by QEMU's rules: ",," is a comma, the file's name
 * ends at the first space, the kernel sees all of it, and a comma at the end means nothing.
 */
export function splitModules(option: string): { file: string; name: string }[] {
  const parts = option.replaceAll(",,", "\0").split(",");
  if (parts.at(-1) === "") parts.pop();
  return parts.map((part) => {
    const name = part.replaceAll("\0", ",");
    const file = name.split(" ")[0]!;
    if (file === "")
      throw new MachineError(`-initrd ${option}: the module '${name}' does not begin with a file's name`);
    return { file, name };
  });
}

/** Prepares a kernel for being loaded. Throws MachineError: one sentence for the user. */
export async function prepareKernel(arriving: ArrivingInputs): Promise<PreparedKernel> {
  const { kernelName: name, kernel: file, arrived } = arriving;
  if (file.length === 0) throw new MachineError(`kernel ${name} is empty`);
  await arrived(HEAD_BYTES);
  if (isLinux(file)) return prepareBzImage(arriving);
  await arrived(file.length);
  const inputs = { ...arriving, modules: await arriving.modules };
  const header = findMultiboot(file);
  if (header !== undefined) return prepareMultiboot(inputs, header);
  if (file[0] === GZIP[0] && file[1] === GZIP[1]) {
    throw new MachineError(
      `kernel ${name} is compressed by gzip, which its loader has to undo: gunzip -c ${name} > FILE`,
    );
  }
  if (!isElf(file)) {
    throw new MachineError(`${name} is not a kernel: neither a Linux bzImage, nor multiboot, nor an ELF file`);
  }
  const elf = readElf(name, file);
  const entry = pvhEntry(elf);
  if (entry === undefined) {
    throw new MachineError(
      `ELF file ${name} is not a kernel that can be started: it has no PVH entry and no multiboot header`,
    );
  }
  return preparePvh(inputs, elf, entry);
}

function readElf(name: string, file: Uint8Array): Elf {
  let elf: Elf;
  try {
    elf = parseElf(file);
  } catch (error) {
    throw new MachineError(`kernel ${name} ${(error as Error).message}`);
  }
  if (elf.machine !== EM_386 && elf.machine !== EM_X86_64) {
    throw new MachineError(`kernel ${name} is for another machine than x86 (ELF machine ${elf.machine})`);
  }
  return elf;
}
