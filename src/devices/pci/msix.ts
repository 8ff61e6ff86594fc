// MSI-X: a table of vectors (address, data, mask) and pending bits, both in one BAR, and a control word in config space.
// PCI Local Bus Specification 3.0, section 6.8.2.

import type { DeviceState, IoRegion, MsiSink } from "../interfaces.js";
import type { StateReader } from "../state.js";

const ENTRY = 16;
const VECTOR_CONTROL = 12;

export const MSIX_ENABLE = 0x8000;
export const MSIX_FUNCTION_MASK = 0x4000;

export class Msix implements IoRegion {
  /** Bytes of the BAR. */
  readonly size: number;
  /** Offset of the pending bits in the BAR; the table is at 0. */
  readonly pendingOffset: number;
  private readonly table: DataView;
  private readonly pending: Uint8Array;
  private control = 0;
  private sink: MsiSink | undefined;

  /** `vectors`: 1 to 2048. */
  constructor(readonly vectors: number) {
    if (!Number.isInteger(vectors) || vectors < 1 || vectors > 2048) {
      throw new Error(`MSI-X needs 1 to 2048 vectors, not ${vectors}`);
    }
    let half = 2048;
    while (half < vectors * ENTRY) half *= 2;
    this.pendingOffset = half;
    this.size = half * 2;
    this.table = new DataView(new ArrayBuffer(vectors * ENTRY));
    // Read in units of 8 bytes.
    this.pending = new Uint8Array(Math.ceil(vectors / 64) * 8);
    this.reset();
  }

  connect(sink: MsiSink | undefined): void {
    this.sink = sink;
  }

  get enabled(): boolean {
    return (this.control & MSIX_ENABLE) !== 0;
  }

  /** Sends the vector's message, or notes it as pending while it is masked. Out of range or disabled: nothing. */
  notify(vector: number): void {
    if (!this.enabled || vector >= this.vectors) return;
    if (this.masked(vector)) this.setPending(vector, true);
    else this.send(vector);
  }

  /** The message control word was written. */
  setControl(control: number): void {
    this.control = control;
    for (let vector = 0; vector < this.vectors; vector++) this.release(vector);
  }

  read(offset: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value += this.readByte(offset + i) * 2 ** (8 * i);
    return value;
  }

  write(offset: number, size: number, value: number): void {
    // Only whole aligned double words are defined (section 6.8.2); the pending bits are read-only.
    if (size !== 4 || (offset & 3) !== 0 || offset >= this.table.byteLength) return;
    const isControl = (offset & (ENTRY - 1)) === VECTOR_CONTROL;
    this.table.setUint32(offset, isControl ? value & 1 : value, true);
    if (isControl) this.release(Math.floor(offset / ENTRY));
  }

  reset(): void {
    this.control = 0;
    this.pending.fill(0);
    for (let at = 0; at < this.table.byteLength; at += 4) {
      this.table.setUint32(at, (at & (ENTRY - 1)) === VECTOR_CONTROL ? 1 : 0, true);
    }
  }

  save(): DeviceState {
    return { table: new Uint8Array(this.table.buffer.slice(0)), pending: this.pending.slice() };
  }

  /** `control` comes from config space. */
  load(state: StateReader, control: number): void {
    new Uint8Array(this.table.buffer).set(state.bytes("table", this.table.byteLength));
    this.pending.set(state.bytes("pending", this.pending.length));
    this.control = control;
  }

  private masked(vector: number): boolean {
    if ((this.control & MSIX_FUNCTION_MASK) !== 0) return true;
    return (this.table.getUint32(vector * ENTRY + VECTOR_CONTROL, true) & 1) !== 0;
  }

  private setPending(vector: number, pending: boolean): void {
    const bit = 1 << (vector & 7);
    const byte = this.pending[vector >> 3]!;
    this.pending[vector >> 3] = pending ? byte | bit : byte & ~bit;
  }

  /** Sends what waited, if it no longer has to. */
  private release(vector: number): void {
    if (!this.enabled || this.masked(vector) || (this.pending[vector >> 3]! & (1 << (vector & 7))) === 0) return;
    this.setPending(vector, false);
    this.send(vector);
  }

  private send(vector: number): void {
    const at = vector * ENTRY;
    const address = this.table.getUint32(at + 4, true) * 2 ** 32 + this.table.getUint32(at, true);
    this.sink?.send(address, this.table.getUint32(at + 8, true));
  }

  private readByte(offset: number): number {
    if (offset < this.table.byteLength) return this.table.getUint8(offset);
    return this.pending[offset - this.pendingOffset] ?? 0;
  }
}
