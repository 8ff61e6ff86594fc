// The ACPI description of the `pc` board's fixed parts, so that only what a command line changes has to be given.

import { ACPI_DISABLE, ACPI_ENABLE, GPE_SIZE, SLEEP_S3, SLEEP_S5 } from "../../../devices/chipset/acpipm/registers.js";
import { PM_PORT_BASE, SCI_IRQ } from "../../../devices/chipset/i440fx/firmware.js";
import { pirqOf } from "../../../devices/chipset/i440fx/piix3.js";
import type { AcpiOptions, SerialPort } from "./options.js";

export interface PcAcpi {
  cpus: readonly number[];
  /** End of low RAM, where the PCI window begins. */
  ramLow: number;
  hpet: boolean;
  i8042: boolean;
  serial: readonly SerialPort[];
  vga: boolean;
}

const IOAPIC = 0xfec00000;
const HPET = 0xfed00000;
const LAPIC = 0xfee00000;
/** The PCI window begins on a boundary of this, as address decoders of the time had it. */
const PCI_GRAIN = 0x10000000;

export function pcAcpiOptions(pc: PcAcpi): AcpiOptions {
  return {
    cpus: pc.cpus,
    lapic: LAPIC,
    ioapic: { id: 0, address: IOAPIC },
    hpet: pc.hpet ? HPET : undefined,
    pciMemory: [{ first: Math.ceil(pc.ramLow / PCI_GRAIN) * PCI_GRAIN, end: IOAPIC - 1 }],
    pmPort: PM_PORT_BASE,
    gpe: { port: 0xafe0, length: GPE_SIZE },
    smi: { port: 0xb2, enable: ACPI_ENABLE, disable: ACPI_DISABLE },
    sci: SCI_IRQ,
    sleepS5: SLEEP_S5,
    sleepS3: SLEEP_S3,
    reset: { port: 0xcf9, value: 0x0f },
    isaSlot: 1,
    pirqOf,
    pirqIrqs: [5, 10, 11],
    serial: pc.serial,
    i8042: pc.i8042,
    rtc: { port: 0x70, length: 2, irq: 8 },
    fwCfg: 0x510,
    vga: pc.vga,
  };
}
