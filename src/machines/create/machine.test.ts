import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../../block/backends/memory.js";
import { ChardevHub } from "../../machine/chardev-hub.js";
import { HostTime, VirtualClock } from "../../machine/clock/clock.js";
import { HostWork } from "../../machine/clock/scheduler.js";
import type { EngineCpu } from "../../machine/cpu.js";
import type { Drive } from "../../machine/drives.js";
import { RunLoop } from "../../machine/run-loop.js";
import { IdleCpu, TestHost } from "../../machine/testing.js";
import { defaultConfig } from "../../options/config.js";
import type { Mainboard } from "../registry/model.js";
import { ModelledMachine, type ModelledParts, type Wired } from "./machine.js";

/** A machine of a CPU that waits, one disk and one device. */
function setup() {
  const log: string[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const host = new TestHost(turn);
  const cpu = new IdleCpu(host) as unknown as EngineCpu;
  const clock = new VirtualClock(new HostTime(() => host.time));
  const loop = new RunLoop({
    ...{ cpu, clock, scheduler: host.scheduler, hostNow: () => host.time, work: new HostWork() },
    onShutdown() {},
  });
  const backend = new MemoryBackend(new Uint8Array(512));
  backend.flush = async () => void log.push("flush");
  backend.close = async () => void log.push("close");
  const lift = (): void => void log.push("lift");
  const drives = new Map([["d", { config: { id: "d" }, backend, lift } as unknown as Drive]]);
  const config = defaultConfig();
  const consoles = new ChardevHub([], host, { quit() {}, save: () => "" }, 1);
  const network = { hold() {}, close: async () => {} };
  const own = { drives, network, folders: new Map(), boot: { start() {} }, loaded() {}, model: {} };
  const parts = { config, host, cpu, clock, loop, consoles, ...own };
  const machine = new ModelledMachine(parts as unknown as ModelledParts<EngineCpu, Mainboard>);
  let done = (): void => {};
  const idle = new Promise<void>((resolve) => {
    done = resolve;
  });
  const device = { inFlight: { idle: () => idle, resumed: () => log.push("resumed") } };
  const mainboard = { devices: [], sockets: {}, reset() {} };
  machine.wire({ mainboard, plugged: [{ device }] } as unknown as Wired<Mainboard>);
  return { machine, log, turn, done: () => done() };
}

describe("ModelledMachine", () => {
  it.each(["powerOff", "quit"] as const)(
    "at %s lifts limits, awaits what devices do, then flushes and closes disks",
    async (end) => {
      const { machine, log, turn, done } = setup();
      const finished = machine.start();
      await turn();
      log.length = 0;
      machine[end]();
      for (let k = 0; k < 5; k++) await turn();
      expect(log).toEqual(["lift"]);
      expect(machine.saving).toBeDefined();
      done();
      await finished;
      expect(log).toEqual(["lift", "flush", "close"]);
      expect(machine.saving).toBeUndefined();
    },
  );

  it("tells devices when it goes on", async () => {
    const { machine, log, turn, done } = setup();
    const finished = machine.start();
    machine.stopForError("drive d: no room");
    await turn();
    expect(machine.state).toBe("paused");
    machine.resume();
    expect(log).toEqual(["resumed", "resumed"]);
    done();
    machine.quit();
    await finished;
  });
});
