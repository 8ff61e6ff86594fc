// One function of a PCI device: its configuration space with what may be written, its BARs, its interrupt pin and its
// capabilities. Subclasses add BARs and capabilities in their constructors; the values then are those of a reset.
// PCI Local Bus Specification 3.0, chapter 6.

import type { Device, DeviceState } from "../interfaces.js";
import type { StateReader } from "../state.js";
import { Bar, type BarOptions } from "./bar.js";
import type { PciHost } from "./interfaces.js";
import { Msix } from "./msix.js";
import * as reg from "./registers.js";

export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  readonly revision?: number;
  /** 24 bits: class, subclass, programming interface. */
  readonly classCode: number;
  readonly subsystemVendor?: number;
  readonly subsystem?: number;
  /** 1 to 4: INTA to INTD; 0 or absent: none. */
  readonly pin?: number;
  readonly multifunction?: boolean;
  /** QEMU's -device id=. */
  readonly id?: string;
}

export abstract class PciFunction implements Device {
  abstract readonly name: string;
  readonly stateVersion: number = 2;
  readonly id: string;
  readonly bars: (Bar | undefined)[] = new Array(reg.BARS).fill(undefined);
  slot = -1;
  func = -1;
  protected host: PciHost | undefined;
  protected msix: Msix | undefined;
  protected readonly config = new DataView(new ArrayBuffer(reg.CONFIG_SIZE));
  /** Bits of config space the guest may change. */
  protected readonly writable = new DataView(new ArrayBuffer(reg.CONFIG_SIZE));
  private readonly resetValues = new Uint8Array(reg.CONFIG_SIZE);
  private msixControl = 0;
  private capabilityEnd = reg.HEADER_END;
  private lastCapability = 0;
  /** The device wants its pin asserted. */
  private intx = false;
  /** Loaded BARs that were not mapped, as something else was where they are: whoever was there first is again. */
  private unmapped: readonly number[] = [];
  /** The level the bus has been told. */
  private intxDriven = false;

  constructor(identity: PciIdentity) {
    this.id = identity.id ?? "";
    const { config, writable } = this;
    config.setUint16(reg.VENDOR_ID, identity.vendor, true);
    config.setUint16(reg.DEVICE_ID, identity.device, true);
    config.setUint8(reg.REVISION_ID, identity.revision ?? 0);
    config.setUint8(reg.CLASS_CODE, identity.classCode & 0xff);
    config.setUint16(reg.CLASS_CODE + 1, identity.classCode >> 8, true);
    config.setUint8(reg.HEADER_TYPE, identity.multifunction === true ? reg.MULTIFUNCTION : 0);
    config.setUint16(reg.SUBSYSTEM_VENDOR_ID, identity.subsystemVendor ?? 0x1af4, true);
    config.setUint16(reg.SUBSYSTEM_ID, identity.subsystem ?? 0x1100, true);
    config.setUint8(reg.INTERRUPT_PIN, identity.pin ?? 0);
    const { COMMAND_IO, COMMAND_MEMORY, COMMAND_MASTER, COMMAND_PARITY, COMMAND_SERR, COMMAND_INTX_DISABLE } = reg;
    const command = COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_PARITY | COMMAND_SERR | COMMAND_INTX_DISABLE;
    writable.setUint16(reg.COMMAND, command, true);
    writable.setUint8(reg.CACHE_LINE_SIZE, 0xff);
    writable.setUint8(reg.LATENCY_TIMER, 0xff);
    writable.setUint8(reg.INTERRUPT_LINE, 0xff);
  }

  /** QEMU's notation, as 03.0. */
  get address(): string {
    return `${this.slot.toString(16).padStart(2, "0")}.${this.func}`;
  }

  get pin(): number {
    return this.config.getUint8(reg.INTERRUPT_PIN);
  }

  /** The function may access memory on its own. */
  get busMaster(): boolean {
    return (this.config.getUint16(reg.COMMAND, true) & reg.COMMAND_MASTER) !== 0;
  }

  /** Called by the bus once, after construction is complete. */
  attach(host: PciHost, slot: number, func: number): void {
    this.host = host;
    this.slot = slot;
    this.func = func;
    this.msix?.connect(host.msi);
    this.resetValues.set(new Uint8Array(this.config.buffer));
  }

  /** `offset` + `size` within 256, `size` 1, 2 or 4. */
  readConfig(offset: number, size: number): number {
    if (size === 1) return this.config.getUint8(offset);
    return size === 2 ? this.config.getUint16(offset, true) : this.config.getUint32(offset, true);
  }

