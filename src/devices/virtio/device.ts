// What a virtio device is to a transport, and a transport to a device. A device (blk/, rng/, ...) knows neither PCI nor
// MMIO; a transport knows no device. Adding one: extend VirtioDevice in a folder of its own.

import type { DeviceBus, DeviceLog, DeviceState, GuestMemory, InFlight, Stateful } from "../interfaces.js";
import type { StateReader } from "../state.js";
import type { Virtqueue } from "./queue/virtqueue.js";

export interface VirtioTransport {
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  queue(index: number): Virtqueue;
  /** The driver has accepted this feature bit. */
  negotiated(feature: number): boolean;
  /** Buffers were pushed to this queue: interrupts the driver if it wants to be. */
  notify(queue: number): void;
  /** The device's configuration space has changed by itself. */
  configChanged(): void;
  /** Has the device look at this queue (its handleQueue) if it is running. For use outside handleQueue. */
  kick(queue: number): void;
  /** The driver broke the rules: stops the device until it is reset. */
  fail(message: string): void;
}

export abstract class VirtioDevice implements Stateful, InFlight {
  readonly stateVersion: number = 1;
  /** As in QEMU without the bus, "virtio-blk". */
  abstract readonly name: string;
  /** Virtio device ID, section 5. */
  abstract readonly deviceId: number;
  /** Class code for PCI, 24 bits. */
  abstract readonly pciClass: number;
  /** Largest size of each queue. */
  abstract readonly queueSizes: readonly number[];
  /** Feature bits of the device's own (0 to 23, 50 and up); those of the rings are the transport's. */
  abstract readonly features: readonly number[];
  /** The bus that it has for others. */
  readonly offers: DeviceBus | undefined;
  /** Device configuration space, little-endian. */
  protected config: Uint8Array = new Uint8Array(0);
  protected transport!: VirtioTransport;

  attach(transport: VirtioTransport): void {
    this.transport = transport;
  }

  /**
   * The driver notified of buffers in a queue; only called while DRIVER_OK is set. VirtqueueErrors out of Virtqueue.pop
   * are the transport's to catch.
   */
  abstract handleQueue(index: number): void;

  /** Reset by the driver or the machine: what is in flight must not touch guest memory or queues any more. */
  reset(): void {}

  /** Requests in flight. */
  get pending(): number {
    return 0;
  }

  async idle(): Promise<void> {}

  async quiet(): Promise<void> {}

  get unsaved(): string | undefined {
    return undefined;
  }

  resumed(): void {}

  get configSize(): number {
    return this.config.length;
  }

  /** Beyond the configuration space: zeros. */
  readConfig(offset: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value += (this.config[offset + i] ?? 0) * 2 ** (8 * i);
    return value;
  }

  /** Ignored unless the device has writable configuration. */
  writeConfig(_offset: number, _size: number, _value: number): void {}

  /** State besides queues and negotiation. The device is quiet. */
  save(): DeviceState {
    return {};
  }

  load(_state: StateReader): void {}

  settle(): void {}
}
