// The common configuration structure: how the core's negotiation, status and queues lie in registers, with the vectors of MSI-X. Virtio
// 1.2, section 4.1.4.3.

import type { DeviceState, IoRegion } from "../../../interfaces.js";
import type { StateReader } from "../../../state.js";
import type { Virtqueue } from "../../queue/virtqueue.js";
import * as reg from "../../registers.js";
import type { QueueAddress, TransportCore } from "../core.js";

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
const ADDRESSES = new Map<number, QueueAddress>([
  [32, "desc"],
  [40, "driver"],
  [48, "device"],
]);

export class CommonConfig implements IoRegion {
  configVector = reg.NO_VECTOR;
  readonly queueVectors: number[];

  constructor(
    private readonly core: TransportCore,
    /** MSI-X vectors there are. */
    private readonly vectors: number,
  ) {
    this.queueVectors = new Array(core.queues.length).fill(reg.NO_VECTOR);
  }

  reset(): void {
    this.configVector = reg.NO_VECTOR;
    this.queueVectors.fill(reg.NO_VECTOR);
  }

  read(offset: number, size: number): number {
    const word = this.word(offset & ~3);
    const shifted = word >>> (8 * (offset & 3));
    return size === 4 ? shifted : (shifted & (2 ** (8 * size) - 1)) >>> 0;
  }

  write(offset: number, _size: number, value: number): void {
    const { core } = this;
    switch (offset) {
      case DEVICE_FEATURE_SELECT:
        core.deviceFeaturesSel = value;
        break;
      case DRIVER_FEATURE_SELECT:
        core.driverFeaturesSel = value;
        break;
      case DRIVER_FEATURE:
        core.writeDriverFeatures(value);
        break;
      case CONFIG_VECTOR:
        this.configVector = this.vector(value);
        break;
      case DEVICE_STATUS:
        core.writeStatus(value & 0xff);
        break;
      case QUEUE_SELECT:
        core.queueSel = value & 0xffff;
        break;
      case QUEUE_SIZE:
        core.setSize(value);
        break;
      case QUEUE_VECTOR:
        if (core.selected) this.queueVectors[core.queueSel] = this.vector(value);
        break;
      case QUEUE_ENABLE:
        // Writing 0 is forbidden (section 4.1.4.3.2) and has no effect.
        if (value === 1) core.enableSelected();
        break;
      default: {
        const part = ADDRESSES.get(offset & ~4);
        if (part) core.setAddress(part, (offset & 4) !== 0, value);
      }
    }
  }

  save(): DeviceState {
    return { configVector: this.configVector, queueVectors: [...this.queueVectors] };
  }

  load(state: StateReader): void {
    this.configVector = state.uint("configVector", 0xffff);
    const vectors = state.uints("queueVectors", this.queueVectors.length, reg.NO_VECTOR);
    for (const [i, vector] of vectors.entries()) this.queueVectors[i] = vector;
  }

  private word(offset: number): number {
    const { core } = this;
    const queue = core.selected;
    switch (offset) {
      case DEVICE_FEATURE_SELECT:
        return core.deviceFeaturesSel;
      case DEVICE_FEATURE:
        return core.deviceFeatures;
      case DRIVER_FEATURE_SELECT:
        return core.driverFeaturesSel;
      case DRIVER_FEATURE:
        return core.driverFeatures.word(core.driverFeaturesSel);
      case CONFIG_VECTOR:
        return ((core.queues.length << 16) | this.configVector) >>> 0;
      case DEVICE_STATUS:
        return ((core.queueSel << 16) | ((core.generation & 0xff) << 8) | core.status) >>> 0;
      case QUEUE_SIZE:
        // A queue that does not exist has size 0.
        if (queue === undefined) return (reg.NO_VECTOR << 16) >>> 0;
        return ((this.queueVectors[core.queueSel]! << 16) | queue.size) >>> 0;
      case QUEUE_ENABLE:
        // The high half, queue_notify_off, is the queue's number.
        return queue === undefined ? 0 : ((core.queueSel << 16) | (queue.enabled ? 1 : 0)) >>> 0;
      default:
        return queue === undefined ? 0 : addressWord(queue, offset);
    }
  }

  /** A vector that does not exist reads back as none, which tells the driver so. */
  private vector(value: number): number {
    return (value & 0xffff) < this.vectors ? value & 0xffff : reg.NO_VECTOR;
  }
}

function addressWord(queue: Virtqueue, offset: number): number {
  const part = ADDRESSES.get(offset & ~4);
  if (part === undefined) return 0;
  const address = queue[part];
  return offset & 4 ? Math.floor(address / 2 ** 32) : address % 2 ** 32;
}
