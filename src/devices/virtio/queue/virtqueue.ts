// The split virtqueue, device side. Virtio 1.2, section 2.7. Everything in it is guest memory and may be nonsense at any
// time: whatever breaks the rules throws VirtqueueError, on which the transport stops the device (DEVICE_NEEDS_RESET).

import type { DeviceState, GuestMemory } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import type { Segment } from "./segments.js";

export class VirtqueueError extends Error {}

/** A buffer the driver has made available: a descriptor chain, checked. */
export interface Chain {
  readonly head: number;
  /** For the device to read, in order; then for it to write. All in RAM, none empty. */
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
  /** Bytes in all. */
  readonly readableLength: number;
  readonly writableLength: number;
}

const DESCRIPTOR = 16;
const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const AVAIL_NO_INTERRUPT = 1;

/** Linux makes indirect tables longer than the queue for some devices; QEMU takes up to this many descriptors. */
const MAX_INDIRECT = 1024;
/** The used ring counts bytes in 32 bits. */
const MAX_BYTES = 0xffffffff;

export interface QueueFeatures {
  readonly indirect: boolean;
  readonly eventIndex: boolean;
}

export class Virtqueue {
  /** Number of descriptors, a power of two. */
  size: number;
  /** Guest-physical addresses of the three parts: descriptor table, available ring ("driver"), used ring ("device"). */
  desc = 0;
  driver = 0;
  device = 0;
  enabled = false;
  private features: QueueFeatures = { indirect: false, eventIndex: false };
  private lastAvail = 0;
  private usedIndex = 0;
  /** The used index at the last interrupt decision. */
  private signalled = 0;
  private readonly taken: Uint8Array;
  private inFlightCount = 0;

  constructor(
    private readonly memory: GuestMemory,
    readonly maxSize: number,
  ) {
    this.size = maxSize;
    this.taken = new Uint8Array(maxSize);
  }

  /** Chains taken and not given back. */
  get inFlight(): number {
    return this.inFlightCount;
  }

  reset(): void {
    this.size = this.maxSize;
    this.desc = this.driver = this.device = 0;
    this.enabled = false;
    this.lastAvail = this.usedIndex = this.signalled = this.inFlightCount = 0;
    this.taken.fill(0);
  }

  private get possibleSize(): boolean {
    const { size } = this;
    return size >= 1 && size <= this.maxSize && (size & (size - 1)) === 0;
  }

  /** Starts the queue with the addresses and size set before; throws VirtqueueError when those cannot be. */
  enable(features: QueueFeatures): void {
    const { size, memory } = this;
    if (!this.possibleSize) {
      throw new VirtqueueError(`queue size ${size} is not a power of two up to ${this.maxSize}`);
    }
    const parts = [
      ["descriptor table", this.desc, DESCRIPTOR * size, 16],
      ["available ring", this.driver, 6 + 2 * size, 2],
      ["used ring", this.device, 6 + 8 * size, 4],
    ] as const;
    for (const [what, address, length, alignment] of parts) {
      if (address % alignment !== 0 || memory.view(address, length) === undefined) {
        throw new VirtqueueError(`${what} at 0x${address.toString(16)} is misaligned or not in RAM`);
      }
    }
    this.features = features;
    this.enabled = true;
  }

  /** Takes the next available chain; undefined when there is none, in which case the driver will notify of the next. */
  pop(): Chain | undefined {
    if (!this.enabled) return undefined;
    if (!this.hasAvailable()) {
      if (!this.features.eventIndex) return undefined;
      this.memory.writeU16(this.device + 4 + 8 * this.size, this.lastAvail);
      // One that came before the driver could see the new event index is not notified of.
      if (!this.hasAvailable()) return undefined;
    }
    const head = this.memory.readU16(this.driver + 4 + 2 * (this.lastAvail & (this.size - 1)));
    if (head >= this.size) throw new VirtqueueError(`available head ${head} is outside the queue of ${this.size}`);
    if (this.taken[head] === 1) throw new VirtqueueError(`descriptor ${head} is made available while in use`);
    const chain = new ChainReader(this.memory, this.features.indirect).read(this.desc, this.size, head);
    this.taken[head] = 1;
    this.inFlightCount++;
    this.lastAvail = (this.lastAvail + 1) & 0xffff;
    return chain;
  }

  /** Undoes the last pop: the chain is the next one again. */
  unpop(chain: Chain): void {
    this.lastAvail = (this.lastAvail - 1) & 0xffff;
    this.taken[chain.head] = 0;
    this.inFlightCount--;
  }

  /** Gives a chain back with the bytes written to it. The driver sees it at once; an interrupt is a matter of its own. */
  push(chain: Chain, written: number): void {
    const at = this.device + 4 + 8 * (this.usedIndex & (this.size - 1));
    this.memory.writeU32(at, chain.head);
    this.memory.writeU32(at + 4, written);
    this.usedIndex = (this.usedIndex + 1) & 0xffff;
    // After the element, so that the driver never sees an entry that is not filled.
    this.memory.writeU16(this.device + 2, this.usedIndex);
    this.taken[chain.head] = 0;
    this.inFlightCount--;
  }

