// The chipset's reset control register (port 0xCF9, PIIX "Reset control"). Bit 1 chooses a hard reset, a rising bit 2 does it.
// The port lies inside the PCI host's address register, which is reached by 4-byte accesses only.

import type { Device, DeviceState, IoRegion, MachineControl } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

const HARD = 2;
const RESET = 4;

export class ResetControl implements Device, IoRegion {
  readonly name = "piix-reset-control";
  readonly stateVersion = 1;
  private value = 0;

  constructor(private readonly machine: MachineControl) {}

  reset(): void {
    this.value = 0;
  }

  read(_offset: number, _size: number): number {
    return this.value;
  }

  write(_offset: number, _size: number, value: number): void {
    if (value & RESET) this.machine.reset();
    else this.value = value & HARD;
  }

  save(): DeviceState {
    return { value: this.value };
  }

  load(state: StateReader): void {
    this.value = state.uint("value", 0xff);
  }
}
