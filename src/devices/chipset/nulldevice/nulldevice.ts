// Registers that are there and do nothing: reads give one value (all ones unless told), writes are dropped. For ranges that
// systems probe and that would otherwise be reported as unassigned.

import type { Device, DeviceState, IoRegion } from "../../interfaces.js";

export class NullDevice implements Device, IoRegion {
  readonly stateVersion = 1;

  /** `byte` is what every byte reads as. */
  constructor(
    readonly name: string,
    private readonly byte = 0xff,
  ) {}

  reset(): void {}

  read(_offset: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.byte;
    return value;
  }

  write(_offset: number, _size: number, _value: number): void {}

  save(): DeviceState {
    return {};
  }

  load(): void {}
}
