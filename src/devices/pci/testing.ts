import type { IoRegion } from "../interfaces.js";
import type { BarKind, BarMapper, Mapping } from "./interfaces.js";

interface Range {
  readonly kind: BarKind;
  readonly address: number;
  readonly size: number;
  readonly region: IoRegion;
}

/** A machine's map for tests: keeps what is mapped, refuses overlaps. */
export class FakeMapper implements BarMapper {
  private readonly mapped = new Set<Range>();
  private readonly reserved: Omit<Range, "region">[] = [];

  reserve(kind: BarKind, address: number, size: number): void {
    this.reserved.push({ kind, address, size });
  }

  map(kind: BarKind, address: number, size: number, region: IoRegion): Mapping {
    for (const other of [...this.mapped, ...this.reserved]) {
      if (other.kind === kind && address < other.address + other.size && other.address < address + size) {
        throw new Error(`overlaps the range at 0x${other.address.toString(16)}`);
      }
    }
    const range = { kind, address, size, region };
    this.mapped.add(range);
    return { unmap: () => this.mapped.delete(range) };
  }

  /** As "mem fe000000+1000", in order of kind and address. */
  ranges(): string[] {
    return [...this.mapped]
      .sort((a, b) => a.kind.localeCompare(b.kind) || a.address - b.address)
      .map((range) => `${range.kind} ${range.address.toString(16)}+${range.size.toString(16)}`);
  }

  /** The region mapped at exactly this address. */
  find(kind: BarKind, address: number): IoRegion | undefined {
    return [...this.mapped].find((range) => range.kind === kind && range.address === address)?.region;
  }
}
