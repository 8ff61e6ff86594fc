// Numbers and bytes of a protocol's messages, little-endian. What a guest sends is read with a look at its end.

import { refuse } from "../../fs/errno.js";

const HIGH = 2 ** 32;
/** What is above has no exact number here; no file is so long. */
const MOST = Number.MAX_SAFE_INTEGER;

/** Reads a message from behind its header; what is cut short is EPROTO. */
export class MessageReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private take(count: number): number {
    const { at } = this;
    if (at + count > this.bytes.length) refuse("EPROTO");
    this.at = at + count;
    return at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** Numbers beyond 2^53 are infinite. */
  u64(): number {
    const low = this.u32();
    const value = this.u32() * HIGH + low;
    return value > MOST ? Number.POSITIVE_INFINITY : value;
  }

  /** Seconds of a time, which may be before 1970. */
  i64(): number {
    const low = this.u32();
    return (this.u32() | 0) * HIGH + low;
  }

  data(count: number): Uint8Array {
    const at = this.take(count);
    return this.bytes.subarray(at, at + count);
  }

  /** Gives back the last bytes. */
  protected back(count: number): void {
    this.at -= count;
  }
}

/** Writes a message behind room for its header. */
export class MessageWriter {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);

  constructor(public length: number) {}

  /** Makes room; answers where. */
  private room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(value: number): this {
    const at = this.room(1);
    this.view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.room(2);
    this.view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.room(4);
    this.view.setUint32(at, value, true);
    return this;
  }

  /** Negative numbers too: seconds. */
  u64(value: number): this {
    return this.u32(value % HIGH).u32(Math.floor(value / HIGH));
  }

  raw(bytes: Uint8Array): this {
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  zeros(count: number): this {
    const at = this.room(count);
    this.bytes.fill(0, at, at + count);
    return this;
  }

  /** Room that somebody else fills; shorten() gives back what was not. */
  space(count: number): Uint8Array {
    const at = this.room(count);
    return this.bytes.subarray(at, at + count);
  }

  shorten(count: number): void {
    this.length -= count;
  }

  // What was written already.

  putU8(at: number, value: number): void {
    this.view.setUint8(at, value);
  }

  putU16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }

  putU32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  put(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
  }

  /** All of it. */
  protected get written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
