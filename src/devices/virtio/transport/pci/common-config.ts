// The common configuration structure: feature negotiation, status, and the set-up of queues. Virtio 1.2, section 4.1.4.3.

import type { DeviceState, IoRegion } from "../../../interfaces.js";
import type { StateReader } from "../../../state.js";
import { Features } from "../../features.js";
import type { Virtqueue } from "../../queue/virtqueue.js";
import * as reg from "../../registers.js";

export const COMMON_SIZE = 56;

const DEVICE_FEATURE_SELECT = 0;
const DEVICE_FEATURE = 4;
const DRIVER_FEATURE_SELECT = 8;
const DRIVER_FEATURE = 12;
const CONFIG_VECTOR = 16;
const DEVICE_STATUS = 20;
const QUEUE_SELECT = 22;
const QUEUE_SIZE = 24;
const QUEUE_VECTOR = 26;
const QUEUE_ENABLE = 28;
const QUEUE_DESC = 32;
const QUEUE_DRIVER = 40;
const QUEUE_DEVICE = 48;

/** What the structure asks of its transport. */
export interface CommonConfigOwner {
  readonly queues: readonly Virtqueue[];
  /** MSI-X vectors there are. */
  readonly vectors: number;
  /** The driver wrote 0 to the status. */
  resetByDriver(): void;
  enableQueue(queue: Virtqueue): void;
  /** DRIVER_OK was set. */
  driverReady(): void;
}

export class CommonConfig implements IoRegion {
  status = 0;
  /** Changes whenever the device's configuration space does. */
  generation = 0;
  configVector = reg.NO_VECTOR;
  readonly queueVectors: number[];
  readonly driverFeatures = new Features();
  private deviceFeatureSelect = 0;
  private driverFeatureSelect = 0;
  private queueSelect = 0;

  constructor(
    private readonly owner: CommonConfigOwner,
    private readonly offered: Features,
    queues: number,
  ) {
    this.queueVectors = new Array(queues).fill(reg.NO_VECTOR);
  }

  reset(): void {
    this.status = 0;
    this.configVector = reg.NO_VECTOR;
    this.queueVectors.fill(reg.NO_VECTOR);
    this.driverFeatures.clear();
    this.deviceFeatureSelect = this.driverFeatureSelect = this.queueSelect = 0;
  }

  read(offset: number, size: number): number {
    const word = this.word(offset & ~3);
    const shifted = word >>> (8 * (offset & 3));
    return size === 4 ? shifted : (shifted & (2 ** (8 * size) - 1)) >>> 0;
  }

  write(offset: number, _size: number, value: number): void {
    const queue = this.owner.queues[this.queueSelect];
    switch (offset) {
      case DEVICE_FEATURE_SELECT:
        this.deviceFeatureSelect = value;
        break;
      case DRIVER_FEATURE_SELECT:
        this.driverFeatureSelect = value;
        break;
      case DRIVER_FEATURE:
        // Negotiation is over once the device has agreed.
        if ((this.status & reg.STATUS_FEATURES_OK) === 0) this.driverFeatures.setWord(this.driverFeatureSelect, value);
        break;
      case CONFIG_VECTOR:
        this.configVector = this.vector(value);
        break;
      case DEVICE_STATUS:
        this.writeStatus(value & 0xff);
        break;
      case QUEUE_SELECT:
        this.queueSelect = value & 0xffff;
        break;
      case QUEUE_VECTOR:
        if (queue !== undefined) this.queueVectors[this.queueSelect] = this.vector(value);
        break;
      case QUEUE_ENABLE:
        // Writing 0 is forbidden (section 4.1.4.3.2) and has no effect.
        if (queue !== undefined && !queue.enabled && value === 1) this.owner.enableQueue(queue);
        break;
      default:
        if (queue !== undefined && !queue.enabled) this.writeQueue(queue, offset, value);
    }
  }

  save(): DeviceState {
    return {
      status: this.status,
      generation: this.generation,
      configVector: this.configVector,
      queueVectors: [...this.queueVectors],
      driverFeatures: [this.driverFeatures.word(0), this.driverFeatures.word(1)],
      selects: [this.deviceFeatureSelect, this.driverFeatureSelect, this.queueSelect],
    };
  }

