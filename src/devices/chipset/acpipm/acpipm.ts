// ACPI power management as in QEMU's `PIIX4_PM`: PM1 event and control registers, the PM timer, general purpose events, and
// the command port by which a system takes over from firmware that would otherwise handle events in SMM.

import { DueTimer } from "../../duetimer.js";
import type { Clock, Device, DeviceLog, DeviceState, IoRegion, IrqLine, MachineControl } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { nsToTicks, ticksToNs } from "../../ticks.js";
import * as r from "./registers.js";

export class AcpiPm implements Device {
  readonly name = "PIIX4_PM";
  readonly stateVersion = 1;
  /** The PM block: PM1a_EVT_BLK at 0, PM1a_CNT_BLK at 4, PM_TMR_BLK at 8; r.PM_SIZE ports. */
  readonly pm: IoRegion = {
    read: (offset, size) => bytewise(offset, size, (at) => this.readByte(at)),
    write: (offset, size, value) => this.writePm(offset, size, value),
  };
  /** GPE0_BLK: two status bytes, two enable bytes. */
  readonly gpe: IoRegion = {
    read: (offset, size) => bytewise(offset, size, (at) => this.gpeRegisters[at & 3]!),
    write: (offset, size, value) => this.writeGpe(offset, size, value),
  };
  /** SMI command port and its data port. */
  readonly command: IoRegion = {
    read: (offset) => this.apm[offset & 1]!,
    write: (offset, _size, value) => this.writeCommand(offset & 1, value & 0xff),
  };

  private readonly timer: DueTimer;
  private status = 0;
  private enable = 0;
  private control = 0;
  /** PM timer ticks at which the status bit is due next. */
  private overflowAt = r.PM_TIMER_HALF;
  private readonly gpeRegisters = new Uint8Array(r.GPE_SIZE);
  private readonly apm = new Uint8Array(2);

  /** `sci` is a level interrupt, IRQ 9 on a PC. */
  constructor(
    private readonly clock: Clock,
    private readonly sci: IrqLine,
    private readonly machine: MachineControl,
    private readonly log?: DeviceLog,
  ) {
    this.timer = new DueTimer(clock, () => this.update());
    this.reset();
  }

  reset(): void {
    this.status = 0;
    this.enable = 0;
    this.control = 0;
    this.gpeRegisters.fill(0);
    this.apm.fill(0);
    this.scheduleOverflow();
    this.update();
  }

  /** The power button is pressed. False: the guest does not listen, nothing will happen. */
  powerButton(): boolean {
    if (!(this.enable & r.STS_POWER_BUTTON)) return false;
    this.status |= r.STS_POWER_BUTTON;
    this.update();
    return true;
  }

  /** The machine has slept, and it is the power button that woke it. */
  woken(): void {
    this.status |= r.STS_WAKE | r.STS_POWER_BUTTON;
    this.update();
  }

  /** General purpose event 0 to 15. */
  raiseGpe(event: number): void {
    this.gpeRegisters[event >> 3]! |= 1 << (event & 7);
    this.update();
  }

  private readByte(offset: number): number {
    if (offset < r.PM1_ENABLE) {
      this.noteOverflow();
      return byteOf(this.status, offset);
    }
    if (offset < r.PM1_CONTROL) return byteOf(this.enable, offset - r.PM1_ENABLE);
    if (offset < r.PM1_CONTROL + 2) return byteOf(this.control, offset - r.PM1_CONTROL);
    if (offset >= r.PM_TIMER && offset < r.PM_TIMER + 4) {
      return byteOf(this.ticks() & r.PM_TIMER_MASK, offset - r.PM_TIMER);
    }
    return 0;
  }

