import { describe, expect, it } from "vitest";
import { defaultConfig, type MachineConfig } from "../options/config.js";
import type { BoardState } from "./board.js";
import { ChardevHub } from "./chardev-hub.js";
import { HostTime, VirtualClock } from "./clock/clock.js";
import { HostWork } from "./clock/scheduler.js";
import { Machine } from "./machine.js";
import { RunLoop } from "./run-loop.js";
import { IdleCpu, TestHost } from "./testing.js";

/** What the board's reset gives, once the machine has begun. */
type Reset = () => Promise<void> | undefined;

function setup(change: Partial<MachineConfig> = {}, reset?: Reset) {
  const config = { ...defaultConfig(), ...change };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const host = new TestHost(settle);
  const cpu = new IdleCpu(host);
  const clock = new VirtualClock(new HostTime(() => host.time));
  const consoles = new ChardevHub([], host, { quit() {}, save: () => "" }, 1);
  const loop = new RunLoop({
    cpu,
    clock,
    scheduler: host.scheduler,
    hostNow: () => host.time,
    work: new HostWork(),
    onShutdown: () => machine.cpuShutdown("triple fault (here)"),
  });
  const machine: Machine = new Machine({ config, host, cpu, clock, loop, consoles });
  const log: string[] = [];
  machine.board = {
    devices: [],
    state(): BoardState {
      throw new Error("nothing to save");
    },
    reset: () => {
      log.push("reset");
      return log.length > 1 ? reset?.() : undefined;
    },
    powerButton: () => log.push("button"),
    wakeUp: () => log.push("wake"),
    close: async () => void log.push("close"),
  };
  machine.on("state", (state) => log.push(state));
  machine.on("exit", ({ status, reason }) => log.push(`exit ${status} ${reason}`));
  machine.on("reset", (cause) => log.push(`reset by ${cause}`));
  return { host, cpu, clock, machine, log, settle };
}

