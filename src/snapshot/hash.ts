// A hash of each section, so that two machines can be compared and the part that differs is named. Not against forgery.

import type { StateValue } from "../devices/interfaces.js";
import type { Snapshot } from "./container.js";
import { PAGE, type Pages } from "./pages.js";

/** 64 bits in two halves, fed with 32-bit words. */
class Hash {
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;

  word(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x01000193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b + value, 0x5bd1e995) ^ (this.b >>> 13);
  }

  text(text: string): void {
    this.word(text.length);
    for (let k = 0; k < text.length; k++) this.word(text.charCodeAt(k));
  }

  bytes(bytes: Uint8Array): void {
    this.word(bytes.length);
    // Where they lie is no part of them.
    const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const words = new Int32Array(buffer, byteOffset, bytes.length >> 2);
    for (const value of words) this.word(value);
    for (let k = words.length * 4; k < bytes.length; k++) this.word(bytes[k]!);
  }

  get digest(): string {
    const half = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
    return half(this.a) + half(this.b);
  }
}

/** Of a state: the order of its fields does not matter. */
export function hashState(state: StateValue): string {
  const hash = new Hash();
  feed(hash, state);
  return hash.digest;
}

export function hashPages({ size, numbers, bytes }: Pages): string {
  const hash = new Hash();
  hash.word(size / PAGE);
  for (const page of numbers) hash.word(page);
  hash.bytes(bytes);
  return hash.digest;
}

/** By section, RAM last, as "ram". */
export function hashSections(snapshot: Snapshot): Map<string, string> {
  const hashes = new Map(snapshot.sections.map(({ id, state }) => [id, hashState(state)]));
  return hashes.set("ram", hashPages(snapshot.ram));
}

/** Ids of sections whose hashes differ or that only one of the two has. */
export function differingSections(a: Snapshot, b: Snapshot): string[] {
  const [x, y] = [hashSections(a), hashSections(b)];
  return [...new Set([...x.keys(), ...y.keys()])].filter((id) => x.get(id) !== y.get(id));
}

function feed(hash: Hash, value: StateValue): void {
  if (value instanceof Uint8Array) {
    hash.text("bytes");
    hash.bytes(value);
  } else if (Array.isArray(value)) {
    hash.text("list");
    hash.word(value.length);
    for (const entry of value) feed(hash, entry);
  } else if (typeof value === "object" && value !== null) {
    hash.text("object");
    for (const name of Object.keys(value).sort()) {
      hash.text(name);
      feed(hash, value[name]!);
    }
  } else hash.text(`${typeof value} ${value}`);
}
