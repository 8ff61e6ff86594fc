// Puts a `pc` together: engine, clock, board, disks, consoles, and what it boots.

import { X86 } from "../../arch/x86/arch.js";
import { X86Cpu, type X86Hooks } from "../../arch/x86/cpu.js";
import { type X86CpuModel, x86Translation } from "../../arch/x86/guest.js";
import { DEVICES } from "../../devices/devices.js";
import type { Engine } from "../../engine/engine.js";
import { TooMuchRam } from "../../engine/memory.js";
import { stateReader } from "../../engine/state-reader.js";
import * as L from "../../layout/layout.js";
import { Bus } from "../../machine/bus.js";
import { ChardevHub } from "../../machine/chardev-hub.js";
import { HostTime, InstructionTime, type TimeSource, VirtualClock } from "../../machine/clock/clock.js";
import { HostWork } from "../../machine/clock/scheduler.js";
import { SteadyTime } from "../../machine/clock/steady-time.js";
import { createWallClock } from "../../machine/clock/wall-clock.js";
import { coreLog, translationLog } from "../../machine/debug-log.js";
import { openDrives } from "../../machine/drives.js";
import { RandomNumbers, seededEntropy } from "../../machine/entropy.js";
import { EngineGuestMemory } from "../../machine/guest-memory.js";
import { MachineError, type MachineHost } from "../../machine/host.js";
import { MachineLog } from "../../machine/log.js";
import { loadDevices } from "../../machine/plug.js";
import { type RegionHelperPort, regionHelper } from "../../machine/region-helper.js";
import { RunLoop } from "../../machine/run-loop.js";
import type { MachineConfig } from "../../options/config.js";
import { RegionTier } from "../../tier1/tier1.js";
import { TB_SIZE_MIB } from "../../tuning/engine.js";
import type { EngineParts } from "../registry/registry.js";
import { PcBoard } from "./board.js";
import { prepareBoot } from "./boot.js";
import { addDevices, pcDevices } from "./devices.js";
import { createGuestCalls } from "./guest-calls.js";
import { PcMachine } from "./machine.js";
import { pcRam } from "./memory.js";
import { pcTarget } from "./monitor-target.js";
import { pcOptions } from "./options.js";

