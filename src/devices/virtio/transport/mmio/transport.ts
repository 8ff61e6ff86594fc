// Virtio over MMIO, the interface of virtio 1.0 and later. Virtio 1.2, section 4.2: one page of registers, one interrupt line.

import type { Device, DeviceLog, DeviceState, GuestMemory, IoRegion, IrqLine } from "../../../interfaces.js";
import { type StateReader, versioned } from "../../../state.js";
import type { VirtioDevice, VirtioTransport } from "../../device.js";
import { Features } from "../../features.js";
import { Virtqueue, VirtqueueError } from "../../queue/virtqueue.js";
import * as virtio from "../../registers.js";
import * as reg from "./registers.js";

export interface VirtioMmioOptions {
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  readonly irq: IrqLine;
  readonly indirectDescriptors?: boolean;
  readonly eventIndex?: boolean;
}

export class VirtioMmio implements Device, IoRegion, VirtioTransport {
  readonly stateVersion = 1;
  readonly name: string;
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  private readonly irq: IrqLine;
  private readonly queues: readonly Virtqueue[];
  private readonly offered: Features;
  private readonly driverFeatures = new Features();
  private deviceFeaturesSel = 0;
  private driverFeaturesSel = 0;
  private queueSel = 0;
  private status = 0;
  private interrupts = 0;
  /** Changes whenever the device's configuration space does. */
  private generation = 0;

  constructor(
    readonly device: VirtioDevice,
    options: VirtioMmioOptions,
  ) {
    this.name = `${device.name}-device`;
    this.memory = options.memory;
    this.log = options.log;
    this.irq = options.irq;
    this.queues = device.queueSizes.map((size) => new Virtqueue(options.memory, size));
    const offered = [...device.features, virtio.F_VERSION_1];
    if (options.indirectDescriptors ?? true) offered.push(virtio.F_INDIRECT_DESC);
    if (options.eventIndex ?? true) offered.push(virtio.F_EVENT_IDX);
    this.offered = new Features(offered);
    device.attach(this);
  }

  idle(): Promise<void> {
    return this.device.idle();
  }

  quiet(): Promise<void> {
    return this.device.quiet();
  }

  get unsaved(): string | undefined {
    return this.device.unsaved;
  }

  resumed(): void {
    this.device.resumed();
  }

  // ---- VirtioTransport -----------------------------------------------------------------------------------------------------

  queue(index: number): Virtqueue {
    const queue = this.queues[index];
    if (queue === undefined) throw new Error(`${this.name} has no queue ${index}`);
    return queue;
  }

  negotiated(feature: number): boolean {
    return this.driverFeatures.has(feature);
  }

  notify(index: number): void {
    if (this.queue(index).shouldInterrupt()) this.interrupt(reg.INT_QUEUE);
  }

  configChanged(): void {
    this.generation = (this.generation + 1) >>> 0;
    this.interruptConfig();
  }

  kick(index: number): void {
    const running = (this.status & (virtio.STATUS_DRIVER_OK | virtio.STATUS_NEEDS_RESET)) === virtio.STATUS_DRIVER_OK;
    if (running && this.queues[index]?.enabled === true) this.guarded(() => this.device.handleQueue(index));
  }

  fail(message: string): void {
    this.log.guestError(`${this.name}: ${message}`);
    this.status |= virtio.STATUS_NEEDS_RESET;
    this.interruptConfig();
  }

  // ---- registers -----------------------------------------------------------------------------------------------------------

  read(offset: number, size: number): number {
    if (offset >= reg.CONFIG) return this.device.readConfig(offset - reg.CONFIG, size);
    if (size === 4 && offset % 4 === 0) return this.readWord(offset);
    this.log.guestError(`${this.name}: read of ${size} bytes at offset 0x${offset.toString(16)}, which has 4`);
    return 0;
  }

  write(offset: number, size: number, value: number): void {
    if (offset >= reg.CONFIG) this.device.writeConfig(offset - reg.CONFIG, size, value);
    else if (size === 4 && offset % 4 === 0) this.writeWord(offset, value);
    else this.log.guestError(`${this.name}: write of ${size} bytes at offset 0x${offset.toString(16)}, which has 4`);
  }

  reset(): void {
    this.device.reset();
    for (const queue of this.queues) queue.reset();
    this.driverFeatures.clear();
    this.deviceFeaturesSel = this.driverFeaturesSel = this.queueSel = this.status = 0;
    this.setInterrupts(0);
  }

  /** The device must be idle. */
  save(): DeviceState {
    const { status, interrupts, generation, driverFeatures } = this;
    return {
      status,
      interrupts,
      generation,
      driverFeatures: [driverFeatures.word(0), driverFeatures.word(1)],
      selects: [this.deviceFeaturesSel, this.driverFeaturesSel, this.queueSel],
      queues: this.queues.map((queue) => queue.save()),
      device: versioned(this.device),
    };
  }

