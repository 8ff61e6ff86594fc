// The MC146818 real-time clock with its RAM, as QEMU's `mc146818rtc`: index and data port. Time is the wall clock plus what
// the guest has set; nothing ticks unless an interrupt or flag of the guest's depends on it.

import { DueTimer } from "../../duetimer.js";
import type { Clock, Device, DeviceState, IoRegion, IrqLine, WallClock } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { nsToTicks, ticksToNs } from "../../ticks.js";
import * as r from "./registers.js";

const RAM_SIZE = 128;
const CRYSTAL_HZ = 32768;
/** UIP is set this long before the update (data sheet, t_BUC), milliseconds. */
const UPDATE_MS = 0.244;
const DAY_MS = 86_400_000;

export class CmosRtc implements Device, IoRegion {
  readonly name = "mc146818rtc";
  readonly stateVersion = 1;
  private readonly ram = new Uint8Array(RAM_SIZE);
  private readonly secondTimer: DueTimer;
  private readonly periodicTimer: DueTimer;
  private index = 0;
  /** The guest's time is ahead of the wall clock by this, milliseconds. */
  private offset = 0;
  /** The guest's idea of the weekday is ahead of the calendar's by this. */
  private weekdayOffset = 0;
  /** Second in which flags were last looked at. */
  private lastSecond = 0;
  private periodicFrom = 0;
  private irqEnabled = true;

  /** `irq` is IRQ 8; `nvram` gives bytes the board wants firmware to find ([index, value] pairs, see pcNvram). */
  constructor(
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly irq: IrqLine,
    nvram: Iterable<readonly [number, number]> = [],
  ) {
    this.secondTimer = new DueTimer(clock, () => this.second());
    this.periodicTimer = new DueTimer(clock, () => this.periodic());
    this.ram[r.REG_A] = 0x26;
    this.ram[r.REG_B] = r.B_24H;
    this.ram[r.REG_D] = r.D_VALID;
    for (const [index, value] of nvram) this.ram[index & (RAM_SIZE - 1)] = value;
    this.lastSecond = this.seconds();
    this.schedule();
  }

  /** RESET clears interrupt enables and flags; time and RAM live on (data sheet, "Reset"). */
  reset(): void {
    this.ram[r.REG_B]! &= ~(r.B_PERIODIC | r.B_ALARM | r.B_UPDATE | r.B_SQUARE_WAVE);
    this.ram[r.REG_C] = 0;
    this.index = 0;
    this.irqEnabled = true;
    this.updateIrq();
    this.schedulePeriodic();
    this.schedule();
  }

  /** A byte of RAM, for the board: how firmware asked to be resumed (0x0f) and the like. */
  peek(index: number): number {
    return this.ram[index & (RAM_SIZE - 1)]!;
  }
  poke(index: number, value: number): void {
    this.ram[index & (RAM_SIZE - 1)] = value;
  }

  /** The HPET's legacy replacement takes IRQ 8 away. */
  setIrqEnabled(enabled: boolean): void {
    this.irqEnabled = enabled;
    this.updateIrq();
  }

  read(offset: number, _size: number): number {
    if ((offset & 1) === 0) return 0xff;
    if (this.isTime(this.index) && !this.frozen) this.store();
    switch (this.index) {
      case r.REG_A:
        return this.ram[r.REG_A]! | (this.updating() ? r.A_UIP : 0);
      case r.REG_C: {
        const flags = this.ram[r.REG_C]!;
        this.ram[r.REG_C] = 0;
        this.updateIrq();
        this.schedule();
        return flags;
      }
    }
    return this.ram[this.index]!;
  }

  write(offset: number, _size: number, value: number): void {
    value &= 0xff;
    if ((offset & 1) === 0) {
      this.index = value & 0x7f;
      return;
    }
    switch (this.index) {
      case r.REG_A:
        this.changeMode(() => {
          this.ram[r.REG_A] = value & ~r.A_UIP;
        });
        break;
      case r.REG_B:
        this.changeMode(() => {
          this.ram[r.REG_B] = value & r.B_SET ? value & ~r.B_UPDATE : value;
        });
        this.updateIrq();
        break;
      case r.REG_C:
      case r.REG_D:
        break;
      default:
        if (!this.isTime(this.index)) {
          this.ram[this.index] = value;
          if (this.index <= r.HOURS_ALARM) this.schedule();
        } else if (this.frozen) {
          this.ram[this.index] = value;
        } else {
          this.store();
          this.ram[this.index] = value;
          this.adopt(this.now() % 1000);
        }
    }
  }

