import type { X86Inputs } from "../../arch/x86/cpu.js";
import type { DeviceState, IrqLine, Stateful } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";

/** The A20 gate: the last of its drivers wins; only changes reach the CPU, which keeps it. */
export class A20Line implements IrqLine, Stateful {
  readonly stateVersion = 1;
  private open = true;

  constructor(private readonly cpu: X86Inputs) {}

  set(level: boolean): void {
    if (level === this.open) return;
    this.open = level;
    this.cpu.setA20(level);
  }

  save(): DeviceState {
    return { open: this.open };
  }

  load(state: StateReader): void {
    this.open = state.bool("open");
  }
}
