// System control port B (port 0x61): gate and output of the 8254's channel 2, speaker enable, and the bit that toggled with
// every DRAM refresh, by which old delay loops (and a few new ones) count.

import type { Device, DeviceState, IoRegion } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import type { Pit8254 } from "./pit8254.js";

const GATE = 0x01;
const SPEAKER = 0x02;
const REFRESH = 0x10;
const OUT = 0x20;

export class Port61 implements Device, IoRegion {
  readonly name = "isa-pcspk";
  readonly stateVersion = 1;
  private speaker = false;
  private refresh = false;

  constructor(private readonly pit: Pit8254) {}

  reset(): void {
    this.speaker = false;
    this.refresh = false;
  }

  /** Every read sees the refresh bit toggled: whoever waits for a change gets on, whatever the clock does. */
  read(_offset: number, _size: number): number {
    this.refresh = !this.refresh;
    return (
      (this.pit.speakerGate ? GATE : 0) |
      (this.speaker ? SPEAKER : 0) |
      (this.refresh ? REFRESH : 0) |
      (this.pit.speakerOut ? OUT : 0)
    );
  }

  write(_offset: number, _size: number, value: number): void {
    this.speaker = (value & SPEAKER) !== 0;
    this.pit.speakerGate = (value & GATE) !== 0;
  }

  save(): DeviceState {
    return { speaker: this.speaker, refresh: this.refresh };
  }

  load(reader: StateReader): void {
    this.speaker = reader.bool("speaker");
    this.refresh = reader.bool("refresh");
  }
}