  // ---- time ------------------------------------------------------------------------------------------------------------

  /** The clock does not run while SET is on or the divider is held in reset. */
  private get frozen(): boolean {
    return (this.ram[r.REG_B]! & r.B_SET) !== 0 || (this.ram[r.REG_A]! & r.A_DIVIDER_RESET) === r.A_DIVIDER_RESET;
  }

  private isTime(index: number): boolean {
    if (index === r.CENTURY) return true;
    return index <= r.YEAR && index !== r.SECONDS_ALARM && index !== r.MINUTES_ALARM && index !== r.HOURS_ALARM;
  }

  /** The guest's time, milliseconds since 1970. */
  private now(): number {
    return this.wall.now() + this.offset;
  }

  private seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  private updating(): boolean {
    if (this.frozen) return false;
    const phase = this.now() % 1000;
    return phase >= 1000 - UPDATE_MS;
  }

  /** A change of registers A or B: time is taken over into the registers when it stops, and from them when it goes on. */
  private changeMode(change: () => void): void {
    const wasFrozen = this.frozen;
    const wasReset = (this.ram[r.REG_A]! & r.A_DIVIDER_RESET) === r.A_DIVIDER_RESET;
    if (!wasFrozen) this.store();
    const rate = this.periodTicks();
    change();
    // Out of divider reset, the first update comes half a second later (data sheet, "Divider control").
    if (wasFrozen && !this.frozen) this.adopt(wasReset ? 500 : 0);
    if (this.periodTicks() !== rate) this.periodicFrom = this.clock.now();
    this.schedulePeriodic();
    this.schedule();
  }

  /** Writes the current time into the registers in the guest's format. */
  private store(): void {
    const date = new Date(this.seconds() * 1000);
    const year = date.getUTCFullYear();
    this.ram[r.SECONDS] = this.encode(date.getUTCSeconds());
    this.ram[r.MINUTES] = this.encode(date.getUTCMinutes());
    this.ram[r.HOURS] = this.encodeHour(date.getUTCHours());
    this.ram[r.WEEKDAY] = this.encode(((date.getUTCDay() + this.weekdayOffset) % 7) + 1);
    this.ram[r.DAY] = this.encode(date.getUTCDate());
    this.ram[r.MONTH] = this.encode(date.getUTCMonth() + 1);
    this.ram[r.YEAR] = this.encode(year % 100);
    this.ram[r.CENTURY] = this.encode(Math.floor(year / 100));
  }

  /** Takes the registers for the time it is now, `phase` milliseconds into the second. */
  private adopt(phase: number): void {
    const year = this.decode(this.ram[r.CENTURY]!) * 100 + this.decode(this.ram[r.YEAR]!);
    const time = Date.UTC(
      year,
      this.decode(this.ram[r.MONTH]!) - 1,
      this.decode(this.ram[r.DAY]!),
      this.decodeHour(this.ram[r.HOURS]!),
      this.decode(this.ram[r.MINUTES]!),
      this.decode(this.ram[r.SECONDS]!),
    );
    this.offset = time + phase - this.wall.now();
    const weekday = this.decode(this.ram[r.WEEKDAY]!) - 1 - new Date(time).getUTCDay();
    this.weekdayOffset = ((weekday % 7) + 7) % 7;
    this.lastSecond = this.seconds();
    this.schedule();
  }

  private encode(value: number): number {
    return this.ram[r.REG_B]! & r.B_BINARY ? value : (Math.floor(value / 10) << 4) | (value % 10);
  }

  private decode(value: number): number {
    return this.ram[r.REG_B]! & r.B_BINARY ? value : (value >> 4) * 10 + (value & 15);
  }

  /** Twelve-hour mode has PM in bit 7 and no hour 0. */
  private encodeHour(hour: number): number {
    if (this.ram[r.REG_B]! & r.B_24H) return this.encode(hour);
    return this.encode(hour % 12 || 12) | (hour >= 12 ? 0x80 : 0);
  }

  private decodeHour(value: number): number {
    if (this.ram[r.REG_B]! & r.B_24H) return this.decode(value);
    return (this.decode(value & 0x7f) % 12) + (value & 0x80 ? 12 : 0);
  }

