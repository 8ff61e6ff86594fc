import type { DeviceLog, IoRegion, IrqLine, MsiSink } from "../../interfaces.js";
import { PciBus } from "../../pci/bus.js";
import { ConfigPorts } from "../../pci/config-ports.js";
import type { BarMapper, ShadowControl } from "../../pci/interfaces.js";
import { I440fx } from "./i440fx.js";
import { Piix3, pirqOf } from "./piix3.js";
import { Piix4Pm } from "./piix4-pm.js";

export interface PcPciOptions {
  readonly mapper: BarMapper;
  readonly msi: MsiSink;
  /** The 16 ISA interrupts. */
  readonly irqs: readonly IrqLine[];
  readonly log: DeviceLog;
  /** Answers port CF9h at its offset 0. */
  readonly resetControl?: IoRegion;
  readonly shadow?: ShadowControl;
  /** ACPI registers (64 ports) and SMBus (16 ports), placed by the PIIX4 function. */
  readonly pm?: IoRegion;
  readonly smbus?: IoRegion;
}

export interface PcPci {
  readonly bus: PciBus;
  /** To be mapped at CONFIG_PORTS. */
  readonly ports: ConfigPorts;
  readonly isa: Piix3;
}

/** The PCI part of an i440FX board: host bridge 00.0, ISA bridge 01.0, power management 01.3. */
export function createPcPci(options: PcPciOptions): PcPci {
  const isa = new Piix3(options.irqs);
  const { mapper, msi, log } = options;
  const bus = new PciBus({ mapper, msi, log, lines: isa.pirqs, lineOf: pirqOf, firstSlot: 2 });
  bus.add(new I440fx(options.shadow), 0, 0);
  bus.add(isa, 1, 0);
  const { pm, smbus } = options;
  bus.add(new Piix4Pm({ ...(pm && { pm }), ...(smbus && { smbus }) }), 1, 3);
  return { bus, ports: new ConfigPorts(bus, options.resetControl), isa };
}
