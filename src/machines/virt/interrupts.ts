// Stands in for an interrupt controller (PLIC, GIC) until there is one: 32 level inputs, a mask, one line to the CPU. Registers of 32
// bits: 0 pending inputs (read only), 4 enabled inputs.

import type { Device, DeviceState, IoRegion, IrqLine } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";

const PENDING = 0;
const ENABLED = 4;
export const INTERRUPTS_SIZE = 8;
const INPUTS = 32;

export class VirtInterrupts implements Device, IoRegion {
  readonly stateVersion = 1;
  readonly name = "virt-interrupts";
  private pending = 0;
  private enabled = 0;

  constructor(private readonly output: IrqLine) {}

  /** Input n. Throws Error where there is none. */
  input(n: number): IrqLine {
    if (!Number.isInteger(n) || n < 0 || n >= INPUTS) throw new Error(`irq=${n}: there are inputs 0 to ${INPUTS - 1}`);
    return {
      set: (level) => {
        this.pending = level ? (this.pending | (1 << n)) >>> 0 : (this.pending & ~(1 << n)) >>> 0;
        this.update();
      },
    };
  }

  read(offset: number, _size: number): number {
    return offset === PENDING ? this.pending : offset === ENABLED ? this.enabled : 0;
  }

  write(offset: number, _size: number, value: number): void {
    if (offset !== ENABLED) return;
    this.enabled = value;
    this.update();
  }

  reset(): void {
    this.pending = this.enabled = 0;
    this.update();
  }

  save(): DeviceState {
    return { pending: this.pending, enabled: this.enabled };
  }

  load(state: StateReader): void {
    this.pending = state.uint("pending");
    this.enabled = state.uint("enabled");
  }

  settle(): void {
    this.update();
  }

  private update(): void {
    this.output.set((this.pending & this.enabled) !== 0);
  }
}
