// Flash memory of Intel's command set on a bus of one or several chips side by side, as QEMU's `cfi.pflash01`: array, status, identity and
// query modes, block erase, programs of a word and of a buffer. Programming clears bits and sets none, as in a real chip. What was
// changed goes to the drive, if there is one, in the background: idle() waits for it.

import type { BlockBackend } from "../../../block/interfaces.js";
import type { Device, DeviceLog, DeviceState, InFlight, IoRegion } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as r from "./registers.js";

export interface PflashOptions {
  /** The whole content, of which no copy is made; a number: so many zeros. A multiple of the block size. */
  readonly bytes: Uint8Array | number;
  /** Bytes, all chips together. */
  readonly blockBytes: number;
  /** Bytes of the bus, and of one chip's part of it. */
  readonly bankWidth: 1 | 2 | 4;
  readonly chipWidth: 1 | 2 | 4;
  /** Manufacturer and device. */
  readonly ids: readonly [number, number];
  readonly readOnly?: boolean;
  readonly backend?: BlockBackend;
  /** Whether reads are of the array now: a board may show it as memory then. */
  readonly arrayShown?: (shown: boolean) => void;
  readonly log?: DeviceLog;
}

export class Pflash implements Device, IoRegion {
  readonly name = "cfi.pflash01";
  readonly stateVersion = 2;
  readonly size: number;
  /** Absent: nobody has written to it yet. */
  private content: Uint8Array | undefined;
  /** It is no more what it was made with. */
  private changed = false;
  private readonly chips: number;
  private readonly table: Uint8Array;
  private readonly buffer: Uint8Array;
  private command = r.READ_ARRAY;
  private cycle = 0;
  private status = 0;
  /** Words of the buffer still to come after the next one, where its first lies (-1: not known yet), and how far it reaches. */
  private left = 0;
  private bufferAt = -1;
  private bufferEnd = 0;
  private shown = true;
  private writing: Promise<void> = Promise.resolve();
  private failed: Error | undefined;

  constructor(private readonly options: PflashOptions) {
    const { bytes, blockBytes, bankWidth, chipWidth } = options;
    this.size = typeof bytes === "number" ? bytes : bytes.length;
    if (this.size === 0 || this.size % blockBytes !== 0) {
      throw new Error(`flash of ${this.size} bytes is no whole number of blocks of ${blockBytes}`);
    }
    if (typeof bytes !== "number") this.content = bytes;
    this.chips = bankWidth / chipWidth;
    this.table = r.queryTable(this.size / blockBytes, blockBytes / this.chips);
    this.buffer = new Uint8Array(this.chips << r.BUFFER_SHIFT);
  }

  private get bytes(): Uint8Array {
    this.content ??= new Uint8Array(this.size);
    return this.content;
  }

  readonly inFlight: InFlight = {
    idle: () => this.idle(),
    quiet: () => this.writing,
    unsaved: undefined,
    resumed() {},
  };

  reset(): void {
    this.status = r.STATUS_READY;
    this.showArray();
  }

  read(offset: number, size: number): number {
    switch (this.command) {
      case r.READ_ARRAY:
        return this.array(offset, size);
      case r.READ_ID:
        return this.all(this.options.ids[this.index(offset) & 0xff] ?? 0, size);
      case r.QUERY:
        return this.all(this.table[this.index(offset)] ?? 0, size);
    }
    return this.all(this.status, size);
  }

  write(offset: number, size: number, value: number): void {
    if (this.cycle === 0) this.begin(offset, value & 0xff);
    else if (this.cycle === 1) this.second(offset, size, value);
    else if (this.cycle === 2) this.fill(offset, size, value);
    else this.confirm(value & 0xff);
    this.show(this.command === r.READ_ARRAY);
  }

  async idle(): Promise<void> {
    await this.writing;
    const { failed } = this;
    this.failed = undefined;
    if (failed) throw failed;
  }

  save(): DeviceState {
    const { command, cycle, status, left, bufferAt, bufferEnd } = this;
    return {
      command,
      cycle,
      status,
      left,
      bufferAt,
      bufferEnd,
      buffer: this.buffer.slice(),
      // As it was made, most are.
      bytes: this.changed ? this.bytes.slice() : null,
    };
  }

  load(state: StateReader): void {
    this.command = state.uint("command", 0xff);
    this.cycle = state.uint("cycle", 3);
    this.status = state.uint("status", 0xff);
    this.left = state.uint("left", 0xffff);
    this.bufferAt = state.num("bufferAt");
    this.bufferEnd = state.uint("bufferEnd", this.size);
    const { bufferAt, size, buffer } = this;
    if (bufferAt !== -1 && !(Number.isInteger(bufferAt) && bufferAt >= 0 && bufferAt <= size - buffer.length)) {
      state.fail("bufferAt", "a place in the flash");
    }
    this.buffer.set(state.bytes("buffer", buffer.length));
    this.changed = !state.isNull("bytes");
    if (this.changed) this.bytes.set(state.bytes("bytes", size));
  }

  settle(): void {
    this.show(this.command === r.READ_ARRAY);
  }

  // ---- commands --------------------------------------------------------------------------------------------------------------

