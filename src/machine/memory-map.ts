// The JavaScript side of the address spaces: who answers at a port or at a memory-mapped register. RAM and ROM never
// come here. What nobody answers reads as all ones and swallows writes, as an ISA or PCI bus does; a CPU may ask whether it was so.

import type { DeviceLog, IoRegion } from "../devices/interfaces.js";
import { UNANSWERED_REPORTS } from "../tuning/host.js";

export interface MapOptions {
  /** The device takes accesses of up to so many bytes; wider ones become several, lowest address first. Default 4. */
  width?: 1 | 2 | 4;
}

export interface MappedRange {
  readonly address: number;
  readonly length: number;
  readonly name: string;
  unmap(): void;
}

interface Entry {
  address: number;
  end: number;
  name: string;
  region: IoRegion;
  width: number;
}

/** One address space: ports or memory-mapped registers. */
export class AddressSpace {
  /** Sorted by address. */
  private readonly entries: Entry[] = [];
  private last: Entry | undefined;
  private readonly openBuses: { address: number; end: number }[] = [];
  private missed = false;
  /** Places already complained about, so that a polling guest does not fill the log. */
  private readonly reported = new Set<number>();

  constructor(
    private readonly kind: "port" | "memory",
    private readonly log: DeviceLog,
  ) {}

  /** Makes `region` answer at [address, address + length). Throws Error naming both when the range is taken. */
  map(address: number, length: number, name: string, region: IoRegion, options: MapOptions = {}): MappedRange {
    const limit = this.kind === "port" ? 0x10000 : 2 ** 52;
    if (length <= 0 || address < 0 || address + length > limit) {
      throw new Error(`${name}: no ${this.kind} range ${describe(address, length)} exists`);
    }
    const at = this.position(address);
    const neighbour = [this.entries[at - 1], this.entries[at]].find(
      (entry) => entry !== undefined && entry.address < address + length && address < entry.end,
    );
    if (neighbour) {
      throw new Error(
        `${name} at ${this.kind} ${describe(address, length)} overlaps ${neighbour.name} at ` +
          describe(neighbour.address, neighbour.end - neighbour.address),
      );
    }
    const entry: Entry = { address, end: address + length, name, region, width: options.width ?? 4 };
    this.entries.splice(at, 0, entry);
    return { address, length, name, unmap: () => this.unmap(entry) };
  }

  /** The bus behind [address, address + length) completes every access itself, whoever is on it. */
  addOpenBus(address: number, length: number): void {
    this.openBuses.push({ address, end: address + length });
  }

  /** Whether nobody answered the last access, or a part of it. */
  get unanswered(): boolean {
    return this.missed;
  }

  read(address: number, size: number): number {
    this.missed = false;
    return this.readPart(address, size);
  }

  write(address: number, size: number, value: number): void {
    this.missed = false;
    this.writePart(address, size, value);
  }

  private readPart(address: number, size: number): number {
    const entry = this.find(address);
    if (!entry) {
      this.miss(address, size, "read");
      return ONES[size]!;
    }
    if (size <= entry.width && address + size <= entry.end) {
      return entry.region.read(address - entry.address, size);
    }
    // Too wide for the device, or only half inside it: two accesses of half the size, as a bus of that width does.
    const half = size >> 1;
    return (this.readPart(address, half) | (this.readPart(address + half, half) << (8 * half))) >>> 0;
  }

  private writePart(address: number, size: number, value: number): void {
    const entry = this.find(address);
    if (!entry) {
      this.miss(address, size, "write");
      return;
    }
    if (size <= entry.width && address + size <= entry.end) {
      entry.region.write(address - entry.address, size, value);
      return;
    }
    const half = size >> 1;
    this.writePart(address, half, value & ONES[half]!);
    this.writePart(address + half, half, value >>> (8 * half));
  }

  /** What is mapped, lowest first. */
  list(): { address: number; length: number; name: string }[] {
    return this.entries.map(({ address, end, name }) => ({ address, length: end - address, name }));
  }

  private unmap(entry: Entry): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
    if (this.last === entry) this.last = undefined;
  }

  private find(address: number): Entry | undefined {
    const last = this.last;
    if (last && address >= last.address && address < last.end) return last;
    const entry = this.entries[this.position(address + 1) - 1];
    if (!entry || address >= entry.end) return undefined;
    this.last = entry;
    return entry;
  }

  /** Index of the first entry at or after `address`. */
  private position(address: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle]!.address < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private miss(address: number, size: number, what: "read" | "write"): void {
    if (!this.openBuses.some((bus) => address >= bus.address && address < bus.end)) this.missed = true;
    this.report(address, size, what);
  }

  private report(address: number, size: number, what: "read" | "write"): void {
    const key = address * 2 + (what === "read" ? 0 : 1);
    if (this.reported.has(key) || this.reported.size >= UNANSWERED_REPORTS) return;
    this.reported.add(key);
    const message = `${what} of ${size} bytes at ${this.kind} 0x${address.toString(16)}, where nothing answers`;
    // Probing ports is how guests find devices; touching memory that is not there is an error.
    if (this.kind === "port") this.log.unimplemented(message);
    else this.log.guestError(message);
  }
}

const ONES: Record<number, number> = { 1: 0xff, 2: 0xffff, 4: 0xffffffff };

function describe(address: number, length: number): string {
  return `0x${address.toString(16)}-0x${(address + length - 1).toString(16)}`;
}
