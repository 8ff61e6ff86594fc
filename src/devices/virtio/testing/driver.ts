// A driver's side of a virtqueue, for tests: lays the rings out in memory, makes buffers available, reads what was used.

import type { GuestMemory } from "../../interfaces.js";
import type { Virtqueue } from "../queue/virtqueue.js";

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

export interface TestBuffer {
  readonly address: number;
  readonly length: number;
  readonly write?: boolean;
}

export interface TestUsed {
  readonly head: number;
  readonly written: number;
}

/** Needs 16*size + 2*size + 8*size + 64 bytes of memory at `base`, a multiple of 16. */
export class TestQueue {
  readonly desc: number;
  readonly driver: number;
  readonly device: number;
  private nextDescriptor = 0;
  private availIndex = 0;
  private seen = 0;

  constructor(
    readonly memory: GuestMemory,
    base: number,
    readonly size: number,
  ) {
    this.desc = base;
    this.driver = base + 16 * size;
    this.device = Math.ceil((this.driver + 2 * size + 6) / 4) * 4;
    memory.write(base, new Uint8Array(this.device + 6 + 8 * size - base));
  }

  /** Points the device's queue here. */
  configure(queue: Virtqueue): void {
    queue.size = this.size;
    queue.desc = this.desc;
    queue.driver = this.driver;
    queue.device = this.device;
  }

  descriptor(table: number, index: number, address: number, length: number, flags: number, next = 0): void {
    const at = table + 16 * index;
    this.memory.writeU32(at, address % 2 ** 32);
    this.memory.writeU32(at + 4, Math.floor(address / 2 ** 32));
    this.memory.writeU32(at + 8, length);
    this.memory.writeU16(at + 12, flags);
    this.memory.writeU16(at + 14, next);
  }

  /** Makes a chain available; with `table`, as one indirect descriptor whose table is there. Answers its head. */
  add(buffers: readonly TestBuffer[], table?: number): number {
    const head = this.take();
    const last = buffers.length - 1;
    const flags = (buffer: TestBuffer, i: number) => (buffer.write === true ? WRITE : 0) | (i < last ? NEXT : 0);
    if (table !== undefined) {
      for (const [i, buffer] of buffers.entries()) {
        this.descriptor(table, i, buffer.address, buffer.length, flags(buffer, i), i + 1);
      }
      this.descriptor(this.desc, head, table, 16 * buffers.length, INDIRECT);
    } else {
      let index = head;
      for (const [i, buffer] of buffers.entries()) {
        const next = i < last ? this.take() : 0;
        this.descriptor(this.desc, index, buffer.address, buffer.length, flags(buffer, i), next);
        index = next;
      }
    }
    this.makeAvailable(head);
    return head;
  }

  makeAvailable(head: number): void {
    this.memory.writeU16(this.driver + 4 + 2 * (this.availIndex % this.size), head);
    this.setAvailIndex(this.availIndex + 1);
  }

  setAvailIndex(index: number): void {
    this.availIndex = index & 0xffff;
    this.memory.writeU16(this.driver + 2, this.availIndex);
  }

  /** Flags of the available ring: 1 asks for no interrupts. */
  setFlags(flags: number): void {
    this.memory.writeU16(this.driver, flags);
  }

  /** Asks for an interrupt when the used index passes this one. */
  setUsedEvent(index: number): void {
    this.memory.writeU16(this.driver + 4 + 2 * this.size, index);
  }

  get availEvent(): number {
    return this.memory.readU16(this.device + 4 + 8 * this.size);
  }

  get usedIndex(): number {
    return this.memory.readU16(this.device + 2);
  }

  /** What was used since the last call, in order. */
  used(): TestUsed[] {
    const result: TestUsed[] = [];
    for (; this.seen !== this.usedIndex; this.seen = (this.seen + 1) & 0xffff) {
      const at = this.device + 4 + 8 * (this.seen % this.size);
      result.push({ head: this.memory.readU32(at), written: this.memory.readU32(at + 4) });
    }
    return result;
  }

  /** Descriptors are reused round and round; tests keep fewer in flight than there are. */
  private take(): number {
    const index = this.nextDescriptor;
    this.nextDescriptor = (index + 1) % this.size;
    return index;
  }
}
