// Guest execution in slices, between which timers fire and the host's event loop is served. A halted CPU sleeps until
// the next timer or until something wakes it, at no cost to the host. Under -icount every timer fires at its exact
// instruction, whatever the host does: the budget of a run ends where the next deadline is.

import { FIRST_SPEED, IDLE_SPIN_NS, MIN_BUDGET, RUN_NS, SLICE_MS, SLOWEST } from "../tuning/host.js";
import type { InstructionTime, VirtualClock } from "./clock/clock.js";
import type { HostScheduler, HostSleep, HostWork } from "./clock/scheduler.js";
import type { Cpu } from "./cpu.js";

export interface RunLoopParts {
  cpu: Cpu;
  clock: VirtualClock;
  scheduler: HostScheduler;
  /** Host's monotonic clock, nanoseconds. */
  hostNow: () => number;
  work: HostWork;
  /** Something the CPU would be faster with is to come through the host's event loop, which is served more often then. */
  awaiting?: () => boolean;
  /** The readers of the machine's output are far behind: the CPU stands still, and wake() is called when they have caught up. */
  blocked?: () => boolean;
  /** The CPU was halted until now, and would have been until `deadline`. */
  onIdle?: (deadline: number) => void;
  /** Virtual time behind the host's, which a halted CPU is given: it sleeps for so much less. */
  owed?: () => number;
  /** The CPU cannot go on. */
  onShutdown: () => void;
  /** -icount: the source of `clock`, and whether idle time is slept through (sleep=on) or skipped. */
  icount?: { time: InstructionTime; sleep: boolean };
}

const ignore = (): void => {};

export class RunLoop {
  private readonly cpu: Cpu;
  private readonly clock: VirtualClock;
  private readonly parts: RunLoopParts;
  private readonly requests: (() => void)[] = [];
  private speed = FIRST_SPEED;
  private running = false;
  private ended = false;
  private sleeping: HostSleep | undefined;
  /** Counts what may make a halted CPU go on. */
  private events = 0;
  private inRun = false;
  /** What the CPU has to wait for. */
  private held = 0;
  private failure: { error: unknown } | undefined;
  /** The present run is to end at this host time. */
  private runUntil = Number.POSITIVE_INFINITY;

  constructor(parts: RunLoopParts) {
    this.parts = parts;
    this.cpu = parts.cpu;
    this.clock = parts.clock;
    this.clock.onEarlier = () => {
      // The budget of the present run was made for a later deadline; a sleep too.
      if (this.inRun) this.cpu.stop();
      else this.wake();
    };
    parts.work.onChange = (busy) => {
      if (!busy) this.wake();
      else if (this.inRun && parts.icount) this.cpu.stop();
    };
  }

  /** Runs until end() is called. Rejects only when a device or the engine throws. */
  async run(): Promise<void> {
    const { scheduler, work, icount, blocked } = this.parts;
    while (true) {
      this.serveRequests();
      if (this.failure) throw this.failure.error;
      if (this.ended) return;
      if (!this.running || this.held > 0 || (icount && work.busy) || blocked?.()) {
        await this.sleep(Number.POSITIVE_INFINITY);
        continue;
      }
      if (this.slice() === "idle") {
        const { deadline } = this.clock;
        await this.idle();
        this.parts.onIdle?.(deadline);
      } else await scheduler.yield();
    }
  }

  /** Whether guest time passes. */
  get active(): boolean {
    return this.running;
  }

  start(): void {
    if (this.running || this.ended) return;
    this.running = true;
    this.clock.source.start();
    this.wake();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    this.clock.source.stop();
    this.leaveRun();
  }

  end(): void {
    this.stop();
    this.ended = true;
    this.wake();
  }

  /** Calls `action` between two runs of the CPU, soon. Devices ask for resets this way. */
  request(action: () => void): void {
    this.requests.push(action);
    this.leaveRun();
    this.wake();
  }

  /** The CPU does not run until `work` is done, while requests are served. The loop fails as `work` does. */
  hold(work: Promise<void>): void {
    this.held++;
    const done = (): void => {
      this.held--;
      this.wake();
    };
    work.then(done, (error: unknown) => {
      this.failure = { error };
      done();
    });
  }

