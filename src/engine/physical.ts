// The guest-physical address space as the engine has it: where RAM lies, and the table of ranges that both compilers look addresses
// up in (src/layout/, E_RANGES; core/engine/physical.ts is the other compiler's). Nobody else knows where RAM is.

import * as L from "../layout/layout.js";

/** RAM as the guest sees it. Whole pages; the ranges do not overlap. */
export interface RamRange {
  address: number;
  length: number;
}

/** What lies over RAM, or where none is: memory at a host address, or none at all (MMIO). Whole pages. */
export interface MappedRange {
  address: number;
  length: number;
  /** 0: no memory, every access goes to a device. */
  host: number;
  readOnly: boolean;
  /** Of what is read only: writes go to a device. */
  deviceWrites?: boolean;
}

const PAGE = 4096;
/** Pages have 32-bit numbers. */
const END = PAGE * 2 ** 32;

export class PhysicalMap {
  readonly ram: readonly RamRange[];
  private readonly table = (L.ENGINE + L.E_RANGES) >> 2;
  private count = 0;
  private over: readonly MappedRange[] = [];

  /** `ram` follows one another in linear memory from `base` on, in the order given. */
  constructor(
    private readonly u32: Uint32Array,
    ram: readonly RamRange[],
    private readonly base: number,
  ) {
    this.ram = ram;
    this.map([]);
  }

  /** That is how it is already. */
  maps(over: readonly MappedRange[]): boolean {
    return over.length === this.over.length && over.every((range, n) => sameRange(range, this.over[n]!));
  }

  /** Replaces what lies over RAM; the ranges do not overlap each other. Engine.map() does what goes with that. */
  map(over: readonly MappedRange[]): void {
    this.over = over.map((range) => ({ ...range }));
    let host = this.base;
    const ranges: MappedRange[] = [];
    for (const { address, length } of this.ram) {
      ranges.push(...without({ address, length, host, readOnly: false }, over));
      host += length;
    }
    ranges.push(...over.filter((range) => range.host !== 0 && range.length > 0));
    // RAM is looked for most, and most of it is in one piece.
    ranges.sort((x, y) => y.length - x.length || x.address - y.address);
    this.write(ranges);
  }

  /** Host address of a guest-physical address, 0 where there is no memory. */
  hostOf(physical: number): number {
    return this.hostRange(physical, 1, false);
  }

  /** Host address of [physical, physical + length) where all of it is memory, one piece in linear memory too, and may be written if
   *  `write` says so; else 0. */
  hostRange(physical: number, length: number, write: boolean): number {
    if (!(physical >= 0 && length > 0 && physical + length <= END)) return 0;
    const { u32 } = this;
    const start = this.find(physical);
    if (start < 0) return 0;
    const host = u32[start + 2]! + (physical - u32[start]! * PAGE);
    for (let k = start; ; ) {
      if (write && (u32[k + 3]! & L.RANGE_READONLY) !== 0) return 0;
      const at = (u32[k]! + u32[k + 1]!) * PAGE;
      if (physical + length <= at) return host;
      k = this.find(at);
      if (k < 0 || u32[k + 2]! !== host + (at - physical)) return 0;
    }
  }

  /** Index of the range that an address lies in, -1: none. */
  private find(physical: number): number {
    const { u32 } = this;
    const page = Math.floor(physical / PAGE);
    for (let k = this.table, end = k + 4 * this.count; k < end; k += 4) {
      const offset = page - u32[k]!;
      if (offset >= 0 && offset < u32[k + 1]!) return k;
    }
    return -1;
  }

  /** Guest-physical address of a host address of memory: that of the first range which shows it; -1 where none does. */
  physOf(host: number): number {
    const { u32 } = this;
    for (let k = this.table, end = k + 4 * this.count; k < end; k += 4) {
      const offset = host - u32[k + 2]!;
      if (offset >= 0 && offset < u32[k + 1]! * PAGE) return u32[k]! * PAGE + offset;
    }
    return -1;
  }

  /** Host address of RAM by its guest-physical address, whatever lies over it; 0: there is none. */
  ramHost(physical: number): number {
    let host = this.base;
    for (const { address, length } of this.ram) {
      if (physical >= address && physical < address + length) return host + (physical - address);
      host += length;
    }
    return 0;
  }

  private write(ranges: readonly MappedRange[]): void {
    if (ranges.length > L.RANGES_MAX) {
      throw new RangeError(`${ranges.length} ranges of memory; the physical map holds ${L.RANGES_MAX}`);
    }
    ranges.forEach(({ address, length, host, readOnly, deviceWrites }, n) => {
      const k = this.table + 4 * n;
      this.u32[k] = address / PAGE;
      this.u32[k + 1] = length / PAGE;
      this.u32[k + 2] = host;
      this.u32[k + 3] = (readOnly ? L.RANGE_READONLY : 0) | (deviceWrites ? L.RANGE_DEVICE_WRITES : 0);
    });
    this.count = ranges.length;
    this.u32[(L.ENGINE + L.E_RANGES_END) >> 2] = L.ENGINE + L.E_RANGES + ranges.length * L.RANGE_STRIDE;
  }
}

function sameRange(a: MappedRange, b: MappedRange): boolean {
  return (
    a.address === b.address &&
    a.length === b.length &&
    a.host === b.host &&
    a.readOnly === b.readOnly &&
    a.deviceWrites === b.deviceWrites
  );
}

/** What is left of a range when others lie over it. */
function without(range: MappedRange, over: readonly MappedRange[]): MappedRange[] {
  let left = [range];
  for (const { address, length } of over) left = left.flatMap((piece) => cut(piece, address, address + length));
  return left;
}

function cut(range: MappedRange, from: number, to: number): MappedRange[] {
  const end = range.address + range.length;
  if (to <= range.address || from >= end) return [range];
  const pieces: MappedRange[] = [];
  if (from > range.address) pieces.push({ ...range, length: from - range.address });
  if (to < end) {
    pieces.push({ ...range, address: to, length: end - to, host: range.host + (to - range.address) });
  }
  return pieces;
}
