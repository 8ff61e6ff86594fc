// QEMU's isa-debug-exit: a write ends the emulator with an odd exit status.

import type { Device, DeviceState, IoRegion, MachineControl } from "../../interfaces.js";

export class DebugExit implements Device, IoRegion {
  readonly name = "isa-debug-exit";
  readonly stateVersion = 1;

  constructor(private readonly machine: MachineControl) {}

  reset(): void {}

  read(_offset: number, _size: number): number {
    return 0;
  }

  /** Exit statuses have eight bits on every host. */
  write(_offset: number, _size: number, value: number): void {
    this.machine.exit(((value << 1) | 1) & 0xff);
  }

  save(): DeviceState {
    return {};
  }

  load(): void {}
}