describe("Machine", () => {
  it("runs until the guest switches it off, then closes the board and ends with 0", async () => {
    const { machine, log, settle } = setup();
    const finished = machine.start();
    await settle();
    machine.powerOff();
    expect(await finished).toEqual({ status: 0, reason: "power-off" });
    expect(log).toEqual(["reset", "running", "close", "ended", "exit 0 power-off"]);
  });

  it("ends with the status of isa-debug-exit", async () => {
    const { machine } = setup();
    const finished = machine.start();
    machine.exit(33);
    expect(await finished).toEqual({ status: 33, reason: "debug-exit" });
  });

  it("stays, shut down, under -no-shutdown until it is reset or quit", async () => {
    const { machine, log, settle } = setup({ noShutdown: true });
    const finished = machine.start();
    machine.powerOff();
    await settle();
    expect(machine.state).toBe("shutdown");
    machine.resume();
    expect(machine.state).toBe("shutdown");
    machine.resetByUser();
    await settle();
    expect(machine.state).toBe("running");
    machine.quit(3);
    expect((await finished).status).toBe(3);
    expect(log).toEqual([
      "reset",
      "running",
      "shutdown",
      "reset",
      "reset by user",
      "running",
      "close",
      "ended",
      "exit 3 quit",
    ]);
  });

  it("sleeps until it is woken, by the power button too, or reset", async () => {
    const { machine, log, settle } = setup();
    const finished = machine.start();
    await settle();
    expect(machine.wakeUp()).toBe(false);
    for (const wake of [() => machine.wakeUp(), () => machine.powerDown(), () => machine.resetByUser()]) {
      machine.suspend();
      await settle();
      expect(machine.state).toBe("suspended");
      machine.resume();
      machine.pause();
      expect(machine.state).toBe("suspended");
      wake();
      await settle();
      expect(machine.state).toBe("running");
    }
    expect(log.filter((entry) => !/running|suspended/.test(entry))).toEqual([
      ...["reset", "wake", "wake", "reset", "reset by user"],
    ]);
    machine.quit();
    await finished;
  });

  it("resets on request, or ends under -no-reboot", async () => {
    const first = setup();
    const running = first.machine.start();
    first.machine.reset();
    await first.settle();
    expect(first.log).toEqual(["reset", "running", "reset", "reset by guest"]);
    first.machine.quit();
    await running;
    const second = setup({ noReboot: true });
    const finished = second.machine.start();
    second.machine.reset();
    expect(await finished).toEqual({ status: 0, reason: "reset" });
  });

  it("makes one reset of all that are asked for until it is done", async () => {
    const { machine, log, settle } = setup();
    const finished = machine.start();
    for (let n = 0; n < 500; n++) machine.resetByUser();
    machine.reset();
    await settle();
    expect(log).toEqual(["reset", "running", "reset", "reset by user"]);
    machine.resetByUser();
    await settle();
    expect(log.slice(4)).toEqual(["reset", "reset by user"]);
    machine.quit();
    await finished;
  });

  it("does not run while a reset takes its time, and ends meanwhile when it is to", async () => {
    let done!: () => void;
    const { machine, cpu, log, settle } = setup({}, () => new Promise((resolve) => (done = resolve)));
    cpu.halted = false;
    const finished = machine.start();
    await settle();
    machine.resetByUser();
    await settle();
    const { instructions } = cpu;
    machine.reset();
    for (let n = 0; n < 5; n++) await settle();
    expect([cpu.instructions, log.at(-1)]).toEqual([instructions, "reset"]);
    done();
    for (let n = 0; n < 3; n++) await settle();
    expect(log.at(-1)).toBe("reset by user");
    expect(cpu.instructions).toBeGreaterThan(instructions);
    machine.resetByUser();
    await settle();
    machine.quit(3);
    expect(await finished).toEqual({ status: 3, reason: "quit" });
    done();
    await settle();
    expect(log.filter((entry) => entry.startsWith("reset by"))).toEqual(["reset by user"]);
  });

  it("fails as its reset does", async () => {
    const { machine, settle } = setup({}, () => Promise.reject(new Error("no RAM there")));
    const finished = machine.start();
    await settle();
    machine.resetByUser();
    await expect(finished).rejects.toThrow("no RAM there");
  });

  it("resets after a triple fault and says so", async () => {
    const { machine, cpu, host, log, settle } = setup();
    cpu.shutdown = true;
    const finished = machine.start();
    await settle();
    await settle();
    expect(host.warnings).toEqual(["triple fault (here): the machine is reset"]);
    expect(log).toContain("reset by cpu-shutdown");
    machine.quit();
    await finished;
  });

  it("ends with 1 when the guest strays from memory", async () => {
    const { machine, host } = setup();
    const finished = machine.start();
    machine.strayed("0xfffff000");
    expect(await finished).toEqual({ status: 1, reason: "stray" });
    expect(host.warnings[0]).toContain("0xfffff000");
  });

  it("stops when a disk cannot go on, says so, and goes on at resume()", async () => {
    const { machine, cpu, host, log, settle } = setup();
    cpu.halted = false;
    const finished = machine.start();
    await settle();
    machine.stopForError("drive d: no room");
    machine.stopForError("drive d: no room");
    await settle();
    expect([machine.state, machine.pauseReason]).toEqual(["paused", "io-error"]);
    expect(host.warnings).toEqual([
      'drive d: no room; the machine is stopped, and "cont" in the monitor (resume() of the API) tries again',
    ]);
    machine.resume();
    await settle();
    machine.pause();
    expect([machine.state, machine.pauseReason]).toEqual(["paused", "user"]);
    machine.quit();
    await finished;
    expect(log.filter((line) => !line.includes("re"))).toEqual([
      "running",
      "paused",
      "running",
      "paused",
      "close",
      "ended",
      "exit 0 quit",
    ]);
  });

  it("gives the consoles back when the disks cannot be kept", async () => {
    const { machine } = setup();
    machine.board = { ...machine.board, close: () => Promise.reject(new Error("no")) };
    let closed = 0;
    machine.consoles.close = async () => void closed++;
    const finished = machine.start();
    machine.quit();
    await expect(finished).rejects.toThrow("no");
    expect([closed, machine.state]).toEqual([1, "ended"]);
  });

  it("waits for resume() under -S, pauses, and lets no time pass meanwhile", async () => {
    const { machine, cpu, clock, host, settle } = setup({ startPaused: true });
    cpu.halted = false;
    const finished = machine.start();
    await settle();
    expect([machine.state, cpu.instructions]).toEqual(["prelaunch", 0]);
    machine.resume();
    await settle();
    machine.pause();
    await settle();
    const executed = cpu.instructions;
    expect(executed).toBeGreaterThan(0);
    host.time += 1e9;
    expect(clock.now()).toBe(executed * 10);
    await settle();
    expect(cpu.instructions).toBe(executed);
    machine.quit();
    await finished;
  });

  it("pushes the power button between two instructions", async () => {
    const { machine, log, settle } = setup();
    const finished = machine.start();
    machine.powerDown();
    await settle();
    expect(log).toContain("button");
    machine.quit();
    await finished;
  });

  it("can be quit before it was started", async () => {
    const { machine } = setup();
    machine.quit(1);
    expect(await machine.finished).toEqual({ status: 1, reason: "quit" });
  });
});

