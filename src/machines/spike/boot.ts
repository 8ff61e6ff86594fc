// What `spike` starts: a program of machine mode, or firmware of a file and what it goes on with. Where HTIF is, the program's symbols
// say (tohost, fromhost).

import type { RiscvCpu } from "../../arch/riscv/cpu.js";
import { elfSymbols } from "../../boot/elf-symbols.js";
import { flatten } from "../../boot/fdt/flatten.js";
import type { PhysicalRange } from "../../machine/cpu.js";
import { MachineError } from "../../machine/host.js";
import type { Boot, BootParts } from "../registry/model.js";
import type { KernelFile } from "../virt/boot/kernel-file.js";
import type { BootPlaces } from "../virt/boot/place.js";
import type { CpuTree } from "../virt/riscv/boot.js";
import { entryOf, inRam, placed, programOf, put, putFile, readBytes, readTree, sizeOf } from "../virt/riscv/files.js";
import { resetRom } from "../virt/riscv/reset-rom.js";
import { addChosen } from "../virt/riscv/tree.js";
import type { SpikeBoard } from "./board.js";
import { type HtifPlaces, PAGE } from "./htif-page.js";
import * as map from "./map.js";
import { spikeTree } from "./tree.js";

const REGISTER = 8;
const SEED_BYTES = 32;

export async function prepareSpikeBoot(
  { config, host, memory, cpu, entropy }: BootParts<RiscvCpu>,
  cpuTree: CpuTree,
): Promise<Boot<SpikeBoard>> {
  const { ramSize, bios, kernel: kernelName } = config;
  const ram = { address: map.RAM_BASE, length: ramSize };
  if (bios === undefined || bios === "default") {
    throw new MachineError(
      "machine type 'spike' has no firmware of its own: give -bios none for a program of machine mode, or firmware (-bios FILE)",
    );
  }
  const firmware = bios === "none" ? undefined : await programOf("firmware", bios, host, ramSize);
  if (!firmware && kernelName === undefined && config.loads.length === 0)
    throw new MachineError("-bios none: nothing to start: give a program (-kernel FILE) as well");
  const firmwareEnd = firmware ? inRam("firmware", bios, firmware, ram) : map.RAM_BASE;
  const kernel = kernelName === undefined ? undefined : await programOf("kernel", kernelName, host, ramSize);
  const initrd = config.initrd === undefined ? undefined : await readBytes("initrd", config.initrd, host);
  const own = config.dtb === undefined ? undefined : await readBytes("device tree", config.dtb, host);
  const htif = (kernel && symbols(kernel, ram)) ?? (firmware && symbols(firmware, ram));

  const treeFor = (places?: BootPlaces): Uint8Array => {
    const seed = new Uint8Array(SEED_BYTES);
    entropy.fill(seed);
    const start = places?.initrd ?? 0;
    const { root, options } = own
      ? readTree(own, config.dtb!)
      : { root: spikeTree({ ...cpuTree, ramSize, fixed: !htif }), options: {} };
    addChosen(root, {
      commandLine: kernel ? config.append : undefined,
      initrd: initrd && { start, end: start + initrd.length },
      seed,
    });
    return flatten(root, options);
  };
  const places = placed({
    ...{ ram, firmwareEnd, kernel: kernel && sizeOf(kernel), initrd: initrd?.length, tree: treeFor().length },
  });
  const entry = kernel ? entryOf(kernel, places.kernel) : 0;
  const rom = memory.addRom(
    resetRom(map.RESET_ROM.address, {
      firmware: firmware ? entryOf(firmware, map.RAM_BASE) : entry || map.RAM_BASE,
      tree: places.tree,
      next: entry,
    }),
  );
  const romRange: PhysicalRange = { address: map.RESET_ROM.address, length: PAGE, kind: "rom", rom };
  let ranges: readonly PhysicalRange[] = [romRange];
  return {
    install(board) {
      if (htif) ranges = [romRange, ...board.watchHtif(htif, memory)];
      else board.mapHtif();
      memory.setRanges(ranges);
    },
    start() {
      // All of RAM can be written to until it is loaded.
      memory.setRanges([romRange]);
      if (firmware) putFile(memory, firmware, map.RAM_BASE);
      if (kernel) putFile(memory, kernel, places.kernel);
      if (initrd) put(memory, places.initrd, initrd);
      put(memory, places.tree, treeFor(places));
      memory.setRanges(ranges);
      cpu.setPc(BigInt(map.RESET_ROM.address));
      cpu.update();
    },
  };
}

/** Where a program has HTIF's registers; undefined: nowhere in RAM. */
function symbols(file: KernelFile, ram: { address: number; length: number }): HtifPlaces | undefined {
  if (file.form !== "elf") return undefined;
  const found = elfSymbols(file.bytes, ["tohost", "fromhost"]);
  const [tohost, fromhost] = [found.get("tohost"), found.get("fromhost")];
  const inside = (address: number | undefined): address is number =>
    address !== undefined &&
    address % REGISTER === 0 &&
    address >= ram.address &&
    address + REGISTER <= ram.address + ram.length;
  return inside(tohost) && inside(fromhost) && tohost !== fromhost ? { tohost, fromhost } : undefined;
}
