// Kernels test at their start that a timer interrupts: Linux waits for 160,000,000 counts of the TSC at 250 Hz, and panics when fewer
// than five interrupts came (check_timer of its io_apic.c). A host that gives the machine little time, at bad moments, must not be
// taken for a timer that is not connected. Run loop, virtual time and timers are the machine's; host and CPU are the test's.

import { expect, test } from "vitest";
import { caseSeed, Random } from "../../../testing/random.js";
import { TSC_HZ } from "../../arch/x86/tuning.js";
import { FakeLine, FakeLines } from "../../devices/testing.js";
import { Hpet } from "../../devices/timer/hpet/hpet.js";
import { Pit8254 } from "../../devices/timer/pit8254/pit8254.js";
import { HostTime, VirtualClock } from "../../machine/clock/clock.js";
import { type HostScheduler, type HostSleep, HostWork } from "../../machine/clock/scheduler.js";
import { SteadyTime } from "../../machine/clock/steady-time.js";
import type { Cpu, CpuExit } from "../../machine/cpu.js";
import { RunLoop } from "../../machine/run-loop.js";
import { TIME_LOOK_NS } from "../../tuning/engine.js";
import { STEADY_SLEEP_NS, STEADY_STEP_NS } from "../../tuning/host.js";

const HZ = 250;
const WAIT_NS = (40e9 / HZ / TSC_HZ) * 1e9;
const ENOUGH = 5;
/** Linux tries four ways in a row. */
const TRIES = 4;

/** Gives the machine `turns` nanoseconds of its processor, then none for `away`, wherever the machine is at that moment. */
class BusyHost implements HostScheduler {
  private time = 0;
  private used = 0;

  constructor(
    private readonly turns: () => number,
    private readonly away: () => number,
    private left = turns(),
  ) {}

  work(nanoseconds: number): void {
    this.time += nanoseconds;
    this.used += nanoseconds;
    if (this.used < this.left) return;
    this.used = 0;
    this.left = this.turns();
    this.time += this.away();
  }

  now(): number {
    this.work(200);
    return this.time;
  }

  async yield(): Promise<void> {
    this.work(20_000);
  }

  sleep(milliseconds: number): HostSleep {
    this.work(milliseconds * 1e6);
    return { done: Promise.resolve(), wake() {} };
  }
}

const TIMERS: Record<string, (clock: VirtualClock) => FakeLine> = {
  hpet(clock) {
    const lines = new FakeLines(24);
    const hpet = new Hpet({ clock, lines: lines.lines, legacy: () => {} });
    const count = 1e8 / HZ;
    // As Linux does: periodic, 32 bits, the comparator and then the period.
    hpet.write(0x100, 4, 0x14c | (2 << 9));
    hpet.write(0x108, 4, count);
    hpet.write(0x108, 4, count);
    hpet.write(0x10, 4, 1);
    return lines.at(2);
  },
  pit(clock) {
    const line = new FakeLine();
    const pit = new Pit8254(clock, line);
    const count = Math.round(1193182 / HZ);
    pit.write(3, 1, 0x34);
    pit.write(0, 1, count & 0xff);
    pit.write(0, 1, count >> 8);
    return line;
  },
};

/** Interrupts of each try; one that is raised again before the CPU took it is lost, as an edge is. */
async function tries(timer: keyof typeof TIMERS, host: BusyHost): Promise<number[]> {
  const clock = new VirtualClock(new SteadyTime(new HostTime(() => host.now())));
  const line = TIMERS[timer]!(clock);
  const counts: number[] = [];
  let stopping = false;
  let taken = 0;
  let begin: number | undefined;
  const cpu: Cpu = {
    instructions: 0,
    halted: false,
    run(budget): CpuExit {
      if (line.rises > 0) taken++;
      line.rises = 0;
      for (let left = budget; left > 0 && !stopping; left -= 1000) {
        host.work(TIME_LOOK_NS);
        loop.poll();
        // RDTSC, as core does it: it asks the host.
        const now = clock.now();
        begin ??= now;
        if (taken >= ENOUGH || now - begin >= WAIT_NS) {
          counts.push(taken);
          taken = 0;
          begin = undefined;
        }
        if (counts.length === TRIES) loop.end();
        Object.assign(cpu, { instructions: cpu.instructions + 1000 });
      }
      const exit = stopping ? "stop" : "budget";
      stopping = false;
      return exit;
    },
    stop: () => {
      stopping = true;
    },
    skip() {},
    setInterrupt() {},
    reset() {},
  };
  const loop = new RunLoop({
    cpu,
    clock,
    scheduler: host,
    hostNow: () => host.now(),
    work: new HostWork(),
    onShutdown: () => {},
  });
  loop.start();
  await loop.run();
  return counts.slice(0, TRIES);
}

test.each(Object.keys(TIMERS))("a host that is held up does not hide the interrupts of the %s", async (timer) => {
  const seed = Number(process.env.HELD_UP_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`held up: seed ${seed}`);
  for (let n = 0; n < 300; n++) {
    const random = new Random(caseSeed(seed, n));
    // A turn as a scheduler gives it, down to one of its shortest; and all others' turns, however many they are.
    const turn = random.pick([100_000, 750_000, 3_000_000, 10_000_000]);
    const away = random.pick([5e6, 21e6, 60e6, 120e6, 1e9, 60e9]);
    const share = (of: number) => of * (0.5 + random.below(1000) / 1000);
    const host = new BusyHost(
      () => share(turn),
      () => share(away),
    );
    const counts = await tries(timer, host);
    expect(Math.min(...counts), `case ${n}: turns of ${turn} ns, ${away} ns away, interrupts ${counts}`).toBe(ENOUGH);
  }
});

test("a guest that sleeps is not late for its watchdog by a host that was stopped, and its clock is right again soon", async () => {
  // Linux looks at each tick for a CPU that did not get to its watchdog for 20 s.
  const STOPPED = 26e9;
  const SECONDS = 75;
  const STOPS = 2;
  let stops = STOPS;
  const host = new BusyHost(
    () => 10e9,
    () => (stops-- > 0 ? STOPPED : 0),
  );
  const steady = new SteadyTime(new HostTime(() => host.now()));
  const clock = new VirtualClock(steady);
  const line = TIMERS.hpet!(clock);
  const ticks: number[] = [];
  const loop = new RunLoop({
    cpu: {
      instructions: 0,
      halted: true,
      run(): CpuExit {
        host.work(50_000);
        if (line.rises > 0) ticks.push(clock.now());
        line.rises = 0;
        if (clock.now() >= SECONDS * 1e9) loop.end();
        return "halt";
      },
      stop() {},
      skip() {},
      setInterrupt() {},
      reset() {},
    },
    clock,
    scheduler: host,
    hostNow: () => host.now(),
    work: new HostWork(),
    onIdle: (deadline) => steady.idled(deadline),
    owed: () => steady.owed(),
    onShutdown: () => {},
  });
  loop.start();
  await loop.run();
  const gaps = ticks.slice(1).map((at, n) => at - ticks[n]!);
  expect(stops).toBeLessThanOrEqual(0);
  expect(Math.max(...gaps)).toBeLessThan(STEADY_SLEEP_NS + STEADY_STEP_NS + 5e6);
  expect(steady.owed()).toBe(0);
});
