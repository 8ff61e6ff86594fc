// SiFive's test finisher, as QEMU's `riscv.sifive.test`: a word whose low half says what becomes of the machine. With a failure the
// high half is the exit status.

import type { Device, DeviceLog, DeviceState, IoRegion, MachineControl } from "../../interfaces.js";

export const FINISHER_FAIL = 0x3333;
export const FINISHER_PASS = 0x5555;
export const FINISHER_RESET = 0x7777;

export class SifiveTest implements Device, IoRegion {
  readonly name = "riscv.sifive.test";
  readonly stateVersion = 1;

  constructor(
    private readonly machine: MachineControl,
    private readonly log?: DeviceLog,
  ) {}

  reset(): void {}

  read(_offset: number, _size: number): number {
    return 0;
  }

  write(offset: number, size: number, value: number): void {
    if (offset === 0 && size >= 2) {
      switch (value & 0xffff) {
        case FINISHER_FAIL:
          // Exit statuses have eight bits on every host.
          this.machine.exit((value >>> 16) & 0xff);
          return;
        case FINISHER_PASS:
          this.machine.powerOff();
          return;
        case FINISHER_RESET:
          this.machine.reset();
          return;
      }
    }
    const what = `write of 0x${value.toString(16)} (${size} bytes) at offset 0x${offset.toString(16)}`;
    this.log?.guestError(`riscv.sifive.test: ${what} means nothing`);
  }

  save(): DeviceState {
    return {};
  }

  load(): void {}
}
