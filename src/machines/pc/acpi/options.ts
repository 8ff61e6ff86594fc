// What the ACPI tables say about a `pc` machine.

export interface SerialPort {
  port: number;
  irq: number;
}

/** `end` is the last address. */
export interface Window {
  first: number;
  end: number;
}

export interface AcpiOptions {
  /** Local APIC ids, one for each CPU. */
  cpus: readonly number[];
  lapic: number;
  ioapic: { id: number; address: number };
  /** Undefined: no HPET. */
  hpet: number | undefined;
  /** Memory windows of the PCI bus besides the VGA window. */
  pciMemory: readonly Window[];
  /** First port of the PM1 and timer block (PIIX4). */
  pmPort: number;
  gpe: { port: number; length: number };
  smi: { port: number; enable: number; disable: number };
  sci: number;
  /** SLP_TYP of the sleep state S5. */
  sleepS5: number;
  /** The same of S3, which keeps RAM. */
  sleepS3: number;
  reset: { port: number; value: number };
  /** Slot of the PIIX3, whose registers 60h to 63h route PIRQA to PIRQD. */
  isaSlot: number;
  /** PIRQ (0 to 3) of pin 1 to 4 of a slot. */
  pirqOf: (slot: number, pin: number) => number;
  /** Interrupts a PIRQ may be routed to. */
  pirqIrqs: readonly number[];
  /** COM1 onwards. */
  serial: readonly SerialPort[];
  i8042: boolean;
  rtc: { port: number; length: number; irq: number };
  /** Port of the firmware configuration device, undefined: none. */
  fwCfg: number | undefined;
  /** A VGA adapter may be looked for. */
  vga: boolean;
}
