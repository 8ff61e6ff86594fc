// What a RISC-V `virt` starts: the built-in SBI or firmware of a file, and a kernel with its initrd and the device tree. All of it is
// written to RAM after every reset.

import type { RiscvCpu } from "../../../arch/riscv/cpu.js";
import { encodeText } from "../../../base/text.js";
import { flatten } from "../../../boot/fdt/flatten.js";
import type { TreeNode } from "../../../boot/fdt/tree.js";
import * as fw from "../../../devices/firmware/fwcfg/fwcfg.js";
import { MachineError, type MachineHost } from "../../../machine/host.js";
import type { MachineConfig } from "../../../options/config.js";
import type { Boot, BootParts } from "../../registry/model.js";
import type { KernelFile } from "../boot/kernel-file.js";
import type { BootPlaces } from "../boot/place.js";
import { makeSbi } from "../sbi/firmware.js";
import type { RiscvVirtBoard } from "./board.js";
import { entryOf, inRam, placed, programOf, put, putFile, readBytes, readTree, sizeOf } from "./files.js";
import { installFlashes, readFlashes } from "./flash.js";
import * as map from "./map.js";
import { resetRom } from "./reset-rom.js";
import { addChosen, type TreeOptions, virtTree } from "./tree.js";

/** Memory of the built-in firmware, as the device tree has it: no more than OpenSBI's. */
const FIRMWARE_SIZE = 512 << 10;
const KERNEL_OFFSET = 2 << 20;
const SEED_BYTES = 32;

interface Firmware {
  /** At RAM's beginning unless its segments say otherwise; absent: the kernel is there. */
  readonly file?: KernelFile;
  readonly end: number;
  /** Of the device tree. */
  readonly reserved?: TreeOptions["firmware"];
}

/** Of the CPU, for the device tree. */
export type CpuTree = Pick<TreeOptions, "harts" | "extensions" | "mmu">;

export async function prepareRiscvBoot(
  { config, host, memory, cpu, drives, entropy }: BootParts<RiscvCpu>,
  cpuTree: CpuTree,
): Promise<Boot<RiscvVirtBoard>> {
  const { ramSize } = config;
  const ram = { address: map.RAM_BASE, length: ramSize };
  const flashes = await readFlashes(config, drives);
  const dump = config.machine.properties.dumpdtb as string | undefined;
  const elsewhere = flashes[0] !== undefined || dump !== undefined || config.loads.length > 0;
  const firmware = await readFirmware(config, host, cpuTree.harts, elsewhere);
  // Firmware in a flash gets the kernel by fw_cfg.
  const given = config.kernel === undefined ? undefined : await programOf("kernel", config.kernel, host, ramSize);
  const kernel = flashes[0] ? undefined : given;
  const initrd = config.initrd === undefined ? undefined : await readBytes("initrd", config.initrd, host);
  const own = config.dtb === undefined ? undefined : await readBytes("device tree", config.dtb, host);
  const aclint = config.machine.properties.aclint === true;
  const made = (): TreeNode => virtTree({ ...cpuTree, ramSize, aclint, firmware: firmware.reserved });
  const treeFor = (places: BootPlaces | undefined): Uint8Array => {
    const seed = new Uint8Array(SEED_BYTES);
    entropy.fill(seed);
    const start = places?.initrd ?? 0;
    const initrdPlace = kernel && initrd && { start, end: start + initrd.length };
    const chosen = { commandLine: given ? config.append : undefined, initrd: initrdPlace, seed };
    const { root, options } = own ? readTree(own, config.dtb!) : { root: made(), options: {} };
    addChosen(root, chosen);
    return flatten(root, options);
  };
  const places = placed({
    ...{ ram, firmwareEnd: firmware.end },
    kernel: kernel && sizeOf(kernel),
    initrd: kernel && initrd?.length,
    // Its length is the same whatever it says of places.
    tree: treeFor(undefined).length,
  });
  const flash = flashes[0] ? map.FLASH.address : 0;
  // The built-in firmware goes on where a kernel would be: something may have been loaded there.
  const entry = kernel ? entryOf(kernel, places.kernel) : flash || (firmware.reserved ? places.kernel : 0);
  const rom = memory.addRom(
    resetRom(map.RESET_ROM.address, {
      firmware: firmware.file ? entryOf(firmware.file, map.RAM_BASE) : entry || map.RAM_BASE,
      tree: places.tree,
      next: entry,
    }),
  );
  return {
    install(board) {
      installFlashes(board, memory, flashes, [{ address: map.RESET_ROM.address, length: 4096, kind: "rom", rom }]);
      if (flash && given) addKernelItems(board.fwCfg, given, initrd, config.append);
    },
    ...(dump === undefined ? {} : { prepare: () => dumpTree(host, dump, treeFor(places)) }),
    start(board) {
      if (dump !== undefined) {
        board.leave();
        return;
      }
      if (firmware.file) putFile(memory, firmware.file, map.RAM_BASE);
      if (kernel) putFile(memory, kernel, places.kernel);
      if (kernel && initrd) put(memory, places.initrd, initrd);
      put(memory, places.tree, treeFor(places));
      cpu.setPc(BigInt(map.RESET_ROM.address));
      cpu.update();
    },
  };
}

