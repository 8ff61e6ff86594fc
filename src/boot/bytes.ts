// Little-endian structures in a buffer.

export class Structure {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  u8(offset: number, value: number): this {
    this.view.setUint8(offset, value);
    return this;
  }

  u16(offset: number, value: number): this {
    this.view.setUint16(offset, value, true);
    return this;
  }

  u32(offset: number, value: number): this {
    this.view.setUint32(offset, value, true);
    return this;
  }

  /** `value` is an exact number. */
  u64(offset: number, value: number): this {
    this.view.setUint32(offset, value, true);
    this.view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
    return this;
  }

  put(offset: number, bytes: Uint8Array): this {
    this.bytes.set(bytes, offset);
    return this;
  }
}

/** Reads of file formats; a place outside the bytes is a RangeError. */
export class Reader {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private readonly little = true,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(offset: number): number {
    return this.view.getUint8(offset);
  }

  u16(offset: number): number {
    return this.view.getUint16(offset, this.little);
  }

  u32(offset: number): number {
    return this.view.getUint32(offset, this.little);
  }

  /** Loses low bits beyond 2^53. */
  u64(offset: number): number {
    return this.u32(offset) + this.u32(offset + 4) * 2 ** 32;
  }

  /** The word at `a` less the word at `b`, each of 64 bits if `wide`, else of 32; exact where the difference is below 2^53. */
  difference(a: number, b: number, wide: boolean): number {
    const low = this.u32(a) - this.u32(b);
    return wide ? low + (this.u32(a + 4) - this.u32(b + 4)) * 2 ** 32 : low;
  }
}

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

export function alignDown(value: number, alignment: number): number {
  return Math.floor(value / alignment) * alignment;
}

/** Text with a NUL at its end. */
export function cString(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(text.length + 1);
  bytes.set(text);
  return bytes;
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