  private begin(offset: number, command: number): void {
    switch (command) {
      case r.READ_ARRAY:
      case r.READ_ARRAY_TOO:
      case r.RESET:
        this.showArray();
        return;
      case r.CLEAR_STATUS:
        this.status = r.STATUS_READY;
        this.showArray();
        return;
      case r.READ_STATUS:
      case r.READ_ID:
      case r.QUERY:
        this.command = command;
        return;
      case r.PROGRAM:
      case r.PROGRAM_TOO:
      case r.BLOCK_ERASE:
      case r.LOCK:
        this.status |= r.STATUS_READY;
        this.command = command;
        this.cycle = 1;
        return;
      case r.BUFFERED_PROGRAM:
        this.status |= r.STATUS_READY;
        this.command = command;
        this.cycle = 1;
        this.bufferAt = -1;
        return;
    }
    this.refuse(`command 0x${command.toString(16)} at offset 0x${offset.toString(16)} means nothing`);
  }

  private second(offset: number, size: number, value: number): void {
    this.cycle = 0;
    const command = value & 0xff;
    switch (this.command) {
      case r.PROGRAM:
      case r.PROGRAM_TOO:
        if (this.writable(r.STATUS_PROGRAM_ERROR)) this.program(offset, bytesOf(value, size));
        return;
      case r.BLOCK_ERASE:
        if (command === r.CONFIRM) this.erase(offset);
        else this.refuse("a block erase was not confirmed", command !== r.READ_ARRAY);
        return;
      case r.LOCK:
        if (command !== r.CONFIRM && command !== r.LOCK_BLOCK) {
          this.refuse("a lock was neither set nor cleared", command !== r.READ_ARRAY);
        }
        return;
    }
    // The number of words, less one, each chip's in its part.
    const words = value & (2 ** (8 * this.options.chipWidth) - 1) & 0xffff;
    if ((words + 1) * this.options.bankWidth > this.buffer.length) {
      this.refuse(`a buffered program of ${words + 1} words is longer than the buffer`);
      this.status |= r.STATUS_PROGRAM_ERROR;
      return;
    }
    this.left = words;
    this.cycle = 2;
  }

  /** A word of the buffer, which covers as much of the flash as it is long. */
  private fill(offset: number, size: number, value: number): void {
    const { buffer, bytes } = this;
    const least = offset - (offset % buffer.length);
    if (this.bufferAt < 0) {
      this.bufferAt = Math.min(least, bytes.length - buffer.length);
      this.bufferEnd = offset;
      // What is not written stays as it is: programming clears bits alone.
      buffer.fill(0xff);
    }
    const at = offset - this.bufferAt;
    if (at < 0 || at + size > buffer.length) {
      this.status |= r.STATUS_PROGRAM_ERROR;
      this.refuse("a word of a buffered program lies outside of the buffer");
      return;
    }
    buffer.set(bytesOf(value, size), at);
    if (this.left-- === 0) {
      this.left = 0;
      this.cycle = 3;
    }
  }

  private confirm(command: number): void {
    this.cycle = 0;
    if (command !== r.CONFIRM) {
      this.refuse("a buffered program was not confirmed", command !== r.READ_ARRAY);
      return;
    }
    if (this.writable(r.STATUS_PROGRAM_ERROR)) this.program(this.bufferAt, this.buffer);
  }

  private program(offset: number, bytes: Uint8Array): void {
    const end = Math.min(offset + bytes.length, this.bytes.length);
    for (let at = offset; at < end; at++) this.bytes[at]! &= bytes[at - offset]!;
    this.keep(offset, end);
  }

  private erase(offset: number): void {
    if (!this.writable(r.STATUS_ERASE_ERROR)) return;
    const { blockBytes } = this.options;
    const start = offset - (offset % blockBytes);
    this.bytes.fill(0xff, start, start + blockBytes);
    this.keep(start, start + blockBytes);
  }

  private writable(error: number): boolean {
    if (!this.options.readOnly) return true;
    this.status |= error;
    return false;
  }

  /** Brings what was changed to the drive, in the order of the changes. */
  private keep(start: number, end: number): void {
    this.changed = true;
    const { backend } = this.options;
    if (!backend) return;
    const bytes = this.bytes.slice(start, end);
    this.writing = this.writing
      .then(() => backend.write(start, bytes))
      .catch((error: Error) => {
        this.failed = error;
        this.status |= r.STATUS_PROGRAM_ERROR;
      });
  }

  // ---- reads -----------------------------------------------------------------------------------------------------------------

  private array(offset: number, size: number): number {
    const { content } = this;
    let value = 0;
    for (let n = size - 1; n >= 0; n--) value = value * 256 + (content ? (content[offset + n] ?? 0xff) : 0);
    return value;
  }

  /** Chips count in words of the bus. */
  private index(offset: number): number {
    return Math.floor(offset / this.options.bankWidth);
  }

  /** The answer of every chip, side by side. */
  private all(value: number, size: number): number {
    let word = 0;
    for (let at = 0; at < size; at += this.options.chipWidth) word += value * 2 ** (8 * at);
    return word >>> 0;
  }

  private showArray(): void {
    this.command = r.READ_ARRAY;
    this.cycle = 0;
    this.show(true);
  }

  private show(array: boolean): void {
    if (array === this.shown) return;
    this.shown = array;
    this.options.arrayShown?.(array);
  }

  private refuse(what: string, log = true): void {
    if (log) this.options.log?.guestError(`cfi.pflash01: ${what}`);
    this.showArray();
  }
}

function bytesOf(value: number, size: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24).subarray(0, size);
}
