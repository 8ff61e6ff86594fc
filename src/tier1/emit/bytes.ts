// A growing byte buffer with the integer encodings of the WebAssembly binary format (core specification, section 5.2).

/** Bytes of the unsigned LEB128 of a 32-bit value. */
export function u32Size(value: number): number {
  let size = 1;
  for (let v = value >>> 7; v > 0; v >>>= 7) size++;
  return size;
}

export class Bytes {
  data: Uint8Array;
  length = 0;

  constructor(capacity = 256) {
    this.data = new Uint8Array(capacity);
  }

  /** A copy of what has been written. */
  toArray(): Uint8Array {
    return this.data.slice(0, this.length);
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.data.length) return;
    const bigger = new Uint8Array(Math.max(this.data.length * 2, this.length + bytes));
    bigger.set(this.data.subarray(0, this.length));
    this.data = bigger;
  }

  u8(value: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = value;
  }

  /** Unsigned LEB128 of a 32-bit value. */
  u32(value: number): void {
    this.reserve(5);
    let v = value >>> 0;
    while (v >= 0x80) {
      this.data[this.length++] = (v & 0x7f) | 0x80;
      v >>>= 7;
    }
    this.data[this.length++] = v;
  }

  /** Unsigned LEB128 of a value below 2^14 in exactly two bytes, so that it can be replaced later. */
  u14(value: number): void {
    this.reserve(2);
    this.data[this.length++] = (value & 0x7f) | 0x80;
    this.data[this.length++] = value >>> 7;
  }

  /** Signed LEB128 of a 32-bit value. */
  s32(value: number): void {
    this.reserve(5);
    let v = value | 0;
    while (v < -0x40 || v > 0x3f) {
      this.data[this.length++] = (v & 0x7f) | 0x80;
      v >>= 7;
    }
    this.data[this.length++] = v & 0x7f;
  }

  /** Signed LEB128 of a 64-bit value given as halves. */
  s64(lo: number, hi: number): void {
    this.reserve(10);
    let l = lo | 0;
    let h = hi | 0;
    for (;;) {
      const byte = l & 0x7f;
      l = (l >>> 7) | (h << 25);
      h >>= 7;
      if ((h === 0 && l === 0 && !(byte & 0x40)) || (h === -1 && l === -1 && byte & 0x40)) {
        this.data[this.length++] = byte;
        return;
      }
      this.data[this.length++] = byte | 0x80;
    }
  }

  /** IEEE, of 4 or 8 bytes. */
  float(value: number, size: 4 | 8): void {
    const view = new DataView(new ArrayBuffer(8));
    if (size === 8) view.setFloat64(0, value, true);
    else view.setFloat32(0, value, true);
    this.bytes(new Uint8Array(view.buffer, 0, size));
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length);
    this.data.set(source, this.length);
    this.length += source.length;
  }

  /** A name: length and UTF-8 (ASCII here). */
  name(text: string): void {
    this.u32(text.length);
    for (let i = 0; i < text.length; i++) this.u8(text.charCodeAt(i));
  }
}
