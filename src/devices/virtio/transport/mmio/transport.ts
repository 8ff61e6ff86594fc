// Virtio over MMIO, the interface of virtio 1.0 and later. Virtio 1.2, section 4.2: one page of registers, one interrupt line.

import type { Device, DeviceBus, DeviceState, IoRegion, IrqLine } from "../../../interfaces.js";
import { type StateReader, versioned } from "../../../state.js";
import type { VirtioDevice } from "../../device.js";
import { TransportCore, type TransportEnd, type TransportOptions } from "../core.js";
import * as reg from "./registers.js";

export interface VirtioMmioOptions extends TransportOptions {
  readonly irq: IrqLine;
}

export class VirtioMmio implements Device, IoRegion, TransportEnd {
  readonly stateVersion = 2;
  readonly name: string;
  private readonly irq: IrqLine;
  private readonly core: TransportCore;
  private interrupts = 0;

  constructor(
    readonly inFlight: VirtioDevice,
    options: VirtioMmioOptions,
  ) {
    this.name = `${inFlight.name}-device`;
    this.irq = options.irq;
    this.core = new TransportCore(inFlight, this, options);
  }

  get offers(): DeviceBus | undefined {
    return this.inFlight.offers;
  }

  interruptQueue(_index: number): void {
    this.setInterrupts(this.interrupts | reg.INT_QUEUE);
  }

  interruptConfig(): void {
    this.setInterrupts(this.interrupts | reg.INT_CONFIG);
  }

  resetRegisters(): void {
    this.setInterrupts(0);
  }

  // ---- registers -----------------------------------------------------------------------------------------------------------

  read(offset: number, size: number): number {
    if (offset >= reg.CONFIG) return this.core.device.readConfig(offset - reg.CONFIG, size);
    if (size === 4 && offset % 4 === 0) return this.readWord(offset);
    this.core.log.guestError(`${this.name}: read of ${size} bytes at offset 0x${offset.toString(16)}, which has 4`);
    return 0;
  }

  write(offset: number, size: number, value: number): void {
    if (offset >= reg.CONFIG) this.core.device.writeConfig(offset - reg.CONFIG, size, value);
    else if (size === 4 && offset % 4 === 0) this.writeWord(offset, value);
    else
      this.core.log.guestError(`${this.name}: write of ${size} bytes at offset 0x${offset.toString(16)}, which has 4`);
  }

  reset(): void {
    this.core.reset();
  }

  save(): DeviceState {
    return { interrupts: this.interrupts, core: versioned(this.core) };
  }

  load(state: StateReader): void {
    this.interrupts = state.uint("interrupts", reg.INT_QUEUE | reg.INT_CONFIG);
    state.load("core", this.core);
  }

  settle(): void {
    this.irq.set(this.interrupts !== 0);
    this.core.settle();
  }

  private readWord(offset: number): number {
    const { core } = this;
    switch (offset) {
      case reg.MAGIC:
        return reg.MAGIC_VALUE;
      case reg.VERSION:
        return reg.VERSION_VALUE;
      case reg.DEVICE_ID:
        return core.device.deviceId;
      case reg.VENDOR_ID:
        return reg.VENDOR_VALUE;
      case reg.DEVICE_FEATURES:
        return core.deviceFeatures;
      case reg.QUEUE_NUM_MAX:
        return core.selected?.maxSize ?? 0;
      case reg.QUEUE_READY:
        return core.selected?.enabled === true ? 1 : 0;
      case reg.INTERRUPT_STATUS:
        return this.interrupts;
      case reg.STATUS:
        return core.status;
      case reg.CONFIG_GENERATION:
        return core.generation;
      default:
        return offset >= reg.SHM_LEN && offset < reg.SHM_END ? 0xffffffff : 0;
    }
  }

  private writeWord(offset: number, value: number): void {
    const { core } = this;
    switch (offset) {
      case reg.DEVICE_FEATURES_SEL:
        core.deviceFeaturesSel = value;
        break;
      case reg.DRIVER_FEATURES_SEL:
        core.driverFeaturesSel = value;
        break;
      case reg.DRIVER_FEATURES:
        core.writeDriverFeatures(value);
        break;
      case reg.QUEUE_SEL:
        core.queueSel = value;
        break;
      case reg.QUEUE_NUM:
        core.setSize(value);
        break;
      case reg.QUEUE_READY:
        if ((value & 1) !== 0) core.enableSelected();
        else if (core.selected) core.selected.enabled = false;
        break;
      case reg.QUEUE_NOTIFY:
        core.kick(value);
        break;
      case reg.INTERRUPT_ACK:
        this.setInterrupts(this.interrupts & ~value);
        break;
      case reg.STATUS:
        core.writeStatus(value & 0xff);
        break;
      default:
        this.writeAddress(offset, value);
    }
  }

  private writeAddress(offset: number, value: number): void {
    const high = (offset & 4) !== 0;
    const base = offset & ~4;
    if (base === reg.QUEUE_DESC) this.core.setAddress("desc", high, value);
    else if (base === reg.QUEUE_DRIVER) this.core.setAddress("driver", high, value);
    else if (base === reg.QUEUE_DEVICE) this.core.setAddress("device", high, value);
  }

  private setInterrupts(interrupts: number): void {
    this.interrupts = interrupts;
    this.irq.set(interrupts !== 0);
  }
}

/** A slot without a device: drivers see device ID 0 and leave it alone (section 4.2.3.1.1). */
export const EMPTY_SLOT: IoRegion = {
  read: (offset) => (offset === reg.MAGIC ? reg.MAGIC_VALUE : offset === reg.VERSION ? reg.VERSION_VALUE : 0),
  write() {},
};
