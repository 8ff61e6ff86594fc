// QEMU's isa-debugcon (port 0xE9): bytes written go to a character back end; reading tells that it is there.

import type { CharBackend, Device, DeviceState, IoRegion } from "../../interfaces.js";

export class DebugCon implements Device, IoRegion {
  readonly name = "isa-debugcon";
  readonly stateVersion = 1;

  /** `readback` is what a read gives: 0xe9 unless configured otherwise. */
  constructor(
    private readonly backend: CharBackend,
    private readonly readback = 0xe9,
  ) {}

  reset(): void {}

  read(_offset: number, _size: number): number {
    return this.readback;
  }

  write(_offset: number, _size: number, value: number): void {
    this.backend.write(Uint8Array.of(value & 0xff));
  }

  save(): DeviceState {
    return {};
  }

  load(): void {}
}
