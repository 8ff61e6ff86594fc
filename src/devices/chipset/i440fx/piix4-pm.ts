// The PIIX4 power management function, 01.3: its configuration space, which places the ACPI registers in port space. The
// registers themselves are devices of their own. Intel 82371AB data sheet, section 7.1.

import type { DeviceState, IoRegion } from "../../interfaces.js";
import { PciFunction } from "../../pci/function.js";
import type { Mapping } from "../../pci/interfaces.js";
import type { StateReader } from "../../state.js";

export const PM_BASE = 0x40;
export const PM_MISC = 0x80;
export const SMBUS_BASE = 0x90;
export const SMBUS_CONFIG = 0xd2;
/** Device activity B, high byte: APMC enable, which firmware takes for "system management mode is set up". */
const DEVACTB_HIGH = 0x5b;
const APMC_ENABLE = 0x02;
export const PM_PORTS = 64;
export const SMBUS_PORTS = 16;

/** A range of ports placed by a base register and switched on by bit 0 of another. */
interface Window {
  readonly base: number;
  readonly enable: number;
  readonly size: number;
  readonly region: IoRegion | undefined;
  address: number | undefined;
  mapping: Mapping | undefined;
}

export interface Piix4PmOptions {
  /** ACPI registers, 64 ports from the PM base: PM1a event at 0, control at 4, PM timer at 8, GPE... */
  readonly pm?: IoRegion;
  /** SMBus host registers, 16 ports. */
  readonly smbus?: IoRegion;
}

export class Piix4Pm extends PciFunction {
  override readonly name = "PIIX4_PM";
  private readonly windows: Window[];
  /** Loaded windows that were not mapped, as something else was there. */
  private refused: readonly number[] = [];

  constructor(options: Piix4PmOptions = {}) {
    super({ vendor: 0x8086, device: 0x7113, revision: 3, classCode: 0x068000, pin: 1 });
    this.config.setUint16(0x06, 0x0280, true);
    for (let at = 0x40; at < 0x100; at++) this.writable.setUint8(at, 0xff);
    // There is no system management mode: firmware that tried to set it up would wait for ever.
    this.config.setUint8(DEVACTB_HIGH, APMC_ENABLE);
    for (const [at, size] of [
      [PM_BASE, PM_PORTS],
      [SMBUS_BASE, SMBUS_PORTS],
    ] as const) {
      this.config.setUint32(at, 1, true);
      this.writable.setUint32(at, -size & 0xffff, true);
    }
    const off = { address: undefined, mapping: undefined };
    this.windows = [
      { base: PM_BASE, enable: PM_MISC, size: PM_PORTS, region: options.pm, ...off },
      { base: SMBUS_BASE, enable: SMBUS_CONFIG, size: SMBUS_PORTS, region: options.smbus, ...off },
    ];
  }

  protected override configWritten(): void {
    super.configWritten();
    for (const window of this.windows) this.place(window);
  }

  override save(): DeviceState {
    const refused = this.windows.flatMap(({ address, mapping }, n) => (address !== undefined && !mapping ? [n] : []));
    return { ...super.save(), refused };
  }

  override load(reader: StateReader): void {
    super.load(reader);
    this.refused = reader.uintsUpTo("refused", this.windows.length, this.windows.length - 1);
  }

  override settle(): void {
    super.settle();
    this.refused = [];
  }

  override unmapAll(): void {
    super.unmapAll();
    for (const window of this.windows) {
      window.mapping?.unmap();
      window.mapping = window.address = undefined;
    }
  }

  private place(window: Window): void {
    const base = this.config.getUint16(window.base, true) & -window.size & 0xffff;
    const on = (this.config.getUint8(window.enable) & 1) !== 0 && base !== 0;
    const address = on ? base : undefined;
    if (address === window.address || window.region === undefined) return;
    window.mapping?.unmap();
    window.mapping = undefined;
    window.address = address;
    if (address === undefined || this.refused.includes(this.windows.indexOf(window))) return;
    try {
      window.mapping = this.host?.mapper.map("io", address, window.size, window.region);
    } catch (error) {
      const where = `PIIX4 ports at 0x${address.toString(16)}`;
      this.host?.log.guestError(`${where} are not mapped: ${(error as Error).message}`);
    }
  }
}
