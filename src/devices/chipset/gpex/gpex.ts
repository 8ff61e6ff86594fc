// A PCI Express host bridge of no maker's, as QEMU's `gpex`: configuration space by ECAM, windows, interrupt lines as behind a bridge.
// A kernel places the BARs itself.

import type { DeviceLog, IrqLine, MsiSink } from "../../interfaces.js";
import { PciBus } from "../../pci/bus.js";
import { ECAM_CONFIG_SIZE, Ecam } from "../../pci/ecam.js";
import { PciFunction } from "../../pci/function.js";
import type { BarMapper } from "../../pci/interfaces.js";
import { type HostWindow, windowedMapper } from "../../pci/windows.js";

export interface GpexOptions {
  /** The CPU's memory. */
  readonly memory: Pick<BarMapper, "map">;
  readonly windows: readonly HostWindow[];
  /** Pin A of slot 0 is line 0. */
  readonly lines: readonly IrqLine[];
  readonly msi?: MsiSink;
  readonly log: DeviceLog;
}

export interface Gpex {
  readonly bus: PciBus;
  readonly ecam: Ecam;
}

/** Function 00.0. */
class GpexRoot extends PciFunction {
  override readonly name = "gpex-root";
  constructor() {
    super({ vendor: 0x1b36, device: 0x0008, classCode: 0x060000 });
  }
}

export function createGpex({ memory, windows, lines, msi, log }: GpexOptions): Gpex {
  const bus = new PciBus({
    ...{ lines, log },
    ...(msi && { msi }),
    mapper: windowedMapper(memory, windows),
    configSize: ECAM_CONFIG_SIZE,
    placesAtZero: true,
  });
  bus.add(new GpexRoot(), 0, 0);
  return { bus, ecam: new Ecam(bus) };
}
