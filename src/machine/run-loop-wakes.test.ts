// No event is slept through, at whatever moment it comes: the run loop with a host and a CPU of the test's own, whose every
// turn is a moment at which one of the events may come. All pairs of events at the first moments of each kind are tried.

import { describe, expect, it } from "vitest";
import { HostTime, InstructionTime, VirtualClock } from "./clock/clock.js";
import { type HostScheduler, type HostSleep, HostWork } from "./clock/scheduler.js";
import { SteadyTime } from "./clock/steady-time.js";
import type { Cpu, CpuExit } from "./cpu.js";
import { RunLoop } from "./run-loop.js";

/**
 * execute: in the middle of a run, as an access to a device. timer: in a timer's callback. turn: while the host's event loop is
 * served. asleep: while the loop sleeps. woken: after the end of a sleep, before the loop goes on. idled: right before it does.
 */
const MOMENTS = ["execute", "timer", "turn", "asleep", "woken", "idled"] as const;
type Moment = (typeof MOMENTS)[number];
/** So many of each kind are tried. */
const NTH = 3;

const EVENTS = {
  /** A device's interrupt. */
  interrupt: (world) => world.raise(),
  /** Timers that raise one: due, near, far; and one that is armed anew, farther away. */
  due: (world) => world.arm(-1000),
  near: (world) => world.arm(50_000),
  far: (world) => world.arm(7_000_000),
  later: (world) => {
    const timer = world.arm(2_000_000);
    timer.arm(world.clock.now() + 9_000_000);
  },
  request: (world) => {
    world.wanted++;
    world.loop.request(() => world.done++);
  },
  pause: (world) => {
    world.loop.stop();
    world.soon(() => world.loop.start());
  },
  hold: (world) => world.loop.hold(new Promise((resolve) => world.soon(resolve))),
  work: (world) => void world.work.track(new Promise<void>((resolve) => world.soon(resolve))),
  blocked: (world) => {
    world.blocked++;
    world.soon(() => {
      world.blocked--;
      world.loop.wake();
    });
  },
  /** The host gives the process no time. */
  late: (world) => {
    world.time += 300_000_000;
  },
} satisfies Record<string, (world: World) => void>;
type EventName = keyof typeof EVENTS;

interface Step {
  readonly moment: Moment;
  readonly nth: number;
  readonly event: EventName;
}

/** Turns after which a loop that gets nowhere is given up. */
const TURNS = 3000;

/** A CPU that waits for interrupts, executes a little for each and waits again; an instruction takes a nanosecond. */
class WaitingCpu implements Cpu {
  instructions = 0;
  halted = false;
  line = false;
  private stopping = false;

  /** @param execute is told how many are executed */
  constructor(private readonly execute: (count: number) => void) {}

  run(budget: number): CpuExit {
    for (let left = budget; left > 0; ) {
      if (this.stopping) {
        this.stopping = false;
        return "stop";
      }
      if (this.halted && !this.line) return "halt";
      this.halted = this.line = false;
      const count = Math.min(left, 500);
      this.instructions += count;
      left -= count;
      this.execute(count);
      this.halted = true;
    }
    return "budget";
  }

  stop(): void {
    this.stopping = true;
  }
  skip(count: number): void {
    this.instructions += count;
  }
  setInterrupt(_line: number, level: boolean): void {
    this.line = level;
  }
  reset(): void {}
}

/** The host. */
class World implements HostScheduler {
  time = 0;
  blocked = 0;
  wanted = 0;
  done = 0;
  stuck: string | undefined;
  readonly work = new HostWork();
  readonly clock: VirtualClock;
  readonly loop: RunLoop;
  private readonly counts = new Map<Moment, number>();
  private readonly pending: (() => void)[] = [];
  private readonly cpu = new WaitingCpu((count) => {
    this.time += count;
    this.at("execute");
  });
  private turns = 0;
  private over = false;
  private armed = 0;

