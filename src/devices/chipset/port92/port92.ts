// System control port A (port 0x92): the fast way to open the A20 gate and to reset.

import type { Device, DeviceState, IoRegion, IrqLine, MachineControl } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

const RESET = 1;
const A20 = 2;

export class Port92 implements Device, IoRegion {
  readonly name = "port92";
  readonly stateVersion = 1;
  private value = 0;

  /** `a20` true lets address bit 20 through. */
  constructor(
    private readonly machine: MachineControl,
    private readonly a20: IrqLine,
  ) {}

  reset(): void {
    this.value = 0;
  }

  read(_offset: number, _size: number): number {
    return this.value;
  }

  write(_offset: number, _size: number, value: number): void {
    const rises = value & ~this.value & RESET;
    this.value = value & 0xff;
    this.a20.set((value & A20) !== 0);
    if (rises) this.machine.reset();
  }

  save(): DeviceState {
    return { value: this.value };
  }

  load(state: StateReader): void {
    this.value = state.uint("value", 0xff);
  }
}
