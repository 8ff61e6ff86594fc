// The PC's 8254 interval timer: channel 0 is wired to IRQ 0, channel 2 to the speaker and port 0x61 (port61.ts).

import { DueTimer } from "../../duetimer.js";
import type { Clock, Device, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { PitChannel } from "./channel.js";

const CONTROL = 3;
const READ_BACK = 3;
/** Ticks a late host still owes the guest are made up for, this many at most, this far apart (nanoseconds): kernels check
 *  that ticks arrive at the rate they asked for, and stop if they do not. */
const MAX_OWED = 40;
const REPAY_NS = 300_000;

export class Pit8254 implements Device, IoRegion {
  readonly name = "isa-pit";
  readonly stateVersion = 1;
  private readonly channels: readonly PitChannel[];
  private readonly timer: DueTimer;
  private readonly repayTimer: DueTimer;
  /** What OUT of channel 0 was when its line was driven last. */
  private level = false;
  private owed = 0;
  private irqEnabled = true;

  /** `irq` is OUT of channel 0. */
  constructor(
    private readonly clock: Clock,
    private readonly irq: IrqLine,
  ) {
    this.timer = new DueTimer(clock, (due) => {
      // Mode 2's pulse is 838 ns long: a late host would miss it if it looked at the present.
      const level = this.channels[0]!.out(due);
      this.drive(level);
      this.owe(due, level);
      this.update();
    });
    this.repayTimer = new DueTimer(clock, () => this.repay());
    const ignore = () => {};
    this.channels = [
      new PitChannel(true, () => this.update()),
      new PitChannel(true, ignore),
      new PitChannel(false, ignore),
    ];
    this.reset();
  }

  reset(): void {
    this.irqEnabled = true;
    this.owed = 0;
    this.repayTimer.cancel();
    for (const channel of this.channels) channel.reset(this.clock.now());
  }

  /** The HPET's legacy replacement takes IRQ 0 away from the PIT. */
  setIrqEnabled(enabled: boolean): void {
    this.irqEnabled = enabled;
    this.update();
  }

  /** Gate of channel 2, written through port 0x61. */
  get speakerGate(): boolean {
    return this.channels[2]!.gate;
  }
  set speakerGate(level: boolean) {
    this.channels[2]!.setGate(level, this.clock.now());
  }

  /** OUT of channel 2. */
  get speakerOut(): boolean {
    return this.channels[2]!.out(this.clock.now());
  }

  read(offset: number, _size: number): number {
    const channel = this.channels[offset & 3];
    return channel ? channel.readByte(this.clock.now()) : 0;
  }

  write(offset: number, _size: number, value: number): void {
    this.timer.poll();
    const now = this.clock.now();
    value &= 0xff;
    if ((offset & 3) !== CONTROL) {
      this.channels[offset & 3]!.writeByte(value, now);
    } else if (value >> 6 === READ_BACK) {
      this.channels.forEach((channel, i) => {
        if (value & (2 << i)) channel.readBack(value, now);
      });
    } else {
      this.channels[value >> 6]!.control(value, now);
    }
  }

  private update(): void {
    const now = this.clock.now();
    const channel = this.channels[0]!;
    if (!this.irqEnabled) {
      this.timer.cancel();
      this.owed = 0;
      this.repayTimer.cancel();
      this.drive(false);
      return;
    }
    this.drive(channel.out(now));
    const next = channel.nextChange(now);
    if (next === undefined) this.timer.cancel();
    else this.timer.arm(next);
  }

  /** Counts the rising edges between a change that was due and the present that update() will not show. */
  private owe(due: number, levelThen: boolean): void {
    const channel = this.channels[0]!;
    const now = this.clock.now();
    let level = levelThen;
    let edges = 0;
    let at: number | undefined = due;
    for (let k = 0; k < 2 * MAX_OWED; k++) {
      at = channel.nextChange(at);
      if (at === undefined || at > now) break;
      const next = channel.out(at);
      if (next && !level) edges++;
      level = next;
    }
    if (edges > 0 && level && !levelThen) edges--;
    this.owed = Math.min(MAX_OWED, this.owed + edges);
    if (this.owed > 0 && this.repayTimer.at === undefined) this.repayTimer.arm(now + REPAY_NS);
  }

  private drive(level: boolean): void {
    this.level = level;
    this.irq.set(level);
  }

  private repay(): void {
    if (this.owed === 0) return;
    this.owed--;
    this.drive(false);
    this.drive(true);
    this.drive(this.channels[0]!.out(this.clock.now()));
    if (this.owed > 0) this.repayTimer.arm(this.clock.now() + REPAY_NS);
  }

  save(): DeviceState {
    return {
      irqEnabled: this.irqEnabled,
      level: this.level,
      timerAt: this.timer.save(),
      owed: this.owed,
      repayAt: this.repayTimer.save(),
      channels: this.channels.map((channel) => channel.save()),
    };
  }

  load(reader: StateReader): void {
    this.irqEnabled = reader.bool("irqEnabled");
    this.level = reader.bool("level");
    this.timer.load(reader.optional("timerAt"));
    this.owed = reader.uint("owed", MAX_OWED);
    this.repayTimer.load(reader.optional("repayAt"));
    reader.parts("channels", 3).forEach((part, i) => {
      this.channels[i]!.restore(part);
    });
  }

  settle(): void {
    this.timer.settle();
    this.repayTimer.settle();
    this.irq.set(this.level);
  }
}
