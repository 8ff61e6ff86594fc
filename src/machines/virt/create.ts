// Puts a `virt` together around a CPU that it is given: bus, clocks, board, devices, consoles.

import { DEVICES } from "../../devices/devices.js";
import type { DeviceRegistry } from "../../devices/registry/registry.js";
import type { Engine } from "../../engine/engine.js";
import type { RamRange } from "../../engine/physical.js";
import { Bus } from "../../machine/bus.js";
import { ChardevHub, nullChardev } from "../../machine/chardev-hub.js";
import { HostTime, InstructionTime, type TimeSource, VirtualClock } from "../../machine/clock/clock.js";
import { HostWork } from "../../machine/clock/scheduler.js";
import { SteadyTime } from "../../machine/clock/steady-time.js";
import type { Cpu, CpuHooks } from "../../machine/cpu.js";
import { closeDrives, openDrives } from "../../machine/drives.js";
import { RandomNumbers, seededEntropy } from "../../machine/entropy.js";
import { EngineGuestMemory } from "../../machine/guest-memory.js";
import type { MachineHost } from "../../machine/host.js";
import { MachineLog } from "../../machine/log.js";
import { type BoardState, Machine } from "../../machine/machine.js";
import { loadDevices } from "../../machine/plug.js";
import { RunLoop } from "../../machine/run-loop.js";
import type { MachineConfig } from "../../options/config.js";
import { VirtBoard } from "./board.js";
import { virtRam } from "./memory.js";

export interface VirtCpu extends Cpu {
  readonly engine: Engine;
}

export interface VirtOptions {
  readonly devices?: DeviceRegistry;
  /** The CPU; its line 0 is the interrupt controller's. */
  makeCpu(ram: readonly RamRange[], hooks: CpuHooks): VirtCpu;
  /** After each reset: brings what is to run to memory, and the CPU to its beginning. */
  boot(cpu: VirtCpu, memory: EngineGuestMemory): void;
}

const LINE = 0;

/** Rejects with MachineError (one sentence) when something the configuration names cannot be had. */
export async function createVirt(config: MachineConfig, host: MachineHost, options: VirtOptions): Promise<Machine> {
  const log = new MachineLog(config.log.items, (line) => host.log(line));
  const entropy = config.seed !== undefined || config.icount ? seededEntropy(config.seed ?? 0) : host.entropy;
  const bus = new Bus(log, () => host.monotonic());
  const cpu = options.makeCpu(virtRam(config.ramSize), {
    mmioRead: (address, size) => bus.read(bus.memory, address, size),
    mmioWrite: (address, size, value) => bus.write(bus.memory, address, size, value),
    now: () => bus.now(),
    random: new RandomNumbers(entropy).next,
  });
  const memory = new EngineGuestMemory(cpu.engine);
  const steady = new SteadyTime(new HostTime(bus.hostNow));
  const counted = config.icount ? new InstructionTime(cpu, config.icount.shift) : undefined;
  const time: TimeSource = counted ?? steady;
  const clock = new VirtualClock(time);
  const work = new HostWork();
  const loop: RunLoop = new RunLoop({
    ...{ cpu, clock, work, scheduler: host.scheduler, hostNow: bus.hostNow },
    onIdle: () => steady.idled(),
    onShutdown: () => machine.cpuShutdown("the CPU gave up"),
    ...(config.icount && counted ? { icount: { time: counted, sleep: config.icount.sleep } } : {}),
  });
  cpu.engine.poll = () => loop.poll();
  bus.attach({ clock, time, poll: () => loop.poll() });

  const wanted = [...config.devices.map((device) => ({ config: device, counted: true })), ...disks(config)];
  const devices = await loadDevices(options.devices ?? DEVICES, wanted);
  const drives = await openDrives(config.drives, host, work);
  const commands = { quit: () => machine.quit(), save: () => "disks of -snapshot are not saved" };
  const consoles = new ChardevHub(config.chardevs, host, commands, config.escapeChar);
  const machine = new Machine({ config, host, cpu, clock, loop, consoles });
  const [console] = config.serial;
  const board = new VirtBoard({
    ...{ bus, clock },
    interrupt: {
      set(level) {
        cpu.setInterrupt(LINE, level);
        if (level) loop.wake();
      },
    },
    console: {
      backend: (console === undefined ? undefined : consoles.port(console)) ?? nullChardev(),
      piped: console !== undefined && consoles.isPiped(console),
    },
    resetCpu: () => cpu.reset(),
  });
  board.addDevices(devices, { memory, clock, log, control: machine, drives, consoles, entropy });
  machine.board = {
    devices: board.devices,
    state: noState,
    reset() {
      board.reset();
      options.boot(cpu, memory);
    },
    wakeUp() {},
    powerButton: () => machine.warn("the machine has no power button"),
    async close() {
      await Promise.all(board.devices.map((device) => device.idle?.()));
      await closeDrives(drives.values());
    },
  };
  machine.on("state", (state) => {
    if (state === "running") for (const device of board.devices) device.resumed?.();
  });
  return machine;
}

function disks({ drives }: MachineConfig) {
  return drives
    .filter((drive) => drive.interface === "virtio")
    .map(({ id }) => ({ config: { driver: "virtio-blk-device", properties: { drive: id } }, counted: true }));
}

function noState(): BoardState {
  throw new Error("the state of a virt cannot be saved yet");
}
