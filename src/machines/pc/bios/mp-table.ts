// The tables of the MultiProcessor Specification 1.4, chapter 4: CPUs, buses, I/O APIC and how interrupts reach it.

import { encodeText } from "../../../base/text.js";
import { Structure } from "../../../boot/bytes.js";
import { checksum } from "../acpi/tables.js";

export interface MpFacts {
  /** CPUID 1: EAX and EDX. */
  signature: number;
  features: number;
  lapic: number;
  ioapic: number;
  /** Pins of PCI functions, 1 to 4, and the input of the I/O APIC that each reaches. */
  pci: readonly { slot: number; pin: number; input: number }[];
}

const POINTER_SIZE = 16;
const HEADER = 44;
const SPECIFICATION = 4;

const CPU_VERSION = 0x14;
const CPU_ENABLED_BOOT = 3;
const IOAPIC_VERSION = 0x11;
const ENABLED = 1;
const PCI_BUS = 0;
const ISA_BUS = 1;
const IOAPIC_ID = 0;
const BOOT_CPU = 0;
const ALL_CPUS = 0xff;

const INT = 0;
const NMI = 1;
const EXTINT = 3;
const ACTIVE_HIGH = 1;
/** ISA interrupts that reach the I/O APIC: not the cascade, nor those that are PCI's. */
const ISA_IRQS = [0, 1, 3, 4, 6, 7, 8, 12, 13, 14, 15];
/** The interval timer is wired to input 2. */
const TIMER_INPUT = 2;

/** The floating pointer, to lie at `address` (a multiple of 16), and behind it the configuration table. */
export function mpTable(facts: MpFacts, address: number): Uint8Array {
  const entries = [
    new Structure(20).u8(2, CPU_VERSION).u8(3, CPU_ENABLED_BOOT).u32(4, facts.signature).u32(8, facts.features).bytes,
    bus(PCI_BUS, "PCI   "),
    bus(ISA_BUS, "ISA   "),
    new Structure(8).u8(0, 2).u8(1, IOAPIC_ID).u8(2, IOAPIC_VERSION).u8(3, ENABLED).u32(4, facts.ioapic).bytes,
    ...facts.pci.map(({ slot, pin, input }) => io(ACTIVE_HIGH, PCI_BUS, slot * 4 + pin - 1, input)),
    ...ISA_IRQS.map((irq) => io(0, ISA_BUS, irq, irq === 0 ? TIMER_INPUT : irq)),
    interrupt(4, EXTINT, 0, ISA_BUS, 0, BOOT_CPU, 0),
    interrupt(4, NMI, 0, ISA_BUS, 0, ALL_CPUS, 1),
  ];
  const length = entries.reduce((sum, entry) => sum + entry.length, HEADER);
  const all = new Structure(POINTER_SIZE + length);
  all
    .put(0, encodeText("_MP_"))
    .u32(4, address + POINTER_SIZE)
    .u8(8, POINTER_SIZE / 16)
    .u8(9, SPECIFICATION);
  checksum(all.bytes.subarray(0, POINTER_SIZE), 10);
  const table = new Structure(length);
  table.put(0, encodeText("PCMP")).u16(4, length).u8(6, SPECIFICATION);
  table.put(8, encodeText("WASMACHN")).put(16, encodeText("PC          "));
  table.u16(34, entries.length).u32(36, facts.lapic);
  let at = HEADER;
  for (const entry of entries) {
    table.put(at, entry);
    at += entry.length;
  }
  checksum(table.bytes, 7);
  return all.put(POINTER_SIZE, table.bytes).bytes;
}

function bus(id: number, name: string): Uint8Array {
  return new Structure(8).u8(0, 1).u8(1, id).put(2, encodeText(name)).bytes;
}

function io(flags: number, source: number, irq: number, input: number): Uint8Array {
  return interrupt(3, INT, flags, source, irq, IOAPIC_ID, input);
}

function interrupt(
  entry: 3 | 4,
  type: number,
  flags: number,
  source: number,
  irq: number,
  destination: number,
  input: number,
): Uint8Array {
  return Uint8Array.of(entry, type, flags, 0, source, irq, destination, input);
}
