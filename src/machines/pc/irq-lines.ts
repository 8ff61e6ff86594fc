// How interrupt lines of a PC are joined: several sources on one line, one line to both kinds of controller.

import type { DeviceState, IrqLine, Stateful } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";

/** A line that is asserted while any of its inputs is. */
export class SharedLine {
  private readonly inputs: IrqLine[] = [];
  private readonly asserted = new Set<IrqLine>();

  constructor(private readonly output: IrqLine) {}

  /** A further source. */
  input(): IrqLine {
    const input: IrqLine = {
      set: (level) => {
        const before = this.asserted.size > 0;
        if (level) this.asserted.add(input);
        else this.asserted.delete(input);
        const after = this.asserted.size > 0;
        if (before !== after) this.output.set(after);
      },
    };
    this.inputs.push(input);
    return input;
  }

  /** Numbers of the inputs that are asserted, in the order in which they were made. */
  get state(): number[] {
    return this.inputs.flatMap((input, n) => (this.asserted.has(input) ? [n] : []));
  }

  /** Of inputs that there are. The output is not told: it knows. */
  set state(asserted: number[]) {
    this.asserted.clear();
    for (const n of asserted) this.asserted.add(this.inputs[n]!);
  }

  get sources(): number {
    return this.inputs.length;
  }
}

/** The interrupt inputs of the board by global number: 0 to 15 reach 8259s and I/O APIC, 16 to 23 the I/O APIC alone. */
export class PcInterrupts implements Stateful {
  readonly stateVersion = 2;
  private readonly lines: SharedLine[] = [];
  private readonly pin2: SharedLine;

  /** `pic`: input n of the 8259 pair; `ioapic`: pin n of the I/O APIC. */
  constructor(pic: ((irq: number) => IrqLine) | undefined, ioapic: (pin: number) => IrqLine) {
    // Interrupt 0 arrives on pin 2, which it shares with input 2 of the HPET (ACPI's interrupt source override).
    const pin2 = new SharedLine(ioapic(2));
    this.pin2 = pin2;
    for (let n = 0; n < 24; n++) {
      const pin = n === 0 || n === 2 ? pin2.input() : ioapic(n);
      const input = n < 16 ? pic?.(n) : undefined;
      this.lines.push(
        new SharedLine({
          set(level) {
            input?.set(level);
            pin.set(level);
          },
        }),
      );
    }
  }

  /** A source for interrupt n, 0 to 23. */
  source(n: number): IrqLine {
    return this.lines[n]!.input();
  }

  save(): DeviceState {
    return { lines: Object.fromEntries(this.lines.map(({ state }, n) => [n, state])), pin2: this.pin2.state };
  }

  load(state: StateReader): void {
    const lines = state.part("lines");
    for (const [n, line] of this.lines.entries()) line.state = assertedOf(lines, `${n}`, line);
    this.pin2.state = assertedOf(state, "pin2", this.pin2);
  }
}

function assertedOf(state: StateReader, name: string, { sources }: SharedLine): number[] {
  return sources === 0 ? [] : state.uintsUpTo(name, sources, sources - 1);
}
