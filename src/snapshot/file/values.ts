// Plain data as bytes and back: a byte that says what follows, lengths and counts as u32, numbers as f64, all little-endian.

import { decodeText, encodeText } from "../../base/text.js";
import { StateError, type StateValue } from "../../devices/state.js";

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const TEXT = 4;
const BYTES = 5;
const LIST = 6;
const OBJECT = 7;
/** Deeper than any state is. */
const DEEPEST = 32;

export function encodeValue(value: StateValue): Uint8Array {
  const pieces: Uint8Array[] = [];
  write(value, pieces);
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Throws StateError for what encodeValue() does not write. */
export function decodeValue(bytes: Uint8Array): StateValue {
  const reader = new ValueReader(bytes);
  const value = reader.value(0);
  if (!reader.ended) throw damaged();
  return value;
}

function write(value: StateValue, out: Uint8Array[]): void {
  if (value === null) out.push(Uint8Array.of(NULL));
  else if (typeof value === "boolean") out.push(Uint8Array.of(value ? TRUE : FALSE));
  else if (typeof value === "number") {
    const bytes = new Uint8Array(9);
    bytes[0] = NUMBER;
    new DataView(bytes.buffer).setFloat64(1, value, true);
    out.push(bytes);
  } else if (typeof value === "string") {
    const text = encodeText(value);
    out.push(head(TEXT, text.length), text);
  } else if (value instanceof Uint8Array) out.push(head(BYTES, value.length), value);
  else if (Array.isArray(value)) {
    out.push(head(LIST, value.length));
    for (const one of value) write(one, out);
  } else {
    const entries = Object.entries(value);
    out.push(head(OBJECT, entries.length));
    for (const [name, one] of entries) {
      write(name, out);
      write(one, out);
    }
  }
}

function head(kind: number, count: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, count, true);
  return bytes;
}

class ValueReader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get ended(): boolean {
    return this.at === this.bytes.length;
  }

  value(depth: number): StateValue {
    if (depth > DEEPEST) throw damaged();
    const kind = this.take(1)[0]!;
    switch (kind) {
      case NULL:
        return null;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case NUMBER: {
        this.take(8);
        return this.view.getFloat64(this.at - 8, true);
      }
      case TEXT:
        return decodeText(this.take(this.count()));
      case BYTES:
        return this.take(this.count()).slice();
      case LIST:
        return Array.from({ length: this.count() }, () => this.value(depth + 1));
      case OBJECT:
        return this.object(depth);
    }
    throw damaged();
  }

  private object(depth: number): StateValue {
    const entries: [string, StateValue][] = [];
    for (let left = this.count(); left > 0; left--) {
      const name = this.value(depth + 1);
      if (typeof name !== "string") throw damaged();
      entries.push([name, this.value(depth + 1)]);
    }
    // Own properties, whatever they are called.
    return Object.fromEntries(entries);
  }

  /** Of what follows, each at least a byte. */
  private count(): number {
    this.take(4);
    const count = this.view.getUint32(this.at - 4, true);
    if (count > this.bytes.length - this.at) throw damaged();
    return count;
  }

  private take(count: number): Uint8Array {
    if (count > this.bytes.length - this.at) throw damaged();
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}

function damaged(): StateError {
  return new StateError("Saved state: it is damaged");
}
