// Memory and little kernels for the loaders' tests.

import type { BootContext, BootMemory } from "./interfaces.js";

export class TestMemory implements BootMemory {
  readonly bytes: Uint8Array;

  constructor(
    readonly size: number,
    readonly low = size,
  ) {
    this.bytes = new Uint8Array(low).fill(0xcc);
  }

  write(address: number, bytes: Uint8Array): void {
    if (address + bytes.length > this.low) throw new Error(`write past low memory at ${address}`);
    this.bytes.set(bytes, address);
  }

  u32(address: number): number {
    return new DataView(this.bytes.buffer).getUint32(address, true);
  }

  u64(address: number): number {
    return Number(new DataView(this.bytes.buffer).getBigUint64(address, true));
  }

  text(address: number): string {
    return String.fromCharCode(...this.bytes.subarray(address, this.bytes.indexOf(0, address)));
  }
}

export function testContext(memory: BootMemory, rest: Partial<BootContext> = {}): BootContext {
  return { memory, tables: [], rsdp: 0, entropy: { fill: (bytes) => bytes.fill(0x5e) }, ...rest };
}

const READ_EXECUTE = 5;

interface TestSegment {
  address: number;
  /** Virtual address; default: the physical one. */
  virtual?: number | bigint;
  bytes: readonly number[];
  /** In memory; default: as many as in the file. */
  size?: number;
}

/** A small ELF file: one PT_LOAD for each segment and a PT_NOTE if there are notes. */
export function testElf(options: {
  bits: 32 | 64;
  machine?: number;
  entry: number | bigint;
  segments: readonly TestSegment[];
  notes?: readonly number[];
}): Uint8Array {
  const { bits, segments, notes } = options;
  const wide = bits === 64;
  const [head, stride] = wide ? [64, 56] : [52, 32];
  const all = [...segments.map((s) => ({ type: 1, ...s }))];
  if (notes) all.push({ type: 4, address: 0, bytes: notes });
  let at = head + stride * all.length;
  const file = new Uint8Array(at + all.reduce((sum, s) => sum + s.bytes.length, 0));
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1]);
  view.setUint16(0x12, options.machine ?? (wide ? 62 : 3), true);
  const word = (offset: number, value: number | bigint) =>
    wide ? view.setBigUint64(offset, BigInt(value), true) : view.setUint32(offset, Number(value), true);
  word(0x18, options.entry);
  word(wide ? 0x20 : 0x1c, head);
  view.setUint16(wide ? 0x36 : 0x2a, stride, true);
  view.setUint16(wide ? 0x38 : 0x2c, all.length, true);
  for (const [n, segment] of all.entries()) {
    const place = head + n * stride;
    const { address, virtual = address, bytes, size = bytes.length } = segment;
    view.setUint32(place, segment.type, true);
    view.setUint32(place + (wide ? 4 : 24), READ_EXECUTE, true);
    const fields = [at, virtual, address, bytes.length, size];
    for (const [k, value] of fields.entries()) word(place + (wide ? 8 + 8 * k : 4 + 4 * k), value);
    file.set(segment.bytes, at);
    at += segment.bytes.length;
  }
  return file;
}

/** A bzImage by boot protocol 2.15 whose protected-mode part has its payload at its end. */
export function testBzImage(payload: Uint8Array, options: { initSize?: number; wide?: boolean } = {}): Uint8Array {
  const setup = 5 * 512;
  const code = 0x300;
  const length = Math.ceil((code + payload.length) / 16) * 16;
  const file = new Uint8Array(setup + length);
  const view = new DataView(file.buffer);
  view.setUint8(0x1f1, 4);
  view.setUint32(0x1f4, length / 16, true);
  view.setUint16(0x200, 0x6aeb, true);
  file.set([0x48, 0x64, 0x72, 0x53], 0x202);
  view.setUint16(0x206, 0x20f, true);
  view.setUint8(0x211, 1);
  view.setUint32(0x214, 0x100000, true);
  view.setUint32(0x22c, 0x7fffffff, true);
  view.setUint32(0x230, 0x200000, true);
  view.setUint8(0x234, 1);
  view.setUint16(0x236, options.wide === false ? 0 : 1, true);
  view.setUint32(0x238, 2047, true);
  view.setUint32(0x248, code, true);
  view.setUint32(0x24c, payload.length, true);
  view.setBigUint64(0x258, 0x1000000n, true);
  view.setUint32(0x260, options.initSize ?? 0x100000, true);
  file.fill(0x90, setup, setup + code);
  file.set(payload, setup + code);
  return file;
}
