// What a host bridge lets through to its bus: ranges of the CPU's addresses, behind each of which lies a range of the bus's own.

import type { BarKind, BarMapper } from "./interfaces.js";

export interface HostWindow {
  readonly kind: BarKind;
  /** As the CPU sees it. */
  readonly address: number;
  readonly size: number;
  /** The first address on the bus. */
  readonly busAddress: number;
}

/** A mapper of the bus's addresses on one of the CPU's memory: there is no space of ports. What lies in no window, nobody reaches. */
export function windowedMapper(memory: Pick<BarMapper, "map">, windows: readonly HostWindow[]): BarMapper {
  return {
    map(kind, address, size, region) {
      const window = windows.find(
        (one) => one.kind === kind && address >= one.busAddress && address + size <= one.busAddress + one.size,
      );
      if (!window) throw new Error("it is in no window of the host bridge");
      return memory.map("mem", window.address + (address - window.busAddress), size, region);
    },
  };
}
