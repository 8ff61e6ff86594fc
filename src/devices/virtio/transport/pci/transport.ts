// Virtio over PCI, modern interface only (vendor 1AF4h, device 1040h + device ID, revision 1). Virtio 1.2, section 4.1.
// BAR 1 has the MSI-X table; BAR 4 the common configuration, the interrupt status, the device's configuration and the
// notification registers, one page each.

import type { DeviceLog, DeviceState, GuestMemory, IoRegion } from "../../../interfaces.js";
import { PciFunction } from "../../../pci/function.js";
import type { Msix } from "../../../pci/msix.js";
import { CAP_VENDOR } from "../../../pci/registers.js";
import { type StateReader, versioned } from "../../../state.js";
import type { VirtioDevice, VirtioTransport } from "../../device.js";
import { Features } from "../../features.js";
import { Virtqueue, VirtqueueError } from "../../queue/virtqueue.js";
import * as reg from "../../registers.js";
import * as cap from "./capabilities.js";
import { COMMON_SIZE, CommonConfig, type CommonConfigOwner } from "./common-config.js";

const ISR_QUEUE = 1;
const ISR_CONFIG = 2;

export interface VirtioPciOptions {
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  /** QEMU's -device id=. */
  readonly id?: string;
  /** MSI-X vectors; one per queue and one for configuration unless told. 0: INTx only. */
  readonly vectors?: number;
  readonly indirectDescriptors?: boolean;
  readonly eventIndex?: boolean;
}

export class VirtioPci extends PciFunction implements VirtioTransport, CommonConfigOwner {
  override readonly name: string;
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  readonly queues: readonly Virtqueue[];
  readonly vectors: number;
  private readonly common: CommonConfig;
  private readonly msixTable: Msix | undefined;
  /** Where the PCI access capability is in config space. */
  private readonly accessAt: number;
  private isr = 0;

  constructor(
    readonly device: VirtioDevice,
    options: VirtioPciOptions,
  ) {
    const id = options.id === undefined ? {} : { id: options.id };
    super({ vendor: 0x1af4, device: 0x1040 + device.deviceId, revision: 1, classCode: device.pciClass, pin: 1, ...id });
    this.name = `${device.name}-pci`;
    this.memory = options.memory;
    this.log = options.log;
    this.queues = device.queueSizes.map((size) => new Virtqueue(options.memory, size));
    const offered = [...device.features, reg.F_VERSION_1];
    if (options.indirectDescriptors ?? true) offered.push(reg.F_INDIRECT_DESC);
    if (options.eventIndex ?? true) offered.push(reg.F_EVENT_IDX);
    this.common = new CommonConfig(this, new Features(offered), this.queues.length);
    this.vectors = options.vectors ?? this.queues.length + 1;
    this.msixTable = this.vectors > 0 ? this.addMsix(this.vectors, cap.MSIX_BAR) : undefined;
    const region = this.modernRegion();
    this.addBar(cap.MODERN_BAR, { kind: "mem", size: cap.MODERN_BAR_SIZE, region, wide: true, prefetchable: true });
    this.accessAt = this.addStructures();
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

  queue(index: number): Virtqueue {
    const queue = this.queues[index];
    if (queue === undefined) throw new Error(`${this.name} has no queue ${index}`);
    return queue;
  }

  negotiated(feature: number): boolean {
    return this.common.driverFeatures.has(feature);
  }

  notify(index: number): void {
    if (this.queue(index).shouldInterrupt()) this.interrupt(ISR_QUEUE, this.common.queueVectors[index]!);
  }

  configChanged(): void {
    this.common.generation = (this.common.generation + 1) & 0xff;
    this.interruptConfig();
  }

  kick(index: number): void {
    const running = (this.common.status & (reg.STATUS_DRIVER_OK | reg.STATUS_NEEDS_RESET)) === reg.STATUS_DRIVER_OK;
    if (!running || this.queues[index]?.enabled !== true) return;
    if (!this.busMaster) {
      this.log.guestError(`${this.name}: notified while it may not access memory (bus mastering is off)`);
      return;
    }
    this.guarded(() => this.device.handleQueue(index));
  }

  fail(message: string): void {
    this.log.guestError(`${this.name}: ${message}`);
    this.common.status |= reg.STATUS_NEEDS_RESET;
    this.interruptConfig();
  }

  resetByDriver(): void {
    this.device.reset();
    for (const queue of this.queues) queue.reset();
    this.common.reset();
    this.isr = 0;
    this.setIntx(false);
  }

  enableQueue(queue: Virtqueue): void {
    const indirect = this.negotiated(reg.F_INDIRECT_DESC);
    const eventIndex = this.negotiated(reg.F_EVENT_IDX);
    this.guarded(() => queue.enable({ indirect, eventIndex }));
  }

  driverReady(): void {
    // Buffers may have been made available, and notified of, before DRIVER_OK.
    for (const index of this.queues.keys()) this.kick(index);
  }

  override reset(): void {
    this.resetByDriver();
    super.reset();
  }

  /** The device must be idle. */
  override save(): DeviceState {
    return {
      ...super.save(),
      common: this.common.save(),
      queues: this.queues.map((queue) => queue.save()),
      isr: this.isr,
      device: versioned(this.device),
    };
  }

  override load(reader: StateReader): void {
    this.device.reset();
    this.common.load(reader.part("common"));
    for (const [i, part] of reader.parts("queues", this.queues.length).entries()) this.queues[i]!.load(part);
    this.isr = reader.uint("isr", ISR_QUEUE | ISR_CONFIG);
    reader.load("device", this.device);
    super.load(reader);
  }

  override settle(): void {
    super.settle();
    this.device.settle();
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

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof VirtqueueError)) throw error;
      this.fail(error.message);
    }
  }

  private interruptConfig(): void {
    if ((this.common.status & reg.STATUS_DRIVER_OK) !== 0) this.interrupt(ISR_CONFIG, this.common.configVector);
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
        read: (offset, size) => this.device.readConfig(offset, size),
        write: (offset, size, value) => this.device.writeConfig(offset, size, value),
      },
      { read: () => 0, write: (offset) => this.kick(Math.floor(offset / cap.NOTIFY_MULTIPLIER)) },
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
      cap.capabilityBody(cap.CFG_DEVICE, bar, 2 * cap.PAGE, Math.max(4, this.device.configSize)),
      cap.capabilityBody(cap.CFG_NOTIFY, bar, 3 * cap.PAGE, this.queues.length * notify, notify),
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