  /** Whether the driver wants to be interrupted for what was pushed since the last call. Sections 2.7.7 and 2.7.10. */
  shouldInterrupt(): boolean {
    const old = this.signalled;
    const now = this.usedIndex;
    this.signalled = now;
    if (old === now) return false;
    if (!this.features.eventIndex) return (this.memory.readU16(this.driver) & AVAIL_NO_INTERRUPT) === 0;
    const wanted = this.memory.readU16(this.driver + 4 + 2 * this.size);
    return ((now - wanted - 1) & 0xffff) < ((now - old) & 0xffff);
  }

  /** Chains in flight are not part of the state: the device has to be quiet. */
  save(): DeviceState {
    const { size, desc, driver, device, enabled, lastAvail, usedIndex, signalled } = this;
    return { size, desc, driver, device, enabled, lastAvail, usedIndex, signalled, ...this.features };
  }

  load(state: StateReader): void {
    this.reset();
    this.size = state.uint("size", 0xffff);
    // Whatever the driver has written; what is beyond RAM is found there to be.
    this.desc = state.uint("desc", 2 ** 64);
    this.driver = state.uint("driver", 2 ** 64);
    this.device = state.uint("device", 2 ** 64);
    this.features = { indirect: state.bool("indirect"), eventIndex: state.bool("eventIndex") };
    // Where the parts lie is looked at with every access: memory may not be mapped as it was yet.
    this.enabled = state.bool("enabled");
    if (this.enabled && !this.possibleSize) state.fail("size", `a power of two up to ${this.maxSize}`);
    this.lastAvail = state.uint("lastAvail", 0xffff);
    this.usedIndex = state.uint("usedIndex", 0xffff);
    this.signalled = state.uint("signalled", 0xffff);
  }

  private hasAvailable(): boolean {
    const count = (this.memory.readU16(this.driver + 2) - this.lastAvail) & 0xffff;
    if (count > this.size) throw new VirtqueueError(`${count} buffers available in a queue of ${this.size}`);
    return count > 0;
  }
}

/** Walks one chain. Sections 2.7.5 and 2.7.5.3. */
class ChainReader {
  private readonly readable: Segment[] = [];
  private readonly writable: Segment[] = [];
  private readableLength = 0;
  private writableLength = 0;

  constructor(
    private readonly memory: GuestMemory,
    private readonly indirectAllowed: boolean,
  ) {}

  read(table: number, size: number, head: number): Chain {
    this.walk(table, size, head, this.indirectAllowed);
    const { readable, writable, readableLength, writableLength } = this;
    return { head, readable, writable, readableLength, writableLength };
  }

  private walk(table: number, count: number, first: number, indirectAllowed: boolean): void {
    const { memory } = this;
    let index = first;
    for (let steps = 0; ; steps++) {
      if (steps === count) throw new VirtqueueError(`descriptor chain is longer than its table of ${count}, or a loop`);
      const at = table + DESCRIPTOR * index;
      const high = memory.readU32(at + 4);
      // Exact below 2^53; no RAM is above.
      const address = high * 2 ** 32 + memory.readU32(at);
      const length = memory.readU32(at + 8);
      const word = memory.readU32(at + 12);
      const next = word >>> 16;
      if ((word & INDIRECT) !== 0) {
        if (!indirectAllowed) throw new VirtqueueError(`descriptor ${index} is indirect where none may be`);
        if ((word & NEXT) !== 0) throw new VirtqueueError(`indirect descriptor ${index} has a successor`);
        this.walkIndirect(address, length);
        return;
      }
      this.add(address, length, (word & WRITE) !== 0);
      if ((word & NEXT) === 0) return;
      if (next >= count) throw new VirtqueueError(`next descriptor ${next} is outside the table of ${count}`);
      index = next;
    }
  }

  private walkIndirect(address: number, length: number): void {
    const count = length / DESCRIPTOR;
    if (!Number.isInteger(count) || count < 1 || count > MAX_INDIRECT) {
      throw new VirtqueueError(`indirect table of ${length} bytes`);
    }
    if (this.memory.view(address, length) === undefined) {
      throw new VirtqueueError(`indirect table at 0x${address.toString(16)} is not in RAM`);
    }
    this.walk(address, count, 0, false);
  }

  private add(address: number, length: number, write: boolean): void {
    if (length === 0) throw new VirtqueueError("descriptor of length 0");
    const there = write ? this.memory.writable(address, length) : this.memory.view(address, length);
    if (there === undefined) {
      throw new VirtqueueError(`buffer of ${length} bytes at 0x${address.toString(16)} is not in RAM`);
    }
    if (write) {
      this.writable.push({ address, length });
      this.writableLength += length;
    } else {
      if (this.writable.length > 0) throw new VirtqueueError("device-readable descriptor after a device-writable one");
      this.readable.push({ address, length });
      this.readableLength += length;
    }
    if (this.readableLength + this.writableLength > MAX_BYTES) {
      throw new VirtqueueError("descriptor chain of 4 GiB or more");
    }
  }
}
