// Places BARs, as firmware does, or a kernel that finds none placed.

import type { Bar } from "./bar.js";
import type { PciBus } from "./bus.js";
import type { PciFunction } from "./function.js";
import type { BarKind } from "./interfaces.js";
import * as reg from "./registers.js";

/** `end` is the first address after the window. */
export interface PciWindow {
  readonly start: number;
  readonly end: number;
}

export interface PciWindows {
  readonly mem: PciWindow;
  readonly io: PciWindow;
}

/** Gives every BAR an address, largest first. Throws when a window is too small. */
export function assignBars(bus: PciBus, windows: PciWindows): void {
  const wanted: { device: PciFunction; bar: Bar }[] = [];
  for (const device of bus.functions()) {
    for (const bar of device.bars) if (bar !== undefined) wanted.push({ device, bar });
  }
  wanted.sort((a, b) => b.bar.size - a.bar.size);
  const next: { [kind in BarKind]: number } = { mem: windows.mem.start, io: windows.io.start };
  for (const { device, bar } of wanted) {
    const window = windows[bar.kind];
    const address = Math.ceil(next[bar.kind] / bar.size) * bar.size;
    if (address + bar.size > window.end) {
      throw new Error(`PCI: no room for BAR ${bar.index} of ${device.name} (${bar.size} bytes) below ${window.end}`);
    }
    next[bar.kind] = address + bar.size;
    device.writeConfig(reg.BAR0 + 4 * bar.index, 4, address);
    if (bar.wide) device.writeConfig(reg.BAR0 + 4 * bar.index + 4, 4, 0);
  }
}
