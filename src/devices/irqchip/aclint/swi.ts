// Software interrupts: harts interrupt one another. MSWI (RISC-V ACLINT specification, chapter 3) keeps the level that was written; SSWI
// (chapter 4) makes an edge, after which the hart's own pending bit tells, and reads as zero.

import type { Device, DeviceLog, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { MOST_HARTS } from "./registers.js";

export class Swi implements Device, IoRegion {
  readonly stateVersion = 1;
  private readonly levels: Uint8Array;

  /** `lines`: the interrupt of each hart. */
  constructor(
    readonly name: "riscv.aclint.mswi" | "riscv.aclint.sswi",
    private readonly lines: readonly IrqLine[],
    private readonly log?: DeviceLog,
  ) {
    if (lines.length > MOST_HARTS) throw new Error(`${name} has room for ${MOST_HARTS} harts, not ${lines.length}`);
    this.levels = new Uint8Array(lines.length);
  }

  reset(): void {
    this.levels.fill(0);
    this.settle();
  }

  read(offset: number, size: number): number {
    return this.isRegister(offset, size, "read") ? this.levels[offset >> 2]! : 0;
  }

  write(offset: number, size: number, value: number): void {
    if (!this.isRegister(offset, size, "write")) return;
    const hart = offset >> 2;
    const line = this.lines[hart]!;
    const on = (value & 1) !== 0;
    if (this.name === "riscv.aclint.mswi") {
      this.levels[hart] = on ? 1 : 0;
      line.set(on);
    } else if (on) {
      line.set(true);
      line.set(false);
    }
  }

  save(): DeviceState {
    return { levels: [...this.levels] };
  }

  load(state: StateReader): void {
    this.levels.set(state.uints("levels", this.levels.length, 1));
  }

  settle(): void {
    this.lines.forEach((line, hart) => {
      line.set(this.levels[hart] === 1);
    });
  }

  private isRegister(offset: number, size: number, what: string): boolean {
    if (size === 4 && (offset & 3) === 0 && offset >> 2 < this.lines.length) return true;
    this.log?.guestError(
      `${this.name}: ${what} of ${size} bytes at offset 0x${offset.toString(16)}, where no register is`,
    );
    return false;
  }
}