describe("saveState()", () => {
  const STATE: BoardState = {
    header: { format: 1, engine: "0.1.0", machine: "m", cpu: "c", options: {} },
    parts: [],
    ram: new Uint8Array(8192).fill(1, 4096),
    quiet: async () => {},
    unsaved: () => undefined,
    ramLoaded() {},
  };
  const withState = (state: Partial<BoardState> = {}) => {
    const made = setup();
    made.machine.board.state = () => ({ ...STATE, ...state });
    return made;
  };
  const refusal = (code: string, reason: string) => ({ code, message: `The state cannot be saved: ${reason}` });
  const ENDED = refusal("ERR_ENDED", "the machine has ended");

  it("gives everything, and the machine goes on", async () => {
    const { machine } = withState();
    const finished = machine.start();
    const { sections, ram } = await machine.saveState();
    expect(sections).toEqual([{ id: "machine", version: 1, state: { state: "running", reason: "user" } }]);
    expect([ram.size, [...ram.numbers], ram.bytes.length]).toEqual([8192, [1], 4096]);
    expect(machine.state).toBe("running");
    machine.pause();
    expect((await machine.saveState()).sections[0]!.state).toEqual({ state: "paused", reason: "user" });
    machine.quit();
    await finished;
  });

  it("says why it cannot be, and the machine goes on", async () => {
    const { machine } = withState({ unsaved: () => "a disk is stuck" });
    const finished = machine.start();
    await expect(machine.saveState()).rejects.toMatchObject(refusal("ERR_STATE", "a disk is stuck"));
    expect(machine.state).toBe("running");
    machine.quit();
    await finished;
  });

  it("is refused before the start and after the end", async () => {
    const { machine } = withState();
    await expect(machine.saveState()).rejects.toMatchObject(refusal("ERR_STATE", "the machine has not been started"));
    const finished = machine.start();
    machine.quit();
    await expect(machine.saveState()).rejects.toMatchObject(ENDED);
    await finished;
    await expect(machine.saveState()).rejects.toMatchObject(ENDED);
  });

  it("settles when the machine ends during it, though its disks never do", async () => {
    const { machine, settle } = withState({ quiet: () => new Promise(() => {}) });
    const finished = machine.start();
    const saved = machine.saveState();
    await settle();
    machine.quit();
    await expect(saved).rejects.toMatchObject(ENDED);
    await finished;
  });

  it("gives no half of a machine whose disks are closed meanwhile", async () => {
    let quiet = (): void => {};
    const { machine, settle } = withState({ quiet: () => new Promise((resolve) => (quiet = resolve)) });
    const finished = machine.start();
    const saved = machine.saveState();
    await settle();
    machine.quit();
    quiet();
    await expect(saved).rejects.toMatchObject(ENDED);
    await finished;
  });

  it("settles when the machine fails", async () => {
    const { machine, settle } = withState({ quiet: () => new Promise(() => {}) });
    const finished = machine.start();
    const saved = machine.saveState();
    await settle();
    machine.request(() => {
      throw new Error("broken");
    });
    await expect(saved).rejects.toMatchObject(ENDED);
    await expect(finished).rejects.toThrow("broken");
  });
});
