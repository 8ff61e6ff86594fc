// The PC's pair of 8259As: the slave's output is the master's input 2.

import type { Device, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { PIC, pic8259Text } from "../describe.js";
import { Pic8259Chip } from "./chip.js";

const CASCADE = 2;
/** Inputs whose trigger mode is fixed to edge: timer, keyboard, cascade; RTC, coprocessor. */
const ELCR_MASKS: readonly number[] = [0xf8, 0xde];

export class Pic8259 implements Device {
  readonly name = "isa-i8259";
  readonly stateVersion = 1;
  readonly topics = [{ ...PIC, text: () => pic8259Text(this.save()) }];
  /** Two ports each: command and data. */
  readonly master: IoRegion;
  readonly slave: IoRegion;
  /** Edge/level control registers, master's and slave's. */
  readonly elcr: IoRegion;
  private readonly chips: readonly [Pic8259Chip, Pic8259Chip];

  /** `output` is INT to the CPU, on a PC through LINT0 of its local APIC. */
  constructor(output: IrqLine) {
    const master = new Pic8259Chip((level) => output.set(level), 1 << CASCADE);
    const slave = new Pic8259Chip((level) => master.setLine(CASCADE, level), 0);
    this.chips = [master, slave];
    this.master = ports(master);
    this.slave = ports(slave);
    this.elcr = {
      read: (offset) => this.chips[offset & 1]!.elcr,
      write: (offset, _size, value) => {
        this.chips[offset & 1]!.elcr = value & ELCR_MASKS[offset & 1]!;
      },
    };
    this.reset();
  }

  reset(): void {
    for (const chip of this.chips) chip.reset();
  }

  /** ISA interrupt 0 to 15 (2 is the cascade and goes nowhere). */
  line(irq: number): IrqLine {
    if (irq === CASCADE) return { set() {} };
    const chip = this.chips[irq >> 3]!;
    return { set: (level) => chip.setLine(irq & 7, level) };
  }

  /** Interrupt acknowledge: the vector, that of input 7 (spurious) when the request has gone. */
  acknowledge(): number {
    const [master, slave] = this.chips;
    const input = master.pending();
    if (input < 0) return master.vector(7);
    if (input !== CASCADE) {
      master.accept(input);
      return master.vector(input);
    }
    const slaveInput = slave.pending();
    if (slaveInput >= 0) slave.accept(slaveInput);
    master.accept(CASCADE);
    return slave.vector(slaveInput < 0 ? 7 : slaveInput);
  }

  save(): DeviceState {
    return { master: this.chips[0].save(), slave: this.chips[1].save() };
  }

  load(reader: StateReader): void {
    this.chips[1].load(reader.part("slave"));
    this.chips[0].load(reader.part("master"));
  }

  settle(): void {
    this.chips[1].settle();
    this.chips[0].settle();
  }
}

function ports(chip: Pic8259Chip): IoRegion {
  return {
    read: (offset) => chip.read(offset & 1),
    write: (offset, _size, value) => chip.write(offset & 1, value & 0xff),
  };
}