  // ---- interrupts ------------------------------------------------------------------------------------------------------

  private updateIrq(): void {
    const enabled = this.ram[r.REG_B]! & (r.B_PERIODIC | r.B_ALARM | r.B_UPDATE);
    const flags = this.ram[r.REG_C]! & ~r.C_IRQ;
    this.ram[r.REG_C] = flags & enabled ? flags | r.C_IRQ : flags;
    this.irq.set(this.irqEnabled && (flags & enabled) !== 0);
  }

  private raise(flags: number): void {
    this.ram[r.REG_C]! |= flags;
    this.updateIrq();
  }

  private schedule(): void {
    this.secondTimer.cancel();
    const flags = this.ram[r.REG_C]!;
    const alarmWanted = this.ram[r.REG_B]! & r.B_ALARM && !(flags & r.B_ALARM);
    if (!this.frozen && (alarmWanted || !(flags & r.B_UPDATE))) {
      const left = 1000 - (((this.now() % 1000) + 1000) % 1000);
      this.secondTimer.arm(this.clock.now() + Math.ceil(left * 1e6));
    }
  }

  private schedulePeriodic(): void {
    this.periodicTimer.cancel();
    const period = this.periodTicks();
    if (period !== 0 && this.ram[r.REG_B]! & (r.B_PERIODIC | r.B_SQUARE_WAVE)) {
      const passed = Math.floor(nsToTicks(this.clock.now() - this.periodicFrom, CRYSTAL_HZ) / period);
      this.periodicTimer.arm(this.periodicFrom + ticksToNs((passed + 1) * period, CRYSTAL_HZ));
    }
  }

  /** Period of the periodic interrupt in ticks of the crystal, 0 for none (data sheet, table 5). */
  private periodTicks(): number {
    const rate = this.ram[r.REG_A]! & 15;
    if (rate === 0) return 0;
    return 1 << (rate <= 2 ? rate + 6 : rate - 1);
  }

  private periodic(): void {
    this.raise(r.B_PERIODIC);
    this.schedulePeriodic();
  }

  /** The wall clock should be in a new second: update ended, and perhaps the alarm's time. */
  private second(): void {
    const second = this.seconds();
    if (second !== this.lastSecond) {
      let flags = r.B_UPDATE;
      // A late host may have skipped seconds; a minute's worth of them is looked through for the alarm.
      for (let at = Math.max(this.lastSecond + 1, second - 59); at <= second; at++) {
        if (this.alarmAt(at * 1000)) flags |= r.B_ALARM;
      }
      this.lastSecond = second;
      this.raise(flags);
    }
    this.schedule();
  }

  private alarmAt(time: number): boolean {
    const day = ((time % DAY_MS) + DAY_MS) % DAY_MS;
    const matches = (alarm: number, value: number): boolean => (alarm & 0xc0) === 0xc0 || alarm === value;
    return (
      matches(this.ram[r.SECONDS_ALARM]!, this.encode(Math.floor(day / 1000) % 60)) &&
      matches(this.ram[r.MINUTES_ALARM]!, this.encode(Math.floor(day / 60_000) % 60)) &&
      matches(this.ram[r.HOURS_ALARM]!, this.encodeHour(Math.floor(day / 3_600_000)))
    );
  }

  save(): DeviceState {
    return {
      ram: this.ram.slice(),
      index: this.index,
      offset: this.offset,
      weekdayOffset: this.weekdayOffset,
      periodicFrom: this.periodicFrom,
      irqEnabled: this.irqEnabled,
      lastSecond: this.lastSecond,
      secondAt: this.secondTimer.save(),
      periodicAt: this.periodicTimer.save(),
    };
  }

  load(reader: StateReader): void {
    this.ram.set(reader.bytes("ram", RAM_SIZE));
    this.index = reader.uint("index", RAM_SIZE - 1);
    this.offset = reader.num("offset");
    this.weekdayOffset = reader.uint("weekdayOffset", 6);
    this.periodicFrom = reader.num("periodicFrom");
    this.irqEnabled = reader.bool("irqEnabled");
    this.lastSecond = reader.num("lastSecond");
    this.secondTimer.load(reader.optional("secondAt"));
    this.periodicTimer.load(reader.optional("periodicAt"));
  }

  settle(): void {
    this.secondTimer.settle();
    this.periodicTimer.settle();
    this.updateIrq();
  }
}
