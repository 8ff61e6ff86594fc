// What every transport has (virtio 1.2, chapters 2 and 3): feature negotiation, status, queues and their set-up, notifications. How its
// registers lie and how it interrupts is the transport's.

import type { DeviceLog, DeviceState, GuestMemory, Stateful } from "../../interfaces.js";
import { type StateReader, versioned } from "../../state.js";
import type { VirtioDevice, VirtioTransport } from "../device.js";
import { Features } from "../features.js";
import { Virtqueue, VirtqueueError } from "../queue/virtqueue.js";
import * as virtio from "../registers.js";

export interface TransportOptions {
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  readonly indirectDescriptors?: boolean;
  readonly eventIndex?: boolean;
}

/** A transport as its core sees it. */
export interface TransportEnd {
  readonly name: string;
  interruptQueue(index: number): void;
  interruptConfig(): void;
  /** Puts back what is the transport's own, when the driver resets the device. */
  resetRegisters(): void;
  /** Whether the device may access memory now. */
  mayAccessMemory?(): boolean;
}

/** Addresses of a queue's three parts, as registers of two halves each. */
export type QueueAddress = "desc" | "driver" | "device";

export class TransportCore implements VirtioTransport, Stateful {
  readonly stateVersion = 1;
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  readonly queues: readonly Virtqueue[];
  readonly driverFeatures = new Features();
  status = 0;
  /** Changes whenever the device's configuration space does. */
  generation = 0;
  deviceFeaturesSel = 0;
  driverFeaturesSel = 0;
  queueSel = 0;
  private readonly offered: Features;

  constructor(
    readonly device: VirtioDevice,
    private readonly end: TransportEnd,
    { memory, log, indirectDescriptors = true, eventIndex = true }: TransportOptions,
  ) {
    this.memory = memory;
    this.log = log;
    this.queues = device.queueSizes.map((size) => new Virtqueue(memory, size));
    const offered = [...device.features, virtio.F_VERSION_1];
    if (indirectDescriptors) offered.push(virtio.F_INDIRECT_DESC);
    if (eventIndex) offered.push(virtio.F_EVENT_IDX);
    this.offered = new Features(offered);
    device.attach(this);
  }

  // ---- VirtioTransport -----------------------------------------------------------------------------------------------------

  queue(index: number): Virtqueue {
    const queue = this.queues[index];
    if (queue === undefined) throw new Error(`${this.end.name} has no queue ${index}`);
    return queue;
  }

  negotiated(feature: number): boolean {
    return this.driverFeatures.has(feature);
  }

  notify(index: number): void {
    if (this.queue(index).shouldInterrupt()) this.end.interruptQueue(index);
  }

  configChanged(): void {
    this.generation = (this.generation + 1) >>> 0;
    this.interruptConfig();
  }

  kick(index: number): void {
    const running = (this.status & (virtio.STATUS_DRIVER_OK | virtio.STATUS_NEEDS_RESET)) === virtio.STATUS_DRIVER_OK;
    if (!running || this.queues[index]?.enabled !== true) return;
    if (this.end.mayAccessMemory?.() === false) {
      this.log.guestError(`${this.end.name}: notified while it may not access memory (bus mastering is off)`);
      return;
    }
    this.guarded(() => this.device.handleQueue(index));
  }

  fail(message: string): void {
    this.log.guestError(`${this.end.name}: ${message}`);
    this.status |= virtio.STATUS_NEEDS_RESET;
    this.interruptConfig();
  }

  // ---- registers -----------------------------------------------------------------------------------------------------------

  /** The queue that the driver has selected; undefined where there is none. */
  get selected(): Virtqueue | undefined {
    return this.queues[this.queueSel];
  }

  get deviceFeatures(): number {
    return this.offered.word(this.deviceFeaturesSel);
  }

  writeDriverFeatures(value: number): void {
    // Negotiation is over once the device has agreed.
    if ((this.status & virtio.STATUS_FEATURES_OK) === 0) this.driverFeatures.setWord(this.driverFeaturesSel, value);
  }

  writeStatus(value: number): void {
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

  enableSelected(): void {
    const { selected } = this;
    if (selected === undefined || selected.enabled) return;
    const indirect = this.negotiated(virtio.F_INDIRECT_DESC);
    const eventIndex = this.negotiated(virtio.F_EVENT_IDX);
    this.guarded(() => selected.enable({ indirect, eventIndex }));
  }

  /** A queue that runs keeps its size and its place. */
  setSize(value: number): void {
    const { selected } = this;
    if (selected && !selected.enabled) selected.size = value & 0xffff;
  }

  setAddress(part: QueueAddress, high: boolean, value: number): void {
    const { selected } = this;
    if (selected === undefined || selected.enabled) return;
    const old = selected[part];
    selected[part] = high ? value * 2 ** 32 + (old % 2 ** 32) : Math.floor(old / 2 ** 32) * 2 ** 32 + value;
  }

  // ---- life ----------------------------------------------------------------------------------------------------------------

  /** By the driver or the machine. */
  reset(): void {
    this.device.reset();
    for (const queue of this.queues) queue.reset();
    this.driverFeatures.clear();
    this.deviceFeaturesSel = this.driverFeaturesSel = this.queueSel = this.status = 0;
    this.end.resetRegisters();
  }

  /** The device must be idle. */
  save(): DeviceState {
    const { status, generation, driverFeatures } = this;
    return {
      status,
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
    this.device.settle();
  }

  private interruptConfig(): void {
    if ((this.status & virtio.STATUS_DRIVER_OK) !== 0) this.end.interruptConfig();
  }

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof VirtqueueError)) throw error;
      this.fail(error.message);
    }
  }
}
