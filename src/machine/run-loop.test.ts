import { describe, expect, it } from "vitest";
import { HostTime, InstructionTime, VirtualClock } from "./clock/clock.js";
import { type HostScheduler, HostWork } from "./clock/scheduler.js";
import type { Cpu, CpuExit } from "./cpu.js";
import { RunLoop } from "./run-loop.js";

/** A host whose clock moves only by execution and sleep. */
class FakeHost implements HostScheduler {
  time = 0;
  slept: number[] = [];
  /** Called at each turn of the event loop. */
  onYield = (): void => {};

  async yield(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.onYield();
  }

  sleep(milliseconds: number) {
    let wake = (): void => {};
    const done = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.slept.push(milliseconds);
    if (milliseconds !== Number.POSITIVE_INFINITY) {
      setImmediate(() => {
        this.time += milliseconds * 1e6;
        wake();
      });
    } else setImmediate(() => this.onYield());
    return { done, wake };
  }
}

/** One instruction takes 10 ns of the host; the guest halts where `haltAt` says and goes on when its line is raised. */
class FakeCpu implements Cpu {
  instructions = 0;
  halted = false;
  haltAt: number[] = [];
  line = false;
  runs: number[] = [];
  shutdownAt = Number.POSITIVE_INFINITY;
  private stopping = false;
  /** Called at each instruction count a run begins with. */
  onRun = (_budget: number): void => {};

  constructor(private readonly host: FakeHost) {}

  run(budget: number): CpuExit {
    this.runs.push(budget);
    this.onRun(budget);
    if (this.stopping) {
      this.stopping = false;
      return "stop";
    }
    if (this.halted && this.line) {
      this.halted = false;
      this.line = false;
    }
    if (this.halted) return "halt";
    if (this.slow) return this.runSlowly(budget);
    const next = this.haltAt[0] ?? Number.POSITIVE_INFINITY;
    const count = Math.min(budget, next - this.instructions, this.shutdownAt - this.instructions);
    this.instructions += count;
    this.host.time += count * 10;
    if (this.instructions === this.shutdownAt) return "shutdown";
    if (this.instructions === next) {
      this.haltAt.shift();
      this.halted = true;
      return "halt";
    }
    return "budget";
  }

  /** Set: 10 microseconds an instruction, each of which looks at the clock. */
  slow: (() => void) | undefined;