  load(state: StateReader): void {
    this.device.reset();
    this.status = state.uint("status", 0xff);
    this.interrupts = state.uint("interrupts", reg.INT_QUEUE | reg.INT_CONFIG);
    this.generation = state.uint("generation");
    for (const [i, word] of state.uints("driverFeatures", 2).entries()) this.driverFeatures.setWord(i, word);
    const [device, driver, queue] = state.uints("selects", 3);
    this.deviceFeaturesSel = device!;
    this.driverFeaturesSel = driver!;
    this.queueSel = queue!;
    for (const [i, part] of state.parts("queues", this.queues.length).entries()) this.queues[i]!.load(part);
    state.load("device", this.device);
  }

  settle(): void {
    this.irq.set(this.interrupts !== 0);
    this.device.settle();
  }

  private readWord(offset: number): number {
    const queue = this.queues[this.queueSel];
    switch (offset) {
      case reg.MAGIC:
        return reg.MAGIC_VALUE;
      case reg.VERSION:
        return reg.VERSION_VALUE;
      case reg.DEVICE_ID:
        return this.device.deviceId;
      case reg.VENDOR_ID:
        return reg.VENDOR_VALUE;
      case reg.DEVICE_FEATURES:
        return this.offered.word(this.deviceFeaturesSel);
      case reg.QUEUE_NUM_MAX:
        return queue?.maxSize ?? 0;
      case reg.QUEUE_READY:
        return queue?.enabled === true ? 1 : 0;
      case reg.INTERRUPT_STATUS:
        return this.interrupts;
      case reg.STATUS:
        return this.status;
      case reg.CONFIG_GENERATION:
        return this.generation;
      default:
        return offset >= reg.SHM_LEN && offset < reg.SHM_END ? 0xffffffff : 0;
    }
  }

  private writeWord(offset: number, value: number): void {
    switch (offset) {
      case reg.DEVICE_FEATURES_SEL:
        this.deviceFeaturesSel = value;
        break;
      case reg.DRIVER_FEATURES_SEL:
        this.driverFeaturesSel = value;
        break;
      case reg.DRIVER_FEATURES:
        // Negotiation is over once the device has agreed.
        if ((this.status & virtio.STATUS_FEATURES_OK) === 0) this.driverFeatures.setWord(this.driverFeaturesSel, value);
        break;
      case reg.QUEUE_SEL:
        this.queueSel = value;
        break;
      case reg.QUEUE_READY:
        this.setReady((value & 1) !== 0);
        break;
      case reg.QUEUE_NOTIFY:
        this.kick(value);
        break;
      case reg.INTERRUPT_ACK:
        this.setInterrupts(this.interrupts & ~value);
        break;
      case reg.STATUS:
        this.writeStatus(value & 0xff);
        break;
      default:
        this.writeQueue(offset, value);
    }
  }

  private writeQueue(offset: number, value: number): void {
    const queue = this.queues[this.queueSel];
    if (queue === undefined || queue.enabled) return;
    const half = (old: number): number =>
      offset & 4 ? value * 2 ** 32 + (old % 2 ** 32) : Math.floor(old / 2 ** 32) * 2 ** 32 + value;
    if (offset === reg.QUEUE_NUM) queue.size = value & 0xffff;
    else if ((offset & ~4) === reg.QUEUE_DESC) queue.desc = half(queue.desc);
    else if ((offset & ~4) === reg.QUEUE_DRIVER) queue.driver = half(queue.driver);
    else if ((offset & ~4) === reg.QUEUE_DEVICE) queue.device = half(queue.device);
  }

  private setReady(ready: boolean): void {
    const queue = this.queues[this.queueSel];
    if (queue === undefined || queue.enabled === ready) return;
    if (!ready) queue.enabled = false;
    else {
      const indirect = this.negotiated(virtio.F_INDIRECT_DESC);
      const eventIndex = this.negotiated(virtio.F_EVENT_IDX);
      this.guarded(() => queue.enable({ indirect, eventIndex }));
    }
  }

  private writeStatus(value: number): void {
    if (value === 0) {
      this.reset();
      return;
    }
    const before = this.status;
    let after = value | (before & virtio.STATUS_NEEDS_RESET);
    const agreed = this.driverFeatures.isSubsetOf(this.offered) && this.driverFeatures.has(virtio.F_VERSION_1);
    // The driver finds FEATURES_OK clear when the device cannot work with its choice (section 3.1.1).
    if ((before & virtio.STATUS_FEATURES_OK) === 0 && !agreed) after &= ~virtio.STATUS_FEATURES_OK;
    this.status = after;
    if ((after & ~before & virtio.STATUS_DRIVER_OK) === 0) return;
    // Buffers may have been made available, and notified of, before DRIVER_OK.
    for (const index of this.queues.keys()) this.kick(index);
  }

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof VirtqueueError)) throw error;
      this.fail(error.message);
    }
  }

  private interruptConfig(): void {
    if ((this.status & virtio.STATUS_DRIVER_OK) !== 0) this.interrupt(reg.INT_CONFIG);
  }

  private interrupt(bit: number): void {
    this.setInterrupts(this.interrupts | bit);
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