  load(state: StateReader): void {
    this.status = state.uint("status", 0xff);
    this.generation = state.uint("generation", 0xff);
    this.configVector = state.uint("configVector", 0xffff);
    const vectors = state.uints("queueVectors", this.queueVectors.length, reg.NO_VECTOR);
    for (const [i, vector] of vectors.entries()) this.queueVectors[i] = vector;
    for (const [i, word] of state.uints("driverFeatures", 2).entries()) this.driverFeatures.setWord(i, word);
    const [device, driver, queue] = state.uints("selects", 3);
    this.deviceFeatureSelect = device!;
    this.driverFeatureSelect = driver!;
    this.queueSelect = queue!;
  }

  private word(offset: number): number {
    const queue = this.owner.queues[this.queueSelect];
    switch (offset) {
      case DEVICE_FEATURE_SELECT:
        return this.deviceFeatureSelect;
      case DEVICE_FEATURE:
        return this.offered.word(this.deviceFeatureSelect);
      case DRIVER_FEATURE_SELECT:
        return this.driverFeatureSelect;
      case DRIVER_FEATURE:
        return this.driverFeatures.word(this.driverFeatureSelect);
      case CONFIG_VECTOR:
        return ((this.owner.queues.length << 16) | this.configVector) >>> 0;
      case DEVICE_STATUS:
        return ((this.queueSelect << 16) | ((this.generation & 0xff) << 8) | this.status) >>> 0;
      case QUEUE_SIZE:
        // A queue that does not exist has size 0.
        if (queue === undefined) return (reg.NO_VECTOR << 16) >>> 0;
        return ((this.queueVectors[this.queueSelect]! << 16) | queue.size) >>> 0;
      case QUEUE_ENABLE:
        // The high half, queue_notify_off, is the queue's number.
        return queue === undefined ? 0 : ((this.queueSelect << 16) | (queue.enabled ? 1 : 0)) >>> 0;
      default:
        return queue === undefined ? 0 : this.queueWord(queue, offset);
    }
  }

  private queueWord(queue: Virtqueue, offset: number): number {
    const address = { [QUEUE_DESC]: queue.desc, [QUEUE_DRIVER]: queue.driver, [QUEUE_DEVICE]: queue.device }[
      offset & ~7
    ];
    if (address === undefined) return 0;
    return offset & 4 ? Math.floor(address / 2 ** 32) : address % 2 ** 32;
  }

  private writeQueue(queue: Virtqueue, offset: number, value: number): void {
    const half = (old: number) =>
      offset & 4 ? value * 2 ** 32 + (old % 2 ** 32) : Math.floor(old / 2 ** 32) * 2 ** 32 + value;
    if (offset === QUEUE_SIZE) queue.size = value & 0xffff;
    else if ((offset & ~4) === QUEUE_DESC) queue.desc = half(queue.desc);
    else if ((offset & ~4) === QUEUE_DRIVER) queue.driver = half(queue.driver);
    else if ((offset & ~4) === QUEUE_DEVICE) queue.device = half(queue.device);
  }

  private writeStatus(value: number): void {
    if (value === 0) {
      this.owner.resetByDriver();
      return;
    }
    const before = this.status;
    let after = value | (before & reg.STATUS_NEEDS_RESET);
    const agreed = this.driverFeatures.isSubsetOf(this.offered) && this.driverFeatures.has(reg.F_VERSION_1);
    // The driver finds FEATURES_OK clear when the device cannot work with its choice (section 3.1.1).
    if ((before & reg.STATUS_FEATURES_OK) === 0 && !agreed) after &= ~reg.STATUS_FEATURES_OK;
    this.status = after;
    if ((after & ~before & reg.STATUS_DRIVER_OK) !== 0) this.owner.driverReady();
  }

  /** A vector that does not exist reads back as none, which tells the driver so. */
  private vector(value: number): number {
    return (value & 0xffff) < this.owner.vectors ? value & 0xffff : reg.NO_VECTOR;
  }
}