  private writePm(offset: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) {
      const at = offset + i;
      const shift = (at & 1) * 8;
      const bits = ((value >>> (i * 8)) & 0xff) << shift;
      const keep = ~(0xff << shift);
      if (at < r.PM1_ENABLE) this.clearStatus(bits);
      else if (at < r.PM1_CONTROL) this.enable = (this.enable & keep) | (bits & r.ENABLE_BITS);
      else if (at < r.PM1_CONTROL + 2) this.writeControl((this.control & keep) | bits);
    }
    this.update();
  }

  private clearStatus(bits: number): void {
    this.noteOverflow();
    this.status &= ~(bits & r.STATUS_BITS);
    if (bits & r.STS_TIMER) this.scheduleOverflow();
  }

  private writeControl(value: number): void {
    this.control = value & ~r.CONTROL_SLEEP_ENABLE & 0xffff;
    if (!(value & r.CONTROL_SLEEP_ENABLE)) return;
    const type = (value >> r.CONTROL_SLEEP_SHIFT) & 7;
    if (type === r.SLEEP_S5 || type === r.SLEEP_S4) this.machine.powerOff();
    else if (type === r.SLEEP_S3) this.machine.suspend();
    else this.log?.unimplemented(`PIIX4_PM: sleep type ${type} ignored`);
  }

  private writeGpe(offset: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) {
      const at = (offset + i) & 3;
      const byte = (value >>> (i * 8)) & 0xff;
      if (at < r.GPE_SIZE / 2) this.gpeRegisters[at]! &= ~byte;
      else this.gpeRegisters[at] = byte;
    }
    this.update();
  }

  private writeCommand(port: number, value: number): void {
    this.apm[port] = value;
    if (port !== 0) return;
    if (value === r.ACPI_ENABLE) this.control |= r.CONTROL_SCI;
    else if (value === r.ACPI_DISABLE) this.control &= ~r.CONTROL_SCI;
    else this.log?.unimplemented(`PIIX4_PM: SMI command 0x${value.toString(16)} ignored`);
    this.update();
  }

  // ---- PM timer --------------------------------------------------------------------------------------------------------

  private ticks(): number {
    return nsToTicks(this.clock.now(), r.PM_TIMER_HZ);
  }

  private noteOverflow(): void {
    if (this.ticks() >= this.overflowAt) this.status |= r.STS_TIMER;
  }

  private scheduleOverflow(): void {
    this.overflowAt = (Math.floor(this.ticks() / r.PM_TIMER_HALF) + 1) * r.PM_TIMER_HALF;
  }

  /** Sets the SCI, and the timer that will have to do it next. */
  private update(): void {
    this.noteOverflow();
    this.drive();
    if (this.enable & r.STS_TIMER && !(this.status & r.STS_TIMER)) {
      this.timer.arm(ticksToNs(this.overflowAt, r.PM_TIMER_HZ));
    } else {
      this.timer.cancel();
    }
  }

  private drive(): void {
    const g = this.gpeRegisters;
    const event = this.status & this.enable & r.ENABLE_BITS || g[0]! & g[2]! || g[1]! & g[3]!;
    this.sci.set(event !== 0);
  }

  save(): DeviceState {
    return {
      status: this.status,
      enable: this.enable,
      control: this.control,
      overflowAt: this.overflowAt,
      gpe: this.gpeRegisters.slice(),
      apm: this.apm.slice(),
      timerAt: this.timer.save(),
    };
  }

  load(reader: StateReader): void {
    this.status = reader.uint("status", 0xffff);
    this.enable = reader.uint("enable", 0xffff);
    this.control = reader.uint("control", 0xffff);
    this.overflowAt = reader.num("overflowAt");
    this.gpeRegisters.set(reader.bytes("gpe", r.GPE_SIZE));
    this.apm.set(reader.bytes("apm", 2));
    this.timer.load(reader.optional("timerAt"));
  }

  settle(): void {
    this.timer.settle();
    this.drive();
  }
}

function byteOf(value: number, index: number): number {
  return (value >>> (index * 8)) & 0xff;
}

/** A read of several bytes. Time does not move within one access, so the PM timer's bytes belong together. */
function bytewise(offset: number, size: number, byte: (offset: number) => number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + byte(offset + i);
  return value;
}