  private runSlowly(budget: number): CpuExit {
    for (let i = 0; i < budget && !this.stopping; i++) {
      this.instructions++;
      this.host.time += 10_000;
      this.slow?.();
    }
    this.stopping = false;
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

function setup(icountSleep?: boolean) {
  const host = new FakeHost();
  const cpu = new FakeCpu(host);
  const work = new HostWork();
  const time = icountSleep === undefined ? new HostTime(() => host.time) : new InstructionTime(cpu, 0);
  const clock = new VirtualClock(time);
  const shutdowns: number[] = [];
  const loop = new RunLoop({
    cpu,
    clock,
    scheduler: host,
    hostNow: () => host.time,
    work,
    onShutdown: () => {
      shutdowns.push(cpu.instructions);
      loop.end();
    },
    ...(time instanceof InstructionTime ? { icount: { time, sleep: icountSleep! } } : {}),
  });
  return { host, cpu, work, clock, loop, shutdowns };
}

describe("RunLoop", () => {
  it("sleeps through a halt until the next timer, which wakes the guest", async () => {
    const { host, cpu, clock, loop } = setup();
    cpu.haltAt = [1000];
    const timer = clock.timer(() => {
      cpu.setInterrupt(0, true);
      loop.wake();
      loop.request(() => loop.end());
    });
    timer.arm(50e6);
    loop.start();
    await loop.run();
    expect(host.slept).toHaveLength(1);
    expect(host.slept[0]).toBeCloseTo(49.99, 1);
    expect(cpu.instructions).toBe(1000);
  });

  it("wakes from an endless sleep when a device raises its line", async () => {
    const { host, cpu, loop } = setup();
    cpu.haltAt = [100, 200];
    host.onYield = () => {
      if (cpu.instructions === 200) return loop.end();
      cpu.setInterrupt(0, true);
      loop.wake();
    };
    loop.start();
    await loop.run();
    expect(cpu.instructions).toBe(200);
    expect(host.slept).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it("serves the host every few milliseconds", async () => {
    const { host, cpu, loop } = setup();
    let turns = 0;
    host.onYield = () => {
      if (++turns === 5) loop.end();
    };
    loop.start();
    await loop.run();
    expect(host.time).toBeGreaterThan(15e6);
    expect(host.time).toBeLessThan(40e6);
    expect(cpu.runs.length).toBeLessThan(40);
  });

  it("executes nothing and lets no time pass while stopped", async () => {
    const { host, cpu, clock, loop } = setup();
    let turns = 0;
    host.onYield = () => {
      turns++;
      if (turns === 1) loop.stop();
      if (turns === 2) {
        host.time += 1e9;
        loop.start();
      }
      if (turns === 3) loop.end();
    };
    loop.start();
    const finished = loop.run();
    await finished;
    expect(clock.now()).toBe(cpu.instructions * 10);
  });

  it("fires timers at exact instruction counts under -icount", async () => {
    const { cpu, clock, loop } = setup(false);
    const fired: number[] = [];
    const timer = clock.timer(() => {
      fired.push(cpu.instructions);
      if (fired.length === 4) loop.request(() => loop.end());
      else timer.arm(fired.length * 777 + 777);
    });
    timer.arm(777);
    loop.start();
    await loop.run();
    expect(fired).toEqual([777, 1554, 2331, 3108]);
  });

  it("skips idle time under sleep=off and sleeps it under sleep=on, to the same instruction", async () => {
    for (const sleep of [false, true]) {
      const { host, cpu, clock, loop } = setup(sleep);
      cpu.haltAt = [500];
      clock.timer(() => loop.request(() => loop.end())).arm(5_000_000);
      loop.start();
      await loop.run();
      expect(cpu.instructions).toBe(5_000_000);
      expect(host.slept.length).toBe(sleep ? 1 : 0);
    }
  });

  it("waits for the host's work before going on under -icount", async () => {
    const { host, cpu, work, loop } = setup(false);
    let finish = (): void => {};
    cpu.onRun = () => {
      if (cpu.runs.length !== 2) return;
      work.track(
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      );
    };
    const counts: number[] = [];
    host.onYield = () => {
      counts.push(cpu.instructions);
      if (work.busy) setImmediate(finish);
      else if (counts.length > 4) loop.end();
    };
    loop.start();
    await loop.run();
    expect(counts.length).toBeGreaterThan(4);
    const waiting = host.slept.filter((ms) => ms === Number.POSITIVE_INFINITY);
    expect(waiting).toHaveLength(1);
  });

  it("tells of a triple fault", async () => {
    const { cpu, loop, shutdowns } = setup();
    cpu.shutdownAt = 4321;
    loop.start();
    await loop.run();
    expect(shutdowns).toEqual([4321]);
  });

  it("fires in time though instructions turn out to be slow", async () => {
    const { host, cpu, clock, loop } = setup();
    const late: number[] = [];
    const timer = clock.timer(() => {
      late.push(clock.now() - due);
      if (late.length === 3) cpu.slow = () => loop.poll();
      if (late.length === 10) loop.request(() => loop.end());
      else arm();
    });
    let due = 0;
    const arm = (): void => {
      due = clock.now() + 2_000_000;
      timer.arm(due);
    };
    arm();
    loop.start();
    await loop.run();
    expect(Math.max(...late.slice(3))).toBeLessThan(50_000);
    expect(host.time).toBeLessThan(22_000_000);
  });

  it("shortens the run when a device arms an earlier timer", async () => {
    const { cpu, clock, loop } = setup(false);
    const late = clock.timer(() => {});
    late.arm(1e6);
    const early = clock.timer(() => {
      expect(cpu.instructions).toBe(40);
      loop.request(() => loop.end());
    });
    cpu.onRun = () => {
      if (cpu.runs.length === 1) early.arm(40);
    };
    loop.start();
    await loop.run();
    expect(cpu.runs[1]).toBe(40);
  });
});
