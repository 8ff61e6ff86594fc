// Guest-physical memory as devices, loaders and the machine see it, on top of the engine's linear memory.

import type { Engine } from "../engine/engine.js";
import type { MappedRange } from "../engine/physical.js";
import type { MachineMemory, PhysicalRange } from "./cpu.js";

export class EngineGuestMemory implements MachineMemory {
  readonly size: number;
  private romUsed = 0;
  private readonly roms: number[] = [];

  constructor(private readonly engine: Engine) {
    this.size = engine.memory.plan.ramSize;
  }

  view(address: number, length: number): Uint8Array | undefined {
    return this.bytes(address, length, false);
  }

  write(address: number, bytes: Uint8Array): boolean {
    const host = this.range(address, bytes.length, true);
    if (host === 0) return bytes.length === 0;
    this.engine.memory.u8.set(bytes, host);
    this.dirty(address, bytes.length);
    return true;
  }

  writable(address: number, length: number): Uint8Array | undefined {
    return this.bytes(address, length, true);
  }

  private bytes(address: number, length: number, write: boolean): Uint8Array | undefined {
    const host = this.range(address, length, write);
    return host === 0 ? undefined : this.engine.memory.u8.subarray(host, host + length);
  }

  dirty(address: number, length: number): void {
    if (length > 0) this.engine.core.dmaWritten(address | 0, Math.floor(address / 4294967296), length);
  }

  readU16(address: number): number {
    const host = this.range(address, 2, false);
    return host === 0 ? 0 : this.engine.memory.view.getUint16(host, true);
  }

  readU32(address: number): number {
    const host = this.range(address, 4, false);
    return host === 0 ? 0 : this.engine.memory.view.getUint32(host, true);
  }

  readU64(address: number): number {
    const host = this.range(address, 8, false);
    if (host === 0) return 0;
    const { view } = this.engine.memory;
    return view.getUint32(host, true) + view.getUint32(host + 4, true) * 4294967296;
  }

  writeU8(address: number, value: number): boolean {
    const host = this.range(address, 1, true);
    if (host === 0) return false;
    this.engine.memory.u8[host] = value;
    this.dirty(address, 1);
    return true;
  }

  writeU16(address: number, value: number): boolean {
    const host = this.range(address, 2, true);
    if (host === 0) return false;
    this.engine.memory.view.setUint16(host, value, true);
    this.dirty(address, 2);
    return true;
  }

  writeU32(address: number, value: number): boolean {
    const host = this.range(address, 4, true);
    if (host === 0) return false;
    this.engine.memory.view.setUint32(host, value, true);
    this.dirty(address, 4);
    return true;
  }

  addRom(bytes: Uint8Array): number {
    const { romBase, romBytes } = this.engine.memory.plan;
    const length = Math.ceil(bytes.length / 4096) * 4096;
    if (this.romUsed + length > romBytes) {
      throw new RangeError(`ROM images of more than ${romBytes} bytes in all do not fit`);
    }
    const host = romBase + this.romUsed;
    this.romUsed += length;
    this.engine.memory.u8.set(bytes, host);
    return this.roms.push(host) - 1;
  }

  romBytes(rom: number, length: number): Uint8Array {
    const host = this.roms[rom]!;
    return this.engine.memory.u8.subarray(host, host + length);
  }

  ramBytes(address: number, length: number): Uint8Array | undefined {
    const host = this.engine.memory.physical.ramHost(address);
    return host === 0 ? undefined : this.engine.memory.u8.subarray(host, host + length);
  }

  setRanges(ranges: readonly PhysicalRange[]): void {
    this.engine.map(ranges.map((range) => this.mapped(range)));
  }

  private mapped({ address, length, kind, rom, romOffset = 0 }: PhysicalRange): MappedRange {
    let host = 0;
    if (kind === "rom" || kind === "rom-device") host = this.roms[rom!]! + romOffset;
    else if (kind === "read-only-ram" || kind === "watched-ram") host = this.engine.memory.physical.ramHost(address);
    const deviceWrites = kind === "rom-device" || kind === "watched-ram";
    return { address, length, host, readOnly: true, ...(deviceWrites ? { deviceWrites } : {}) };
  }

  /** Host address when the whole range is memory that may be read, or written; else 0. */
  private range(address: number, length: number, write: boolean): number {
    return this.engine.memory.physical.hostRange(address, length, write);
  }
}
