// The rings of commands and of completions. NVM Express 1.4, section 4.1.

import type { DeviceState, GuestMemory } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as nvme from "./registers.js";

/** A command, taken apart as far as all have it in common. */
export interface Command {
  readonly queue: number;
  readonly id: number;
  readonly opcode: number;
  readonly namespace: number;
  readonly prp1: number;
  readonly prp2: number;
  /** Double words 10 to 15. */
  readonly words: readonly number[];
}

/** What of a command is left to be known when it only waits to be answered. */
export function idle(queue: number, id: number, opcode = 0): Command {
  return { queue, id, opcode, namespace: 0, prp1: 0, prp2: 0, words: [] };
}

export class SubmissionQueue {
  head = 0;
  tail = 0;

  constructor(
    readonly id: number,
    readonly base: number,
    readonly size: number,
    readonly completions: number,
  ) {}

  get empty(): boolean {
    return this.head === this.tail;
  }

  /** The next command; undefined where its memory is none. */
  take(memory: GuestMemory): Command | undefined {
    const bytes = memory.view(this.base + this.head * nvme.COMMAND_SIZE, nvme.COMMAND_SIZE);
    this.head = (this.head + 1) % this.size;
    if (!bytes) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const u32 = (at: number): number => view.getUint32(at, true);
    const u64 = (at: number): number => u32(at + 4) * 2 ** 32 + u32(at);
    return {
      queue: this.id,
      id: view.getUint16(2, true),
      opcode: bytes[0]!,
      namespace: u32(4),
      prp1: u64(24),
      prp2: u64(32),
      words: [40, 44, 48, 52, 56, 60].map(u32),
    };
  }

  save(): DeviceState {
    const { id, base, size, completions, head, tail } = this;
    return { id, base, size, completions, head, tail };
  }

  static load(state: StateReader): SubmissionQueue {
    const size = state.uint("size", nvme.MOST_ENTRIES);
    const queue = new SubmissionQueue(
      state.uint("id", nvme.QUEUES),
      state.pageAddress("base"),
      size,
      state.uint("completions", nvme.QUEUES),
    );
    queue.head = state.uint("head", size - 1);
    queue.tail = state.uint("tail", size - 1);
    return queue;
  }
}

export class CompletionQueue {
  head = 0;
  tail = 0;
  private phase = 1;
  /** Completions for which there is no room. */
  private waiting: { command: Command; status: number; result: number; sqHead: number }[] = [];

  constructor(
    readonly id: number,
    readonly base: number,
    readonly size: number,
    /** Undefined: it does not interrupt. */
    readonly vector: number | undefined,
  ) {}

  /** There is something that the driver has not seen. */
  get pending(): boolean {
    return this.head !== this.tail;
  }

  /** No more commands are to be taken. */
  get congested(): boolean {
    return this.waiting.length > 0;
  }

  add(memory: GuestMemory, command: Command, status: number, result: number, sqHead: number): void {
    this.waiting.push({ command, status, result, sqHead });
    this.post(memory);
  }

  /** Writes what there is room for; answers whether something was. */
  post(memory: GuestMemory): boolean {
    let posted = false;
    while (this.waiting.length > 0 && (this.tail + 1) % this.size !== this.head) {
      const { command, status, result, sqHead } = this.waiting.shift()!;
      const entry = new DataView(new ArrayBuffer(nvme.COMPLETION_SIZE));
      entry.setUint32(0, result, true);
      entry.setUint16(8, sqHead, true);
      entry.setUint16(10, command.queue, true);
      entry.setUint16(12, command.id, true);
      entry.setUint16(14, (status << 1) | this.phase, true);
      memory.write(this.base + this.tail * nvme.COMPLETION_SIZE, new Uint8Array(entry.buffer));
      this.tail = (this.tail + 1) % this.size;
      if (this.tail === 0) this.phase ^= 1;
      posted = true;
    }
    return posted;
  }

  save(): DeviceState {
    const { id, base, size, head, tail, phase } = this;
    const waiting = this.waiting.map(({ command, ...rest }) => ({
      ...rest,
      queue: command.queue,
      command: command.id,
    }));
    return { id, base, size, vector: this.vector ?? null, head, tail, phase, waiting };
  }

  static load(state: StateReader): CompletionQueue {
    const size = state.uint("size", nvme.MOST_ENTRIES);
    const vector = state.optionalUint("vector", nvme.QUEUES);
    const queue = new CompletionQueue(state.uint("id", nvme.QUEUES), state.pageAddress("base"), size, vector);
    queue.head = state.uint("head", size - 1);
    queue.tail = state.uint("tail", size - 1);
    queue.phase = state.uint("phase", 1);
    queue.waiting = state.list("waiting").map((part) => ({
      command: idle(part.uint("queue", nvme.QUEUES), part.uint("command", 0xffff)),
      status: part.uint("status", 0x7fff),
      result: part.uint("result"),
      sqHead: part.uint("sqHead", nvme.MOST_ENTRIES),
    }));
    return queue;
  }
}
