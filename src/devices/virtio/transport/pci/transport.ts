// Virtio over PCI, modern interface only (vendor 1AF4h, device 1040h + device ID, revision 1). Virtio 1.2, section 4.1.
// BAR 1 has the MSI-X table; BAR 4 the common configuration, the interrupt status, the device's configuration and the
// notification registers, one page each.

import type { DeviceBus, DeviceState, IoRegion } from "../../../interfaces.js";
import { PciFunction } from "../../../pci/function.js";
import type { Msix } from "../../../pci/msix.js";
import { CAP_VENDOR } from "../../../pci/registers.js";
import { type StateReader, versioned } from "../../../state.js";
import type { VirtioDevice } from "../../device.js";
import * as reg from "../../registers.js";
import { TransportCore, type TransportEnd, type TransportOptions } from "../core.js";
import * as cap from "./capabilities.js";
import { COMMON_SIZE, CommonConfig } from "./common-config.js";

const ISR_QUEUE = 1;
const ISR_CONFIG = 2;

export interface VirtioPciOptions extends TransportOptions {
  /** QEMU's -device id=. */
  readonly id?: string;
  /** MSI-X vectors; one per queue and one for configuration unless told. 0: INTx only. */
  readonly vectors?: number;
}

export class VirtioPci extends PciFunction implements TransportEnd {
  override readonly name: string;
  override readonly stateVersion = 2;
  private readonly core: TransportCore;
  private readonly common: CommonConfig;
  private readonly msixTable: Msix | undefined;
  /** Where the PCI access capability is in config space. */
  private readonly accessAt: number;
  private isr = 0;

  constructor(
    readonly inFlight: VirtioDevice,
    options: VirtioPciOptions,
  ) {
    const id = options.id === undefined ? {} : { id: options.id };
    const { deviceId, pciClass } = inFlight;
    super({ vendor: 0x1af4, device: 0x1040 + deviceId, revision: 1, classCode: pciClass, pin: 1, ...id });
    this.name = `${inFlight.name}-pci`;
    const { vectors = inFlight.queueSizes.length + 1 } = options;
    this.core = new TransportCore(inFlight, this, options);
    this.common = new CommonConfig(this.core, vectors);
    this.msixTable = vectors > 0 ? this.addMsix(vectors, cap.MSIX_BAR) : undefined;
    const region = this.modernRegion();
    this.addBar(cap.MODERN_BAR, { kind: "mem", size: cap.MODERN_BAR_SIZE, region, wide: true, prefetchable: true });
    this.accessAt = this.addStructures();
  }

  get offers(): DeviceBus | undefined {
    return this.inFlight.offers;
  }

  interruptQueue(index: number): void {
    this.interrupt(ISR_QUEUE, this.common.queueVectors[index]!);
  }

  interruptConfig(): void {
    this.interrupt(ISR_CONFIG, this.common.configVector);
  }

  mayAccessMemory(): boolean {
    return this.busMaster;
  }

  resetRegisters(): void {
    this.common.reset();
    this.isr = 0;
    this.setIntx(false);
  }

  override reset(): void {
    this.core.reset();
    super.reset();
  }

  override save(): DeviceState {
    return { ...super.save(), common: this.common.save(), isr: this.isr, core: versioned(this.core) };
  }

  override load(reader: StateReader): void {
    this.common.load(reader.part("common"));
    this.isr = reader.uint("isr", ISR_QUEUE | ISR_CONFIG);
    reader.load("core", this.core);
    super.load(reader);
  }

  override settle(): void {
    super.settle();
    this.core.settle();
  }

  override readConfig(offset: number, size: number): number {
    if (this.touchesAccessData(offset, size)) {
      const access = this.access();
      const value = access?.region.read(access.offset, access.length) ?? 0;
      this.config.setUint32(this.accessAt + cap.PCI_CAP_DATA, value, true);
    }
    return super.readConfig(offset, size);
  }

  override writeConfig(offset: number, size: number, value: number): void {
    super.writeConfig(offset, size, value);
    if (!this.touchesAccessData(offset, size)) return;
    const access = this.access();
    const data = this.config.getUint32(this.accessAt + cap.PCI_CAP_DATA, true);
    if (access !== undefined) {
      access.region.write(access.offset, access.length, (data & (2 ** (8 * access.length) - 1)) >>> 0);
    }
  }

  private interrupt(bit: number, vector: number): void {
    if (this.msixTable?.enabled === true) {
      if (vector !== reg.NO_VECTOR) this.msixTable.notify(vector);
      return;
    }
    this.isr |= bit;
    this.setIntx(true);
  }

  private readIsr(): number {
    const value = this.isr;
    this.isr = 0;
    this.setIntx(false);
    return value;
  }

  private modernRegion(): IoRegion {
    const pages: readonly IoRegion[] = [
      this.common,
      { read: () => this.readIsr(), write() {} },
      {
        read: (offset, size) => this.inFlight.readConfig(offset, size),
        write: (offset, size, value) => this.inFlight.writeConfig(offset, size, value),
      },
      { read: () => 0, write: (offset) => this.core.kick(Math.floor(offset / cap.NOTIFY_MULTIPLIER)) },
    ];
    return {
      read: (offset, size) => pages[offset >> 12]!.read(offset & 0xfff, size),
      write: (offset, size, value) => pages[offset >> 12]!.write(offset & 0xfff, size, value),
    };
  }

  /** Adds the five structures' capabilities; answers where the PCI access one is. */
  private addStructures(): number {
    const bar = cap.MODERN_BAR;
    const notify = cap.NOTIFY_MULTIPLIER;
    const bodies = [
      cap.capabilityBody(cap.CFG_COMMON, bar, 0, COMMON_SIZE),
      cap.capabilityBody(cap.CFG_ISR, bar, cap.PAGE, 1),
      cap.capabilityBody(cap.CFG_DEVICE, bar, 2 * cap.PAGE, Math.max(4, this.inFlight.configSize)),
      cap.capabilityBody(cap.CFG_NOTIFY, bar, 3 * cap.PAGE, this.core.queues.length * notify, notify),
    ];
    for (const body of bodies) this.addCapability(CAP_VENDOR, body);
    const at = this.addCapability(CAP_VENDOR, cap.capabilityBody(cap.CFG_PCI, 0, 0, 0, 0));
    this.writable.setUint8(at + cap.PCI_CAP_BAR, 0xff);
    for (const field of [cap.PCI_CAP_OFFSET, cap.PCI_CAP_LENGTH, cap.PCI_CAP_DATA]) {
      this.writable.setUint32(at + field, 0xffffffff, true);
    }
    return at;
  }

  private touchesAccessData(offset: number, size: number): boolean {
    const data = this.accessAt + cap.PCI_CAP_DATA;
    return offset < data + 4 && offset + size > data;
  }

  /** What the PCI access capability points to now; undefined when that is nothing one can access. */
  private access(): { region: IoRegion; offset: number; length: number } | undefined {
    const bar = this.bars[this.config.getUint8(this.accessAt + cap.PCI_CAP_BAR)];
    const offset = this.config.getUint32(this.accessAt + cap.PCI_CAP_OFFSET, true);
    const length = this.config.getUint32(this.accessAt + cap.PCI_CAP_LENGTH, true);
    if (bar === undefined || ![1, 2, 4].includes(length) || offset % length !== 0) return undefined;
    return offset + length <= bar.size ? { region: bar.region, offset, length } : undefined;
  }
}
