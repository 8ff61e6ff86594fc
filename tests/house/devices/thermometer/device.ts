import type { Device, DeviceState, IoRegion, IrqLine } from "../../../../src/devices/interfaces.js";
import type { StateReader } from "../../../../src/devices/state.js";

export class Thermometer implements Device, IoRegion {
  readonly stateVersion = 1;
  readonly name = "thermometer";
  private degrees = 20;

  constructor(
    private readonly irq: IrqLine,
    private readonly limit: number,
  ) {}

  read(): number {
    return this.degrees;
  }

  write(_offset: number, _size: number, value: number): void {
    this.degrees = value;
    this.settle();
  }

  reset(): void {
    this.degrees = 20;
    this.settle();
  }

  save(): DeviceState {
    return { degrees: this.degrees };
  }

  load(state: StateReader): void {
    this.degrees = state.uint("degrees");
  }

  settle(): void {
    this.irq.set(this.degrees >= this.limit);
  }
}
