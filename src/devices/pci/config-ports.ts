// Configuration mechanism 1: an address port (CF8h) and a data port (CFCh). PCI Local Bus Specification 3.0, section
// 3.2.2.3.2. The address port takes whole double words only; on some boards the byte port CF9h in its middle is the chipset's
// reset control, which is passed on here because ranges of ports may not overlap.

import type { Device, DeviceState, IoRegion } from "../interfaces.js";
import type { StateReader } from "../state.js";
import type { PciBus } from "./bus.js";

export const CONFIG_PORTS = 0xcf8;
export const CONFIG_PORTS_SIZE = 8;

const ENABLE = 0x80000000;
const RESET_CONTROL = 1;
const DATA = 4;

export class ConfigPorts implements IoRegion, Device {
  readonly name = "pci-config-ports";
  readonly stateVersion = 1;
  private address = 0;

  /** `resetControl` answers byte accesses to CF9h, at its offset 0. */
  constructor(
    private readonly bus: PciBus,
    private readonly resetControl?: IoRegion,
  ) {}

  read(offset: number, size: number): number {
    if (offset >= DATA) return this.data(offset, size);
    if (offset === RESET_CONTROL && size === 1 && this.resetControl) return this.resetControl.read(0, 1);
    return offset === 0 && size === 4 ? this.address : 2 ** (8 * size) - 1;
  }

  write(offset: number, size: number, value: number): void {
    if (offset >= DATA) this.data(offset, size, value);
    else if (offset === RESET_CONTROL && size === 1) this.resetControl?.write(0, 1, value);
    else if (offset === 0 && size === 4) this.address = (value & ~3) >>> 0;
  }

  reset(): void {
    this.address = 0;
  }

  save(): DeviceState {
    return { address: this.address };
  }

  load(state: StateReader): void {
    this.address = state.uint("address");
  }

  private data(offset: number, size: number, value?: number): number {
    const address = this.address;
    const ones = 2 ** (8 * size) - 1;
    if ((address & ENABLE) === 0) return ones;
    const bus = (address >>> 16) & 0xff;
    const slot = (address >>> 11) & 31;
    const func = (address >>> 8) & 7;
    const at = (address & 0xfc) + (offset & 3);
    if (value === undefined) return this.bus.readConfig(bus, slot, func, at, size);
    this.bus.writeConfig(bus, slot, func, at, size, value);
    return ones;
  }
}