  writeConfig(offset: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) {
      const mask = this.writable.getUint8(offset + i);
      const old = this.config.getUint8(offset + i);
      this.config.setUint8(offset + i, (old & ~mask) | ((value >>> (8 * i)) & mask));
    }
    this.configWritten();
  }

  reset(): void {
    this.setIntx(false);
    new Uint8Array(this.config.buffer).set(this.resetValues);
    this.msix?.reset();
    this.configWritten();
  }

  save(): DeviceState {
    const config = new Uint8Array(this.config.buffer.slice(0));
    const unmapped = this.bars.flatMap((bar) => (bar?.address !== undefined && !bar.mapping ? [bar.index] : []));
    return { config, unmapped, intx: this.intx, msix: this.msix?.save() ?? null };
  }

  load(reader: StateReader): void {
    const config = reader.bytes("config", reg.CONFIG_SIZE);
    const differs = config.findIndex((byte, at) => ((byte ^ this.resetValues[at]!) & ~this.mayDiffer(at)) !== 0);
    if (differs >= 0) reader.fail("config", `this function's own where it is read-only (offset ${differs})`);
    new Uint8Array(this.config.buffer).set(config);
    if (this.msix !== undefined) {
      this.msix.load(reader.part("msix"), this.config.getUint16(this.msixControl, true));
    }
    this.unmapped = reader.uintsUpTo("unmapped", reg.BARS, reg.BARS - 1);
    this.intx = reader.bool("intx");
    this.intxDriven = false;
  }

  /** What no guest can write says which function it is and where its registers are: all but the level of its pin stays. */
  private mayDiffer(at: number): number {
    return this.writable.getUint8(at) | (at === reg.STATUS ? reg.STATUS_INTERRUPT : 0);
  }

  settle(): void {
    this.configWritten();
    this.unmapped = [];
  }

  /** Config space may have changed: BARs, interrupt pin and MSI-X follow it. Subclasses add their own registers. */
  protected configWritten(): void {
    this.updateBars();
    this.updateIntx();
    if (this.msix !== undefined) {
      const control = this.config.getUint16(this.msixControl, true);
      this.msix.setControl(control);
    }
  }

  protected setIntx(level: boolean): void {
    if (this.intx === level) return;
    this.intx = level;
    this.updateIntx();
  }

  protected addBar(index: number, options: BarOptions): void {
    const bar = new Bar(index, options);
    const last = bar.wide ? index + 1 : index;
    if (last >= reg.BARS || this.bars[index] !== undefined || this.bars[last] !== undefined) {
      throw new Error(`BAR ${index} is not free`);
    }
    this.bars[index] = bar;
    const at = reg.BAR0 + 4 * index;
    this.config.setUint32(at, bar.typeBits, true);
    this.writable.setUint32(at, bar.kind === "io" ? -bar.size & 0xffff : -bar.size, true);
    if (bar.wide) this.writable.setUint32(at + 4, 0xffffffff, true);
  }

  /** Adds a capability with `body` after its two header bytes; answers its offset in config space. Section 6.7. */
  protected addCapability(id: number, body: Uint8Array): number {
    const at = this.capabilityEnd;
    const length = body.length + 2;
    if (at + length > reg.CONFIG_SIZE) throw new Error(`No room in config space for capability ${id}`);
    this.capabilityEnd = (at + length + 3) & ~3;
    this.config.setUint8(at, id);
    new Uint8Array(this.config.buffer).set(body, at + 2);
    this.config.setUint8(this.lastCapability === 0 ? reg.CAPABILITIES : this.lastCapability + 1, at);
    this.lastCapability = at;
    const status = this.config.getUint16(reg.STATUS, true);
    this.config.setUint16(reg.STATUS, status | reg.STATUS_CAPABILITIES, true);
    return at;
  }

  /** Adds MSI-X with a 32-bit memory BAR of its own. */
  protected addMsix(vectors: number, bar: number): Msix {
    const msix = new Msix(vectors);
    const body = new DataView(new ArrayBuffer(10));
    body.setUint16(0, vectors - 1, true);
    body.setUint32(2, bar, true);
    body.setUint32(6, msix.pendingOffset | bar, true);
    this.addBar(bar, { kind: "mem", size: msix.size, region: msix });
    this.msixControl = this.addCapability(reg.CAP_MSIX, new Uint8Array(body.buffer)) + 2;
    this.writable.setUint16(this.msixControl, 0xc000, true);
    this.msix = msix;
    return msix;
  }

  private updateIntx(): void {
    const status = this.config.getUint16(reg.STATUS, true) & ~reg.STATUS_INTERRUPT;
    this.config.setUint16(reg.STATUS, status | (this.intx ? reg.STATUS_INTERRUPT : 0), true);
    const disabled = (this.config.getUint16(reg.COMMAND, true) & reg.COMMAND_INTX_DISABLE) !== 0;
    const level = this.intx && !disabled && this.pin !== 0;
    if (level === this.intxDriven) return;
    this.intxDriven = level;
    this.host?.setIntx(this.slot, this.pin, level);
  }

  /** What of it is mapped anywhere is not, until settle(). */
  unmapAll(): void {
    for (const bar of this.bars) {
      bar?.mapping?.unmap();
      if (bar) bar.mapping = bar.address = undefined;
    }
  }

  private updateBars(): void {
    const command = this.config.getUint16(reg.COMMAND, true);
    const moved: Bar[] = [];
    for (const bar of this.bars) {
      if (bar === undefined) continue;
      const on = (command & (bar.kind === "io" ? reg.COMMAND_IO : reg.COMMAND_MEMORY)) !== 0;
      const at = reg.BAR0 + 4 * bar.index;
      const high = bar.wide ? this.config.getUint32(at + 4, true) : 0;
      const address = on ? bar.decode(this.config.getUint32(at, true), high, this.host?.placesAtZero) : undefined;
      if (address === bar.address) continue;
      bar.mapping?.unmap();
      bar.mapping = undefined;
      bar.address = address;
      if (address !== undefined) moved.push(bar);
    }
    // Mapped after all are unmapped, as BARs may swap places.
    for (const bar of moved) if (!this.unmapped.includes(bar.index)) this.mapBar(bar, bar.address!);
  }

  private mapBar(bar: Bar, address: number): void {
    try {
      bar.mapping = this.host?.mapper.map(bar.kind, address, bar.size, bar.region);
    } catch (error) {
      const where = `PCI ${this.address} BAR ${bar.index} at 0x${address.toString(16)}`;
      this.host?.log.guestError(`${where} is not mapped: ${(error as Error).message}`);
    }
  }
}
