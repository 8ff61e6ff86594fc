// What a PC's firmware does to PCI before a kernel starts, for machines that start a kernel directly: places the BARs,
// routes the interrupts and the ACPI ports, and switches decoding on. Done again after every reset.

import { assignBars, type PciWindows } from "../../pci/assign.js";
import type { PciBus } from "../../pci/bus.js";
import * as reg from "../../pci/registers.js";
import { PIRQ_ROUTE, pirqOf } from "./piix3.js";
import { PM_BASE, PM_MISC, SMBUS_BASE, SMBUS_CONFIG } from "./piix4-pm.js";

/** Below the IOAPIC, and the upper port space: where QEMU's firmware places BARs on an i440FX machine. */
export const DEFAULT_WINDOWS: PciWindows = {
  mem: { start: 0xfd000000, end: 0xfec00000 },
  io: { start: 0xc000, end: 0x10000 },
};

/** ISA interrupts of PIRQA to PIRQD, as SeaBIOS routes them. Level-triggered: ELCR bits 10 and 11 belong set. */
export const PIRQ_IRQS: readonly number[] = [10, 10, 11, 11];
/** Port of the ACPI registers, for the FADT. */
export const PM_PORT_BASE = 0x600;
export const SCI_IRQ = 9;
const SMBUS_PORT_BASE = 0x700;
/** The host controller is on and interrupts, if at all, by IRQ 9. */
const SMBUS_ENABLED = 0x09;

/** All of it, for the board of pc.ts. */
export function setUpPci(bus: PciBus, windows: PciWindows = DEFAULT_WINDOWS): void {
  assignBars(bus, windows);
  for (const [pirq, irq] of PIRQ_IRQS.entries()) bus.writeConfig(0, 1, 0, PIRQ_ROUTE + pirq, 1, irq);
  for (const device of bus.functions()) {
    if (device.pin !== 0) {
      device.writeConfig(reg.INTERRUPT_LINE, 1, PIRQ_IRQS[pirqOf(device.slot, device.pin)]!);
    }
    const command = device.readConfig(reg.COMMAND, 2);
    device.writeConfig(reg.COMMAND, 2, command | reg.COMMAND_IO | reg.COMMAND_MEMORY | reg.COMMAND_SERR);
  }
  bus.writeConfig(0, 1, 3, PM_BASE, 4, PM_PORT_BASE);
  bus.writeConfig(0, 1, 3, PM_MISC, 1, 1);
  bus.writeConfig(0, 1, 3, SMBUS_BASE, 4, SMBUS_PORT_BASE);
  bus.writeConfig(0, 1, 3, SMBUS_CONFIG, 1, SMBUS_ENABLED);
  bus.writeConfig(0, 1, 3, reg.INTERRUPT_LINE, 1, SCI_IRQ);
}
