// The machine timer (RISC-V ACLINT specification, chapter 2): a counter of 64 bits that all harts share, and for each a comparator. The
// interrupt of a hart is up as long as the counter is at its comparator or above; one that is behind already interrupts at once.

import type { Clock, Device, DeviceLog, DeviceState, IoRegion, IrqLine, Timer } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { MOST_HARTS, MTIME, MTIMECMP } from "./registers.js";

/** Of the counter, as on QEMU's boards. */
export const MTIMER_HZ = 10_000_000;
const NS_PER_TICK = 1_000_000_000 / MTIMER_HZ;
/** Moments are exact up to here, a hundred days; the timer looks again then. */
const FURTHEST = Number.MAX_SAFE_INTEGER;
const NEVER = 0xffff_ffff_ffff_ffffn;
const WRAP = 1n << 64n;

export class Mtimer implements Device, IoRegion {
  readonly name = "riscv.aclint.mtimer";
  readonly stateVersion = 1;
  private readonly compare: BigUint64Array;
  private readonly timers: readonly Timer[];
  private readonly levels: boolean[];
  /** The counter at virtual time 0, modulo 2^64. */
  private base = 0n;
  /** High half as of the last read of the low half: the bus makes two reads of one of 64 bits, low half first. */
  private latchedHigh: number | undefined;

  /** `lines`: the timer interrupt of each hart. `changed` is told of a counter that was written, for those who keep a copy. */
  constructor(
    private readonly clock: Clock,
    private readonly lines: readonly IrqLine[],
    private readonly log?: DeviceLog,
    private readonly changed?: () => void,
  ) {
    if (lines.length > MOST_HARTS) throw new Error(`the timer has room for ${MOST_HARTS} harts, not ${lines.length}`);
    this.compare = new BigUint64Array(lines.length).fill(NEVER);
    this.levels = lines.map(() => false);
    this.timers = lines.map((_, hart) => clock.timer(() => this.update(hart)));
  }

  /** The counter counts on: only the power switch or a write sets it. */
  reset(): void {
    this.compare.fill(NEVER);
    this.latchedHigh = undefined;
    this.setBase(BigInt.asUintN(64, -this.ticks()));
    this.updateAll();
  }

  /** The counter. */
  time(): bigint {
    return BigInt.asUintN(64, this.base + this.ticks());
  }

  /** What the counter is ahead of virtual time, ticks modulo 2^64. */
  get ahead(): bigint {
    return this.base;
  }

  read(offset: number, size: number): number {
    if (size !== 4 || offset & 3) return this.refuse("read", offset, size);
    const latched = this.latchedHigh;
    this.latchedHigh = undefined;
    if (offset === MTIME) {
      const time = this.time();
      this.latchedHigh = Number(time >> 32n);
      return Number(time & 0xffff_ffffn);
    }
    if (offset === MTIME + 4) return latched ?? Number(this.time() >> 32n);
    const compare = this.compare[(offset - MTIMECMP) >> 3];
    if (compare === undefined) return this.refuse("read", offset, size);
    return Number(offset & 4 ? compare >> 32n : compare & 0xffff_ffffn);
  }

  write(offset: number, size: number, value: number): void {
    const hart = (offset - MTIMECMP) >> 3;
    const counter = offset >= MTIME;
    if (size !== 4 || offset & 3 || !(counter || hart < this.compare.length)) {
      this.refuse("write", offset, size);
      return;
    }
    this.latchedHigh = undefined;
    const half = BigInt(value >>> 0);
    const merge = (old: bigint) => (offset & 4 ? (old & 0xffff_ffffn) | (half << 32n) : (old & ~0xffff_ffffn) | half);
    if (counter) {
      this.setBase(BigInt.asUintN(64, merge(this.time()) - this.ticks()));
      this.updateAll();
    } else {
      this.compare[hart] = merge(this.compare[hart]!);
      this.update(hart);
    }
  }

  /** Sets a comparator at once, for firmware of the emulator's own. */
  setCompare(hart: number, ticks: bigint): void {
    this.compare[hart] = ticks;
    this.update(hart);
  }

  save(): DeviceState {
    const harts = this.levels.map((level, hart) => ({ compare: `${this.compare[hart]}`, level }));
    return { base: `${this.base}`, latchedHigh: this.latchedHigh ?? null, harts };
  }

  load(state: StateReader): void {
    this.base = state.big("base");
    this.latchedHigh = state.optionalUint("latchedHigh");
    state.parts("harts", this.levels.length).forEach((part, hart) => {
      this.compare[hart] = part.big("compare");
      this.levels[hart] = part.bool("level");
    });
  }

  settle(): void {
    this.changed?.();
    this.levels.forEach((level, hart) => {
      this.lines[hart]!.set(level);
      this.arm(hart);
    });
  }

  private setBase(base: bigint): void {
    this.base = base;
    this.changed?.();
  }

  private ticks(): bigint {
    return BigInt(Math.floor(this.clock.now() / NS_PER_TICK));
  }

  private updateAll(): void {
    for (let hart = 0; hart < this.lines.length; hart++) this.update(hart);
  }

  /** Drives a hart's line by what the counter is now. */
  private update(hart: number): void {
    const due = this.time() >= this.compare[hart]!;
    if (due !== this.levels[hart]) {
      this.levels[hart] = due;
      this.lines[hart]!.set(due);
    }
    this.arm(hart);
  }

  /** Waits for the moment when the counter reaches the comparator, or begins at zero again. */
  private arm(hart: number): void {
    const compare = this.compare[hart]!;
    const timer = this.timers[hart]!;
    const level = this.levels[hart]!;
    const at = Number(this.ticks() + (level ? WRAP : compare) - this.time()) * NS_PER_TICK;
    if (level ? at > FURTHEST : compare === NEVER) timer.cancel();
    else timer.arm(Math.min(at, FURTHEST));
  }

  private refuse(what: string, offset: number, size: number): number {
    this.log?.guestError(`mtimer: ${what} of ${size} bytes at offset 0x${offset.toString(16)}, where no register is`);
    return 0;
  }
}
