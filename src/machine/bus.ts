// The one place where a CPU enters the devices and leaves them. Today it is a call; where CPUs have threads of their own, the same
// four requests (read, write, now, and what an interrupt controller is asked) go through a mailbox to the thread of the devices.

import type { DeviceLog } from "../devices/interfaces.js";
import type { TimeSource, VirtualClock } from "./clock/clock.js";
import { AddressSpace } from "./memory-map.js";

/** What an access makes stand still or looks after. */
export interface BusClock {
  clock: VirtualClock;
  time: TimeSource;
  /** Looks whether the run of the CPU is to end: accesses take long for the number of their instructions. */
  poll(): void;
}

export class Bus {
  /** Memory-mapped registers. */
  readonly memory: AddressSpace;
  /** Ports, for CPUs that have a space of their own for them. */
  readonly ports: AddressSpace;
  private attached: BusClock | undefined;
  /** The host's time while a device is accessed: one look serves all that asks meanwhile. -1: nothing is accessed. */
  private moment = -1;

  constructor(
    log: DeviceLog,
    private readonly hostClock: () => number,
  ) {
    this.memory = new AddressSpace("memory", log);
    this.ports = new AddressSpace("port", log);
  }

  /** Given once. The time sources count the CPU's instructions, so they come after the CPU, and the CPU after the bus. */
  attach(clock: BusClock): void {
    this.attached = clock;
  }

  /** The host's monotonic clock, nanoseconds: one time during an access. */
  readonly hostNow = (): number => (this.moment < 0 ? this.hostClock() : this.moment);

  /** `space` is one of this bus. A device that looks at the clock twice during one access sees one time, as a real one would. */
  read(space: AddressSpace, address: number, size: number): number {
    this.enter();
    const value = space.read(address, size);
    this.leave();
    return value;
  }

  write(space: AddressSpace, address: number, size: number, value: number): void {
    this.enter();
    space.write(address, size, value);
    this.leave();
  }

  /** Virtual time for the CPU's own clock, nanoseconds; 0 before there is one (the engine resets the CPU, which reads it). */
  now(): number {
    const { attached } = this;
    if (!attached) return 0;
    this.moment = this.hostClock();
    attached.poll();
    const now = attached.clock.now();
    this.moment = -1;
    return now;
  }

  private enter(): void {
    this.moment = this.hostClock();
    this.attached!.poll();
    this.attached!.time.hold();
  }

  private leave(): void {
    this.attached!.time.release();
    this.moment = -1;
  }
}