/** Rejects with MachineError (one sentence) when something the configuration names cannot be had. */
export async function createPc(config: MachineConfig, host: MachineHost, parts: EngineParts): Promise<PcMachine> {
  const log = new MachineLog(config.log.items, (line) => host.log(line));
  const entropy = config.seed !== undefined || config.icount ? seededEntropy(config.seed ?? 0) : host.entropy;
  const random = new RandomNumbers(entropy);
  const work = new HostWork();
  const { frontend, model, missing } = x86Translation(config.cpu);
  for (const feature of missing) host.warn(`-cpu: the emulator has no feature '${feature}'; the guest does not see it`);

  // The CPU's hooks reach the board, which needs the CPU: neither runs before both are there.
  let board!: PcBoard;
  let guestCall!: (what: number, value: bigint) => bigint;
  let loop!: RunLoop;
  const bus = new Bus(log, () => host.monotonic());
  const hooks: X86Hooks = {
    mmioRead: (address, size) => bus.read(bus.memory, address, size),
    mmioWrite: (address, size, value) => bus.write(bus.memory, address, size, value),
    portRead: (port, size) => bus.read(bus.ports, port, size),
    portWrite: (port, size, value) => bus.write(bus.ports, port, size, value),
    now: () => bus.now(),
    acknowledge: () => board.lapic.acknowledge(),
    random: random.next,
    guestCall: (what, value) => guestCall(what, value),
  };
  const registers = (): string => X86.registersText(stateReader(cpu.engine.core, cpu.vcpu));
  let helper: RegionHelperPort | undefined;
  const regionTier = (engine: Engine): RegionTier => {
    helper = host.startRegionHelper?.();
    return new RegionTier(engine, {
      codeBytes: (config.accel.tbSizeMiB ?? TB_SIZE_MIB) << 20,
      now: () => host.monotonic(),
      hotBlock: host.hotBlock,
      ...(helper ? { helper: regionHelper(helper, config) } : {}),
    });
  };
  const cpu = createCpu();
  function createCpu(): X86Cpu {
    const { ramSize, icount, accel } = config;
    try {
      return new X86Cpu({
        module: parts.module,
        shared: parts.shared ?? false,
        frontend,
        cpuid: model,
        hooks,
        ram: pcRam(ramSize, pcOptions(config)["max-ram-below-4g"]),
        oneInsn: accel.oneInsnPerTb,
        ...(icount ? { icountShift: icount.shift } : {}),
        tier1: parts.tier1 ?? regionTier,
        ...(log.wants("in_asm") || log.wants("op") ? { onTranslate: translationLog(log, frontend) } : {}),
        onLog: coreLog(
          log,
          X86,
          () => registers(),
          (message) => host.warn(message),
        ),
      });
    } catch (error) {
      throw error instanceof RangeError
        ? new MachineError(noMemory(ramSize, error), { code: "ERR_MEMORY", cause: error })
        : error;
    }
  }
  if (log.wants("int")) cpu.engine.memory.setEngine(L.E_LOG, 1);

  const memory = new EngineGuestMemory(cpu.engine);
  const icountTime = config.icount ? new InstructionTime(cpu, config.icount.shift) : undefined;
  const steady = new SteadyTime(new HostTime(bus.hostNow));
  const time: TimeSource = icountTime ?? steady;
  const clock = new VirtualClock(time);
  bus.attach({ clock, time, poll: () => loop.poll() });
  const wall = createWallClock(config.rtc, host, clock, icountTime ? undefined : () => steady.owed());

  const drives = await openDrives(config.drives, host, work).catch((error: unknown) => {
    helper?.close();
    throw error;
  });
  let consoles: ChardevHub | undefined;
  try {
    const devices = await loadDevices(parts.devices ?? DEVICES, pcDevices(config));
    const boot = await prepareBoot(config, host, memory, cpu, entropy);
    for (const note of config.notes) host.warn(note);
    // Last, because it takes the user's terminal.
    consoles = new ChardevHub(
      config.chardevs,
      host,
      { quit: () => machine.quit(), save: () => "disks of -snapshot are not saved" },
      config.escapeChar,
    );
    loop = new RunLoop({
      cpu,
      clock,
      scheduler: host.scheduler,
      hostNow: bus.hostNow,
      onIdle: () => steady.idled(),
      work,
      blocked: () => host.output?.closed ?? false,
      awaiting: () => cpu.engine.tier1?.awaiting ?? false,
      onShutdown: () =>
        cpu.strayed
          ? machine.strayed(hexAddress(cpu))
          : machine.cpuShutdown(X86.shutdownText(stateReader(cpu.engine.core, cpu.vcpu))),
      ...(config.icount && icountTime ? { icount: { time: icountTime, sleep: config.icount.sleep } } : {}),
    });
    cpu.engine.poll = () => loop.poll();
    if (host.output) host.output.onRoom = () => loop.wake();
    const machine: PcMachine = new PcMachine(
      { config, host, cpu, clock, loop, consoles },
      {
        memory,
        drives,
        log,
        boot,
        registers,
        target: pcTarget,
        parts: [["clock", time], ["wall clock", wall], ["random numbers", random], ...consoles.parts],
      },
    );
    board = new PcBoard({
      config,
      cpuIdentity: identity(model),
      cpu,
      bus,
      memory,
      clock,
      wall,
      log,
      control: machine,
      wake: () => loop.wake(),
    });
    guestCall = createGuestCalls({ lapic: board.lapic, ferr: board.ferr, reset: () => machine.reset() });
    addDevices(board, devices, { memory, clock, log, control: machine, drives, consoles, entropy });
    machine.setBoard(board);
    const ended = (): void => helper?.close();
    machine.finished.then(ended, ended);
    return machine;
  } catch (error) {
    helper?.close();
    await consoles?.close();
    for (const { backend } of drives.values()) await backend.close();
    throw error;
  }
}

function noMemory(ramSize: number, error: RangeError): string {
  const mib = ramSize / 2 ** 20;
  if (error instanceof TooMuchRam) return `-m ${mib}M: ${error.message}; ask for -m ${error.most / 2 ** 20}M or less`;
  return `-m ${mib}M: the host does not give so much memory (${error.message}); ask for less, or end other programs`;
}

/** Where the dispatcher looked for code last. */
function hexAddress(cpu: X86Cpu): string {
  return `0x${cpu.engine.vcpu.number(L.S_EXIT_PHYS).toString(16)}`;
}

function identity({ table, signature }: X86CpuModel): { signature: number; features: number } {
  // Entries are leaf, sub-leaf, EAX, EBX, ECX, EDX.
  let at = 0;
  while (table[at] !== 1) at += 6;
  return { signature, features: table[at + 5]! };
}
