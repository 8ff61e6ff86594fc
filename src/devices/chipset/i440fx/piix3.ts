// The PIIX3 ISA bridge, function 01.0: routes PIRQA to PIRQD to ISA interrupts by four registers. Intel 82371SB data sheet,
// section 2.2.6. The rest of its registers only keep what is written.

import type { DeviceState, IrqLine } from "../../interfaces.js";
import { PciFunction } from "../../pci/function.js";
import type { StateReader } from "../../state.js";

export const PIRQ_ROUTE = 0x60;
const PIRQ_DISABLED = 0x80;
const PIRQS = 4;

/** The PIRQ (0 to 3) that pin 1 to 4 of a slot is wired to on the i440FX board: slot 1 INTA is PIRQA, and so on round. */
export function pirqOf(slot: number, pin: number): number {
  return (slot + pin + 2) & 3;
}

/** Reset values of registers software reads but that have no effect here: X-bus select, timing, memory top, DMA. */
const RESET_VALUES: readonly (readonly [offset: number, value: number])[] = [
  [0x4c, 0x4d],
  [0x4e, 0x03],
  [0x69, 0x02],
  [0x70, 0x80],
  [0x76, 0x0c],
  [0x77, 0x0c],
  [0x78, 0x02],
  [0xa0, 0x08],
  [0xa8, 0x0f],
];

export class Piix3 extends PciFunction {
  override readonly name = "PIIX3";
  /** PIRQA to PIRQD, for the bus. */
  readonly pirqs: readonly IrqLine[];
  private levels = 0;
  /** Bit n: ISA interrupt n is asserted. */
  private driven = 0;

  /** `irqs`: the 16 ISA interrupts (a line both to the PICs and to the IOAPIC). */
  constructor(private readonly irqs: readonly IrqLine[]) {
    super({ vendor: 0x8086, device: 0x7000, classCode: 0x060100, multifunction: true });
    // A bridge decodes always: these command bits read as one.
    this.config.setUint16(0x04, 0x0007, true);
    this.config.setUint16(0x06, 0x0200, true);
    for (let at = 0x40; at < 0x100; at++) this.writable.setUint8(at, 0xff);
    for (const [at, value] of RESET_VALUES) this.config.setUint8(at, value);
    for (let i = 0; i < PIRQS; i++) {
      this.config.setUint8(PIRQ_ROUTE + i, PIRQ_DISABLED);
      this.writable.setUint8(PIRQ_ROUTE + i, PIRQ_DISABLED | 15);
    }
    this.pirqs = Array.from({ length: PIRQS }, (_, i) => ({ set: (level: boolean) => this.setPirq(i, level) }));
  }

  /** The ISA interrupt a PIRQ (0 to 3) goes to, undefined while it is not routed. */
  route(pirq: number): number | undefined {
    const value = this.config.getUint8(PIRQ_ROUTE + pirq);
    return value & PIRQ_DISABLED ? undefined : value & 15;
  }

  override save(): DeviceState {
    return { ...super.save(), levels: this.levels, driven: this.driven };
  }

  override load(reader: StateReader): void {
    this.levels = reader.uint("levels", 15);
    // The interrupt controllers restore their own inputs.
    this.driven = reader.uint("driven", 0xffff);
    super.load(reader);
  }

  protected override configWritten(): void {
    super.configWritten();
    this.drive();
  }

  private setPirq(pirq: number, level: boolean): void {
    this.levels = level ? this.levels | (1 << pirq) : this.levels & ~(1 << pirq);
    this.drive();
  }

  private drive(): void {
    let wanted = 0;
    for (let pirq = 0; pirq < PIRQS; pirq++) {
      const irq = this.route(pirq);
      if (irq !== undefined && (this.levels & (1 << pirq)) !== 0) wanted |= 1 << irq;
    }
    const changed = wanted ^ this.driven;
    this.driven = wanted;
    for (let irq = 0; irq < 16; irq++) {
      if ((changed & (1 << irq)) !== 0) this.irqs[irq]?.set((wanted & (1 << irq)) !== 0);
    }
  }
}