async function readFirmware(
  { bios, kernel, ramSize }: MachineConfig,
  host: MachineHost,
  harts: number,
  /** There is something else to start, or nothing is to be. */
  elsewhere: boolean,
): Promise<Firmware> {
  if (bios === "none") {
    if (kernel === undefined && !elsewhere)
      throw new MachineError("-bios none: nothing to start: give a kernel (-kernel FILE) as well");
    return { end: map.RAM_BASE };
  }
  if (bios !== undefined && bios !== "default") {
    const file = await programOf("firmware", bios, host, ramSize);
    return { file, end: inRam("firmware", bios, file, { address: map.RAM_BASE, length: ramSize }) };
  }
  if (kernel === undefined && !elsewhere) {
    throw new MachineError("nothing to boot: give a kernel (-kernel FILE) or firmware (-bios FILE)");
  }
  const bytes = makeSbi({
    ...{ address: map.RAM_BASE, ramEnd: map.RAM_BASE + ramSize, next: map.RAM_BASE + KERNEL_OFFSET, harts },
    ...{ uart: map.UART.address, finisher: map.TEST.address },
    ...{ msip: map.CLINT.address, mtimecmp: map.CLINT.address + 0x4000 },
  });
  const end = map.RAM_BASE + FIRMWARE_SIZE;
  const file = { form: "flat", bytes, offset: undefined, size: bytes.length, entry: 0 } as const;
  return { file, end, reserved: { address: map.RAM_BASE, size: FIRMWARE_SIZE } };
}

async function dumpTree(host: MachineHost, name: string, bytes: Uint8Array): Promise<void> {
  if (!host.writeFile) throw new MachineError(`-machine dumpdtb=${name}: this host writes no files`);
  await host.writeFile(name, bytes);
}

function addKernelItems(fwCfg: fw.FwCfg, kernel: KernelFile, initrd: Uint8Array | undefined, append: string): void {
  fwCfg.addU32(fw.FW_CFG_KERNEL_SIZE, kernel.bytes.length);
  fwCfg.add(fw.FW_CFG_KERNEL_DATA, kernel.bytes);
  if (initrd) {
    fwCfg.addU32(fw.FW_CFG_INITRD_SIZE, initrd.length);
    fwCfg.add(fw.FW_CFG_INITRD_DATA, initrd);
  }
  const line = encodeText(`${append}\0`);
  fwCfg.addU32(fw.FW_CFG_CMDLINE_SIZE, line.length);
  fwCfg.add(fw.FW_CFG_CMDLINE_DATA, line);
}
