// Guest-physical memory as devices, loaders and the machine see it, on top of the engine's linear memory.

import type { Engine } from "../engine/engine.js";
import * as L from "../layout.js";
import { ROM_BYTES } from "../tuning.js";
import type { MachineMemory, PhysicalRange } from "./cpu.js";

export class EngineGuestMemory implements MachineMemory {
  readonly size: number;
  private romUsed = 0;
  private readonly roms: number[] = [];

  constructor(private readonly engine: Engine) {
    this.size = engine.memory.plan.ramSize;
  }

  view(address: number, length: number): Uint8Array | undefined {
    const host = this.range(address, length);
    return host === 0 ? undefined : this.engine.memory.u8.subarray(host, host + length);
  }

  write(address: number, bytes: Uint8Array): boolean {
    const host = this.range(address, bytes.length);
    if (host === 0) return bytes.length === 0;
    this.engine.memory.u8.set(bytes, host);
    this.dirty(address, bytes.length);
    return true;
  }

  writable(address: number, length: number): Uint8Array | undefined {
    return this.view(address, length);
  }

  dirty(address: number, length: number): void {
    if (length > 0) this.engine.core.dmaWritten(address | 0, Math.floor(address / 4294967296), length);
  }

  readU16(address: number): number {
    const host = this.range(address, 2);
    return host === 0 ? 0 : this.engine.memory.view.getUint16(host, true);
  }

  readU32(address: number): number {
    const host = this.range(address, 4);
    return host === 0 ? 0 : this.engine.memory.view.getUint32(host, true);
  }

  readU64(address: number): number {
    const host = this.range(address, 8);
    if (host === 0) return 0;
    const { view } = this.engine.memory;
    return view.getUint32(host, true) + view.getUint32(host + 4, true) * 4294967296;
  }

  writeU8(address: number, value: number): boolean {
    const host = this.range(address, 1);
    if (host === 0) return false;
    this.engine.memory.u8[host] = value;
    this.dirty(address, 1);
    return true;
  }

  writeU16(address: number, value: number): boolean {
    const host = this.range(address, 2);
    if (host === 0) return false;
    this.engine.memory.view.setUint16(host, value, true);
    this.dirty(address, 2);
    return true;
  }

  writeU32(address: number, value: number): boolean {
    const host = this.range(address, 4);
    if (host === 0) return false;
    this.engine.memory.view.setUint32(host, value, true);
    this.dirty(address, 4);
    return true;
  }

  addRom(bytes: Uint8Array): number {
    const { romBase } = this.engine.memory.plan;
    const length = Math.ceil(bytes.length / 4096) * 4096;
    if (this.romUsed + length > ROM_BYTES) {
      throw new RangeError(`ROM images of more than ${ROM_BYTES} bytes in all do not fit`);
    }
    const host = romBase + this.romUsed;
    this.romUsed += length;
    this.engine.memory.u8.set(bytes, host);
    return this.roms.push(host) - 1;
  }

  setRanges(ranges: readonly PhysicalRange[]): void {
    const { memory, core } = this.engine;
    if (ranges.length > L.MAP_MAX) throw new RangeError(`${ranges.length} memory ranges; the map holds ${L.MAP_MAX}`);
    const table = memory.engine(L.E_MAP) >> 2;
    ranges.forEach((range, k) => {
      const entry = table + k * (L.MAP_STRIDE >> 2);
      memory.u32[entry] = range.address / 4096;
      memory.u32[entry + 1] = (range.address + range.length) / 4096 - 1;
      let host = 0;
      if (range.kind === "rom") host = this.roms[range.rom!]! + (range.romOffset ?? 0);
      else if (range.kind === "read-only-ram") host = memory.plan.ramBase + range.address;
      memory.u32[entry + 2] = host;
      memory.u32[entry + 3] = range.kind === "mmio" ? 0 : L.MAP_READONLY;
    });
    memory.setEngine(L.E_MAP_COUNT, ranges.length);
    core.flushTlb(L.CPU0, 0);
  }

  /** Host address when the whole range is RAM, else 0. */
  private range(address: number, length: number): number {
    const { ramBase, ramLow, ramSize } = this.engine.memory.plan;
    if (address < 0 || length <= 0) return 0;
    if (address + length <= ramLow) return ramBase + address;
    const high = address - 4294967296;
    return high >= 0 && high + length <= ramSize - ramLow ? ramBase + ramLow + high : 0;
  }
}
