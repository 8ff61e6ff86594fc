// Virtual time and its timers. Time comes from a source: the host's monotonic clock, or the instruction count under
// -icount. Timers fire between slices of guest execution, in the order of their times.

import type { Clock, DeviceState, Stateful, Timer } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";
import { MOST_FIRED } from "../../tuning/host.js";

/** Where virtual time comes from, nanoseconds. */
export interface TimeSource extends Stateful {
  now(): number;
  /** Time stands still from here on, until start. */
  stop(): void;
  start(): void;
  /** One moment of virtual time: now() gives the same until release. Not nested. */
  hold(): void;
  release(): void;
}

/** The host's clock, less the time the machine was stopped. */
export class HostTime implements TimeSource {
  readonly stateVersion = 1;
  private offset: number;
  private held: number | undefined;
  private stoppedAt: number | undefined;

  /** `host` gives monotonic nanoseconds. Begins stopped, at 0. */
  constructor(private readonly host: () => number) {
    this.offset = host();
    this.stoppedAt = 0;
  }

  now(): number {
    return this.stoppedAt ?? this.held ?? Math.round(this.host() - this.offset);
  }

  hold(): void {
    this.held = this.now();
  }

  release(): void {
    this.held = undefined;
  }

  stop(): void {
    this.stoppedAt ??= this.now();
    this.held = undefined;
  }

  start(): void {
    if (this.stoppedAt === undefined) return;
    this.offset = this.host() - this.stoppedAt;
    this.stoppedAt = undefined;
  }

  save(): DeviceState {
    return { now: this.now() };
  }

  /** Stopped, it goes on from there when it is started. */
  load(state: StateReader): void {
    this.held = undefined;
    this.stoppedAt = state.num("now");
  }
}

/** Instructions times 2^shift nanoseconds. Stopping needs nothing: no instructions, no time. */
export class InstructionTime implements TimeSource {
  readonly stateVersion = 1;
  private readonly scale: number;

  constructor(
    private readonly cpu: { readonly instructions: number },
    shift: number,
  ) {
    this.scale = 2 ** shift;
  }

  now(): number {
    return this.cpu.instructions * this.scale;
  }

  stop(): void {}

  start(): void {}

  hold(): void {}

  release(): void {}

  /** The CPU has it. */
  save(): DeviceState {
    return {};
  }

  load(): void {}

  /** Fewest instructions after which `nanoseconds` have passed. */
  instructionsFor(nanoseconds: number): number {
    return Math.max(0, Math.ceil(nanoseconds / this.scale));
  }
}

class ClockTimer implements Timer {
  at = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: VirtualClock,
    /** Ties fire in this order, that of making: arming leaves no state behind that would have to be saved. */
    readonly order: number,
    readonly callback: () => void,
  ) {}

  get armed(): boolean {
    return this.at !== Number.POSITIVE_INFINITY;
  }

  arm(at: number): void {
    this.clock.arm(this, at);
  }

  cancel(): void {
    this.clock.disarm(this);
  }
}

export class VirtualClock implements Clock {
  /** Armed timers; a machine has about a dozen, so a scan for the earliest is as good as a heap. */
  private readonly armed: ClockTimer[] = [];
  private earliest = Number.POSITIVE_INFINITY;
  private timers = 0;

  /** Called when the next deadline moved earlier, so that a running CPU can be told. */
  onEarlier?: () => void;

  constructor(readonly source: TimeSource) {}

  now(): number {
    return this.source.now();
  }

  timer(callback: () => void): Timer {
    return new ClockTimer(this, this.timers++, callback);
  }

  /** Time of the next timer, Infinity if none is armed. */
  get deadline(): number {
    return this.earliest;
  }

  /**
   * Fires every timer whose time has come, earliest first, MOST_FIRED at most; returns how many. One that is armed again for the past
   * or the present, whatever the reason, does not keep the host here.
   */
  runDue(): number {
    if (this.earliest === Number.POSITIVE_INFINITY) return 0;
    const now = this.source.now();
    let fired = 0;
    while (this.earliest <= now && fired < MOST_FIRED) {
      let next = this.armed[0]!;
      for (const timer of this.armed) {
        if (timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
      }
      this.disarm(next);
      next.callback();
      fired++;
    }
    return fired;
  }

  /** For ClockTimer. */
  arm(timer: ClockTimer, at: number): void {
    if (!timer.armed) this.armed.push(timer);
    const wasEarliest = timer.at === this.earliest;
    timer.at = Number.isFinite(at) ? at : Number.MAX_VALUE;
    if (timer.at < this.earliest) {
      this.earliest = timer.at;
      this.onEarlier?.();
    } else if (wasEarliest) this.rescan();
  }

  /** For ClockTimer. */
  disarm(timer: ClockTimer): void {
    const index = this.armed.indexOf(timer);
    if (index < 0) return;
    this.armed.splice(index, 1);
    const wasEarliest = timer.at === this.earliest;
    timer.at = Number.POSITIVE_INFINITY;
    if (wasEarliest) this.rescan();
  }

  private rescan(): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const timer of this.armed) if (timer.at < earliest) earliest = timer.at;
    this.earliest = earliest;
  }
}
