// What firmware's self-test leaves in the chipset, where a kernel is started without any. The values are those that SeaBIOS
// 1.16 leaves on QEMU's `pc`, read there by a multiboot kernel.

import { setUpPci } from "../../../devices/chipset/i440fx/firmware.js";
import type { PcBoard } from "../board.js";

const PORT92_A20 = 0x02;

/** Edge-triggered, cascaded, ICW4 follows; 8086 mode (Intel 8259A data sheet, "Initialization command words"). */
const ICW1 = 0x11;
const ICW4 = 0x01;
/** First vector, wiring of the cascade, and mask: timer, keyboard, cascade and floppy; clock, mouse, coprocessor and disk. */
const MASTER = { base: 0x08, cascade: 0x04, mask: 0xb8 };
const SLAVE = { base: 0x70, cascade: 0x02, mask: 0x8e };
/** The PCI interrupts, 10 and 11, are level-triggered. */
const SLAVE_LEVEL = 0x0c;

const PIT_COUNTER0 = 0x40;
const PIT_CONTROL = 0x43;
/** Counter 0, low byte then high byte, rate generator (Intel 8254 data sheet, "Control word format"). */
const PIT_RATE = 0x34;

const APIC_SPURIOUS = 0xf0;
const APIC_LINT0 = 0x350;
const APIC_LINT1 = 0x360;
/** Enabled, spurious vector FFh; LINT0 takes the PIC's interrupts, LINT1 is NMI (MP specification 1.4, 3.6.2.2). */
const APIC_VALUES: readonly (readonly [register: number, value: number])[] = [
  [APIC_SPURIOUS, 0x1ff],
  [APIC_LINT0, 0x8700],
  [APIC_LINT1, 0x8400],
];

export function setUpChipset({ pci, pic, ports, lapic }: PcBoard): void {
  setUpPci(pci.bus);
  for (const [chip, { base, cascade, mask }] of [
    [pic.master, MASTER],
    [pic.slave, SLAVE],
  ] as const) {
    chip.write(0, 1, ICW1);
    for (const value of [base, cascade, ICW4, mask]) chip.write(1, 1, value);
  }
  pic.elcr.write(1, 1, SLAVE_LEVEL);
  for (const [register, value] of APIC_VALUES) lapic.write(register, 4, value);
  ports.write(PIT_CONTROL, 1, PIT_RATE);
  // 0 is 65536: 18.2 interrupts a second.
  for (let byte = 0; byte < 2; byte++) ports.write(PIT_COUNTER0, 1, 0);
  ports.write(0x92, 1, PORT92_A20);
}
