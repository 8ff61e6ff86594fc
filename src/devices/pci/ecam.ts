// The enhanced configuration access mechanism: the configuration space of each function is 4 KiB of memory. PCI Express Base
// Specification 5.0, section 7.2.2.

import type { IoRegion } from "../interfaces.js";
import type { PciBus } from "./bus.js";

export const ECAM_CONFIG_SIZE = 0x1000;
/** Of one bus. */
export const ECAM_BUS_SIZE = 1 << 20;

export class Ecam implements IoRegion {
  constructor(private readonly bus: PciBus) {}

  read(offset: number, size: number): number {
    return this.bus.readConfig(offset >>> 20, (offset >>> 15) & 31, (offset >>> 12) & 7, offset & 0xfff, size);
  }

  write(offset: number, size: number, value: number): void {
    this.bus.writeConfig(offset >>> 20, (offset >>> 15) & 31, (offset >>> 12) & 7, offset & 0xfff, size, value);
  }
}
