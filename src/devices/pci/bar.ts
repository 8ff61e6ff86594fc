import type { IoRegion } from "../interfaces.js";
import type { BarKind, Mapping } from "./interfaces.js";

export interface BarOptions {
  readonly kind: BarKind;
  /** Bytes: a power of two, at least 4 for "io" and 16 for "mem". */
  readonly size: number;
  readonly region: IoRegion;
  /** 64 bits wide: takes the next BAR as well. */
  readonly wide?: boolean;
  readonly prefetchable?: boolean;
}

/** A base address register and where it is mapped now. PCI 3.0 section 6.2.5.1. */
export class Bar {
  /** Address it decodes, also while the mapper refuses it; undefined when decoding is off. */
  address: number | undefined;
  mapping: Mapping | undefined;
  readonly kind: BarKind;
  readonly size: number;
  readonly region: IoRegion;
  readonly wide: boolean;
  readonly prefetchable: boolean;

  constructor(
    readonly index: number,
    options: BarOptions,
  ) {
    this.kind = options.kind;
    this.size = options.size;
    this.region = options.region;
    this.wide = options.wide ?? false;
    this.prefetchable = options.prefetchable ?? false;
    const least = this.kind === "io" ? 4 : 16;
    if (this.size < least || this.size > 2 ** 30 || (this.size & (this.size - 1)) !== 0) {
      throw new Error(`BAR ${index}: size ${this.size} is not a power of two from ${least} to 2^30`);
    }
  }

  /** The read-only low bits of the register. */
  get typeBits(): number {
    return this.kind === "io" ? 1 : (this.wide ? 4 : 0) | (this.prefetchable ? 8 : 0);
  }

  /** The address the register's halves give, undefined for those that mean "not placed": 0 unless told, and the top while sizing. */
  decode(low: number, high: number, zero = false): number | undefined {
    const limit = this.kind === "io" ? 0x10000 : this.wide ? 2 ** 52 : 2 ** 32;
    const address = (this.wide ? high * 2 ** 32 : 0) + ((low & -this.size) >>> 0);
    return (address === 0 && !zero) || address + this.size >= limit ? undefined : address;
  }
}
