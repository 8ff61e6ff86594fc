// Port 0x80: POST codes, and the place where I/O delays are written to.

import type { Device, DeviceState, IoRegion } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

export class PostPort implements Device, IoRegion {
  readonly name = "ioport80";
  readonly stateVersion = 1;
  /** The code written last. */
  code = 0;

  reset(): void {
    this.code = 0;
  }

  read(_offset: number, size: number): number {
    return size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
  }

  write(_offset: number, _size: number, value: number): void {
    this.code = value & 0xff;
  }

  save(): DeviceState {
    return { code: this.code };
  }

  load(state: StateReader): void {
    this.code = state.uint("code", 0xff);
  }
}