  constructor(
    private readonly steps: readonly Step[],
    kind: "host" | "icount" | "icount, sleep=off",
  ) {
    const icount = kind !== "host" ? new InstructionTime(this.cpu, 0) : undefined;
    const steady = new SteadyTime(new HostTime(() => this.time));
    this.clock = new VirtualClock(icount ?? steady);
    this.loop = new RunLoop({
      cpu: this.cpu,
      clock: this.clock,
      scheduler: this,
      hostNow: () => this.time,
      work: this.work,
      blocked: () => this.blocked > 0,
      onIdle: (deadline) => {
        this.at("idled");
        steady.idled(deadline);
      },
      owed: () => steady.owed(),
      onShutdown: () => {},
      ...(icount ? { icount: { time: icount, sleep: kind === "icount" } } : {}),
    });
    this.arm(1_000_000);
  }

  /** What is wrong at the end; undefined: nothing. */
  async run(): Promise<string | undefined> {
    this.loop.start();
    await this.loop.run();
    if (this.stuck) return this.stuck;
    if (this.cpu.line) return "an interrupt was not taken";
    if (this.armed > 0) return `${this.armed} timers did not fire`;
    return this.done === this.wanted ? undefined : "a request was not served";
  }

  raise(): void {
    this.cpu.setInterrupt(0, true);
    this.loop.wake();
  }

  arm(after: number) {
    this.armed++;
    const timer = this.clock.timer(() => {
      this.armed--;
      this.at("timer");
      this.raise();
    });
    timer.arm(this.clock.now() + after);
    return timer;
  }

  /** Comes by itself, when the loop sleeps or some turns later. */
  soon(action: () => void): void {
    this.pending.push(action);
  }

  private at(moment: Moment): void {
    if (this.over) return;
    const nth = this.counts.get(moment) ?? 0;
    this.counts.set(moment, nth + 1);
    for (const step of this.steps) if (step.moment === moment && step.nth === nth) EVENTS[step.event](this);
  }

  private giveUp(why: string): void {
    this.stuck ??= why;
    this.over = true;
    this.loop.end();
  }

  async yield(): Promise<void> {
    this.time += 10_000;
    if (++this.turns > TURNS) this.giveUp("the loop gets nowhere");
    this.at("turn");
    if (this.turns % 3 === 0) this.pending.shift()?.();
  }

  sleep(milliseconds: number): HostSleep {
    if (++this.turns > TURNS) this.giveUp("the loop gets nowhere");
    let over = false;
    let resolve!: () => void;
    const done = new Promise<void>((settle) => {
      resolve = settle;
    });
    const wake = (): void => {
      over = true;
      resolve();
    };
    const ended = done.then(() => this.at("woken"));
    queueMicrotask(() => {
      if (!over) this.at("asleep");
      this.time += 20_000;
      // What comes by itself need not concern the loop.
      while (!over && this.pending.length > 0) this.pending.shift()!();
      // Promises of what came are settled before time passes.
      setImmediate(() => {
        if (!over) this.sleepOn(wake, milliseconds);
      });
    });
    return { done: ended, wake };
  }

  /** Nothing more comes by itself. */
  private sleepOn(wake: () => void, milliseconds: number): void {
    if (milliseconds !== Number.POSITIVE_INFINITY) {
      if (milliseconds > 20) this.giveUp(`sleeps for ${milliseconds} ms`);
      this.time += milliseconds * 1e6;
      wake();
    } else {
      // Either all is done, or it never will be.
      this.over = true;
      this.loop.end();
    }
  }
}

describe.each(["host", "icount", "icount, sleep=off"] as const)("by the time of: %s", (kind) => {
  const all: Step[] = MOMENTS.flatMap((moment) =>
    Array.from({ length: NTH }, (_, nth) =>
      (Object.keys(EVENTS) as EventName[]).map((event) => ({ moment, nth, event })),
    ).flat(),
  );

  it(`${all.length} events, and every two of them: none is slept through`, async () => {
    const wrong: string[] = [];
    const check = async (steps: readonly Step[]): Promise<void> => {
      const problem = await new World(steps, kind).run();
      if (problem && wrong.length < 10)
        wrong.push(`${steps.map(({ moment, nth, event }) => `${event} at ${moment} ${nth}`).join(", ")}: ${problem}`);
    };
    for (const [n, step] of all.entries()) {
      await check([step]);
      for (const other of all.slice(n)) await check([step, other]);
    }
    expect(wrong).toEqual([]);
  });
});
