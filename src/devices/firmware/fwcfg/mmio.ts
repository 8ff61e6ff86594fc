// fw_cfg's registers in memory: data at 0 (up to 64 bits, bytes in the item's order), selector at 8 (16 bits, big-endian), DMA address at 10h.

import type { IoRegion } from "../../interfaces.js";
import type { FwCfg } from "./fwcfg.js";

const SELECTOR = 8;
const DMA = 0x10;
export const FW_CFG_MMIO_SIZE = 0x18;

export class FwCfgMmio implements IoRegion {
  constructor(private readonly fwCfg: FwCfg) {}

  read(offset: number, size: number): number {
    if (offset >= DMA) return this.fwCfg.dmaRegister.read(offset - DMA, size);
    if (offset >= SELECTOR) return 0;
    return this.fwCfg.next(size).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  write(offset: number, size: number, value: number): void {
    if (offset >= DMA) this.fwCfg.dmaRegister.write(offset - DMA, size, value);
    else if (offset === SELECTOR && size === 2) this.fwCfg.select(((value & 0xff) << 8) | ((value >>> 8) & 0xff));
  }
}
