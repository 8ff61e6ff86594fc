// The physical address map of a PC: what is not plain RAM. The VGA window is a hole; firmware sits below 4 GiB and, until
// it switches RAM in through the host bridge's PAM registers, below 1 MiB.

import type { ShadowControl } from "../../devices/pci/interfaces.js";
import type { RamRange } from "../../engine/physical.js";
import type { MachineMemory, PhysicalRange } from "../../machine/cpu.js";

const VGA_HOLE = { address: 0xa0000, length: 0x20000 };
const SHADOW_START = 0xc0000;
const SHADOW_END = 0x100000;
const UNIT = 0x4000;
const FOUR_GIB = 2 ** 32;

/** Most RAM below the PCI hole, as QEMU's pc machine splits it. */
const LOW_RAM_LIMIT = 0xc0000000;

/** Bytes of RAM below 4 GiB; the rest begins at 4 GiB. */
export function ramBelow4g(ramSize: number, limit: number | undefined): number {
  return Math.min(ramSize, limit ?? LOW_RAM_LIMIT, LOW_RAM_LIMIT);
}

/** Where the PC's RAM lies. */
export function pcRam(ramSize: number, limit: number | undefined): RamRange[] {
  const below = ramBelow4g(ramSize, limit);
  const ram = [{ address: 0, length: below }];
  return ramSize > below ? [...ram, { address: FOUR_GIB, length: ramSize - below }] : ram;
}

type Shadow = { readRam: boolean; writeRam: boolean };

export class PcMemory implements ShadowControl {
  /** By pieces of 16 KiB from C0000h. Without firmware all of it is RAM. */
  private shadow: Shadow[] = [];
  private rom: { id: number; size: number } | undefined;

  constructor(private readonly memory: MachineMemory) {
    this.reset();
  }

  /** Firmware of up to some MiB, its last byte at FFFFFFFFh and its last 256 KiB also below 1 MiB. A multiple of 4 KiB. */
  setFirmware(image: Uint8Array): void {
    this.rom = { id: this.memory.addRom(image), size: image.length };
    this.reset();
  }

  reset(): void {
    const ram = this.rom === undefined;
    this.shadow = Array.from({ length: (SHADOW_END - SHADOW_START) / UNIT }, () => ({ readRam: ram, writeRam: ram }));
    this.apply();
  }

  setShadow(address: number, size: number, readRam: boolean, writeRam: boolean): void {
    // Without firmware there is nothing but RAM there.
    if (!this.rom) return;
    for (let at = address; at < address + size; at += UNIT) {
      this.shadow[(at - SHADOW_START) / UNIT] = { readRam, writeRam };
    }
    this.apply();
  }

  private apply(): void {
    const ranges: PhysicalRange[] = [{ ...VGA_HOLE, kind: "mmio" }];
    if (this.rom) {
      const { id, size } = this.rom;
      for (const [index, { readRam, writeRam }] of this.shadow.entries()) {
        const address = SHADOW_START + index * UNIT;
        if (readRam && writeRam) continue;
        // RAM that is only written while ROM is read is not modelled: firmware writes through before it reads RAM.
        if (readRam) ranges.push({ address, length: UNIT, kind: "read-only-ram" });
        else if (SHADOW_END - address <= size) {
          const romOffset = size - (SHADOW_END - address);
          ranges.push({ address, length: UNIT, kind: "rom", rom: id, romOffset });
        } else ranges.push({ address, length: UNIT, kind: "mmio" });
      }
      ranges.push({ address: FOUR_GIB - size, length: size, kind: "rom", rom: id, romOffset: 0 });
    }
    this.memory.setRanges(merge(ranges));
  }
}

/** Joins neighbours of one kind: the engine's table is short. */
function merge(ranges: readonly PhysicalRange[]): PhysicalRange[] {
  const result: PhysicalRange[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    const follows =
      last && last.kind === range.kind && last.rom === range.rom && last.address + last.length === range.address;
    if (follows && (range.romOffset ?? 0) === (last.romOffset ?? 0) + (range.kind === "rom" ? last.length : 0)) {
      last.length += range.length;
    } else result.push({ ...range });
  }
  return result;
}
