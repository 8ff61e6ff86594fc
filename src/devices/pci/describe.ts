// Text of the monitor's `info pci` and of where a PCI device is in `info qtree`, in QEMU's format.

import type { PciFunction } from "./function.js";
import * as reg from "./registers.js";

const CLASSES: ReadonlyMap<number, string> = new Map([
  [0x0000, "Class 0000"],
  [0x0002, "Class 0002"],
  [0x0100, "SCSI controller"],
  [0x0200, "Ethernet controller"],
  [0x0280, "Network controller"],
  [0x0300, "VGA controller"],
  [0x0401, "Audio controller"],
  [0x0500, "RAM controller"],
  [0x0600, "Host bridge"],
  [0x0601, "ISA bridge"],
  [0x0680, "Bridge"],
  [0x0780, "Communication controller"],
  [0xff00, "Unclassified device"],
]);

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
const id = (device: PciFunction, at: number) =>
  `${hex(device.readConfig(at, 2), 4)}:${hex(device.readConfig(at + 2, 2), 4)}`;

function className(device: PciFunction): string {
  const code = device.readConfig(reg.CLASS_CODE + 1, 2);
  return CLASSES.get(code) ?? `Class ${hex(code, 4)}`;
}

/** `info pci`. */
export function infoPci(functions: Iterable<PciFunction>): string {
  const lines: string[] = [];
  for (const device of functions) {
    lines.push(`  Bus  0, device ${String(device.slot).padStart(3)}, function ${device.func}:`);
    lines.push(`    ${className(device)}: PCI device ${id(device, reg.VENDOR_ID)}`);
    lines.push(`      PCI subsystem ${id(device, reg.SUBSYSTEM_VENDOR_ID)}`);
    if (device.pin !== 0) {
      lines.push(`      IRQ ${device.readConfig(reg.INTERRUPT_LINE, 1)}, pin ${"?ABCD"[device.pin]}`);
    }
    for (const bar of device.bars) {
      if (bar === undefined) continue;
      const kind =
        bar.kind === "io" ? "I/O" : `${bar.wide ? 64 : 32} bit${bar.prefetchable ? " prefetchable" : ""} memory`;
      const digits = bar.kind === "io" ? 4 : 8;
      const place =
        bar.address === undefined
          ? "not mapped"
          : `at 0x${hex(bar.address, digits)} [0x${hex(bar.address + bar.size - 1, digits)}]`;
      lines.push(`      BAR${bar.index}: ${kind} ${place}.`);
    }
    lines.push(`      id "${device.id}"`);
  }
  return `${lines.join("\n")}\n`;
}

/** Place and identity in `info qtree`, in lines. */
export function pciPlace(device: PciFunction): string[] {
  const pci = `pci id ${id(device, reg.VENDOR_ID)} (sub ${id(device, reg.SUBSYSTEM_VENDOR_ID)})`;
  const bars = device.bars.flatMap((bar) => {
    if (bar === undefined) return [];
    const place =
      bar.address === undefined ? "[unmapped]" : `0x${hex(bar.address, 0)} [0x${hex(bar.address + bar.size - 1, 0)}]`;
    return [`bar ${bar.index}: ${bar.kind === "io" ? "i/o" : "mem"} at ${place}`];
  });
  return [`class ${className(device)}, addr 00:${device.address}, ${pci}`, ...bars];
}