  /** Calls `action` between two runs, with guest time standing still until it is done. Rejects as it does; the machine goes on then. */
  pausedFor<T>(action: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.request(() => {
        const { running } = this;
        const { source } = this.clock;
        if (running) source.stop();
        const done = (): void => {
          // Stopped, ended or started meanwhile: that holds.
          if (running && this.running) source.start();
        };
        const work = action().finally(done);
        work.then(resolve, reject);
        this.hold(work.then(ignore, ignore));
      });
    });
  }

  /**
   * Called from within run() at work that takes long for the number of its instructions (device accesses, reads of the
   * clock, translation): instruction counts are but a guess of time.
   */
  poll(): void {
    if (this.inRun && this.parts.hostNow() >= this.runUntil) this.cpu.stop();
  }

  /** Something happened that may concern a halted CPU or a sleeping loop. */
  wake(): void {
    this.events++;
    this.sleeping?.wake();
  }

  private leaveRun(): void {
    if (this.inRun) this.cpu.stop();
  }

  private serveRequests(): void {
    while (this.requests.length > 0) this.requests.shift()!();
  }

  /** Executes for SLICE_MS of the host's time at most; "idle" when the CPU is halted with nothing to wake it. */
  private slice(): "again" | "idle" {
    const { hostNow, icount, work, onShutdown } = this.parts;
    const end = hostNow() + SLICE_MS * 1e6;
    let start = hostNow();
    while (true) {
      this.clock.runDue();
      if (this.requests.length > 0 || !this.running || this.held > 0 || (icount && work.busy)) return "again";
      const events = this.events;
      const before = this.cpu.instructions;
      this.inRun = true;
      const left = icount ? Number.POSITIVE_INFINITY : this.clock.deadline - this.clock.now();
      this.runUntil = Math.min(end, start + left);
      let exit: ReturnType<Cpu["run"]>;
      try {
        exit = this.cpu.run(this.budget(end - start));
      } finally {
        this.inRun = false;
      }
      const now = hostNow();
      this.measure(this.cpu.instructions - before, now - start);
      start = now;
      if (exit === "shutdown") {
        onShutdown();
        return "again";
      }
      if (exit === "halt" && this.requests.length === 0) {
        // A timer that has just come due, or a device that raised its line during the run, ends the halt.
        if (this.clock.runDue() === 0 && this.events === events) return "idle";
        if (!this.running) return "again";
      }
      if (now >= end || this.parts.awaiting?.()) return "again";
    }
  }

  /** Instructions until the next deadline or the end of the slice, whichever is first. */
  private budget(sliceLeft: number): number {
    const { icount } = this.parts;
    const forSlice = Math.max(MIN_BUDGET, Math.ceil(Math.min(sliceLeft, RUN_NS) * this.speed));
    const deadline = this.clock.deadline;
    if (deadline === Number.POSITIVE_INFINITY) return forSlice;
    const left = deadline - this.clock.now();
    if (icount) return Math.min(forSlice, Math.max(1, icount.time.instructionsFor(left)));
    // Three quarters of the way first: the speed is a guess, and late timers are worse than one more call.
    return Math.min(forSlice, Math.max(MIN_BUDGET, Math.ceil(left * this.speed * 0.75)));
  }

  private measure(instructions: number, nanoseconds: number): void {
    if (nanoseconds <= 0) return;
    const speed = Math.min(10, instructions / nanoseconds);
    // Slow code is believed at once, fast code by and by.
    if (speed < this.speed) this.speed = Math.max(SLOWEST, speed);
    else if (instructions >= MIN_BUDGET) this.speed += (speed - this.speed) * 0.2;
  }

  /** The CPU is halted: passes the time until the next deadline or event. */
  private async idle(): Promise<void> {
    const { scheduler, icount, hostNow } = this.parts;
    const events = this.events;
    const left = this.clock.deadline - this.clock.now();
    if (icount) {
      const finite = left !== Number.POSITIVE_INFINITY;
      if (!icount.sleep && finite) {
        this.cpu.skip(icount.time.instructionsFor(left));
        // Input still has to get through to a guest that only ever waits for timers.
        await scheduler.yield();
        return;
      }
      const begin = hostNow();
      await this.sleep(finite ? left / 1e6 : Number.POSITIVE_INFINITY);
      // Slept to the end: exactly to the deadline, so that runs without input repeat.
      const slept = this.events === events && finite ? left : Math.min(left, hostNow() - begin);
      this.cpu.skip(icount.time.instructionsFor(slept));
      return;
    }
    const wait = left - (this.parts.owed?.() ?? 0);
    if (wait <= IDLE_SPIN_NS) await scheduler.yield();
    else await this.sleep(wait / 1e6);
  }

  private async sleep(milliseconds: number): Promise<void> {
    if (this.requests.length > 0) return;
    this.sleeping = this.parts.scheduler.sleep(milliseconds);
    await this.sleeping.done;
    this.sleeping = undefined;
  }
}
