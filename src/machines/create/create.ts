// Makes a machine of a model, whatever its guest and its board: engine, clocks, disks, consoles, run loop, devices.

import type { Guest } from "../../arch/guest.js";
import { DEVICES } from "../../devices/devices.js";
import type { CharEnd } from "../../devices/registry/context.js";
import type { DeviceRegistry } from "../../devices/registry/registry.js";
import type { Engine, Tier1 } from "../../engine/engine.js";
import { findGuest } from "../../guests/guests.js";
import { S_EXIT_PHYS } from "../../layout/layout.js";
import { Bus } from "../../machine/bus.js";
import { ChardevHub, nullChardev } from "../../machine/chardev-hub.js";
import { HostWork } from "../../machine/clock/scheduler.js";
import type { EngineCpu } from "../../machine/cpu.js";
import { openDrives } from "../../machine/drives.js";
import { RandomNumbers, seededEntropy } from "../../machine/entropy.js";
import { closeFolders, type Folder, openFolders } from "../../machine/folders.js";
import { EngineGuestMemory } from "../../machine/guest-memory.js";
import type { MachineHost } from "../../machine/host.js";
import { MachineLog } from "../../machine/log.js";
import { MachineNetwork } from "../../machine/network.js";
import { loadDevices, Plugger } from "../../machine/plug.js";
import { RunLoop } from "../../machine/run-loop.js";
import type { Semihosting } from "../../machine/semihosting/semihosting.js";
import type { MachineConfig } from "../../options/config.js";
import type { MachineModel, Mainboard } from "../registry/model.js";
import type { MachineType } from "../registry/registry.js";
import { makeCpu } from "./engine.js";
import { readFirmwareFiles } from "./firmware-files.js";
import { applyLoads, prepareLoads } from "./loads.js";
import { ModelledMachine } from "./machine.js";
import { makeSemihosting, semihostingPort } from "./semihosting.js";
import { makeTime } from "./time.js";

/** What a host gives besides itself: the guest's core module, compiled; and what is not to be as it is in this house. */
export interface EngineParts {
  readonly module: WebAssembly.Module;
  /** Memory is to be one that threads share, which `module` is made for (src/engine/shared.ts). */
  readonly shared?: boolean;
  readonly tier1?: (engine: Engine) => Tier1;
  readonly devices?: DeviceRegistry;
  readonly guest?: Guest;
}

/** Rejects with MachineError (one sentence) when something the configuration names cannot be had. */
export async function createModelled<C extends EngineCpu, B extends Mainboard>(
  type: MachineType,
  model: MachineModel<C, B>,
  given: MachineConfig,
  host: MachineHost,
  parts: EngineParts,
): Promise<ModelledMachine<C, B>> {
  const config = model.configure?.(given) ?? given;
  const log = new MachineLog(config.log.items, (line) => host.log(line));
  const entropy = config.seed !== undefined || config.icount ? seededEntropy(config.seed ?? 0) : host.entropy;
  const random = new RandomNumbers(entropy);
  const work = new HostWork();
  const bus = new Bus(log, () => host.monotonic());
  const guest = parts.guest ?? (await findGuest(config.guest).load());

  // The CPU's hooks reach the board, which needs the CPU: neither runs before both are there.
  let machine!: ModelledMachine<C, B>;
  let loop!: RunLoop;
  const { module, shared = false, tier1 } = parts;
  let semihosting: Semihosting | undefined;
  const port = config.semihosting?.enabled
    ? semihostingPort(
        config.semihosting,
        () => loop,
        (call) => semihosting!.serve(call),
      )
    : undefined;
  const sources = { config, host, guest, module, shared, tier1, log, bus, random: random.next, semihosting: port };
  const made = makeCpu(model, sources, () => machine.mainboard);
  const { cpu } = made;
  const memory = new EngineGuestMemory(cpu.engine);
  const time = makeTime(config, host, bus, cpu);
  const { clock, counted } = time;
  const poll = (): void => loop.poll();
  bus.attach({ clock, time: time.source, poll });

  const drives = await openDrives(config.drives, host, work).catch((error: unknown) => {
    made.close();
    throw error;
  });
  let consoles: ChardevHub | undefined;
  const network = new MachineNetwork();
  let folders: ReadonlyMap<string, Folder> = new Map();
  try {
    folders = await openFolders(config.folders, host);
    const devices = await loadDevices(parts.devices ?? DEVICES, model.devices(config));
    const boot = await model.prepareBoot({ config, host, memory, cpu, drives, entropy });
    const loads = await prepareLoads(config.loads, host);
    const firmwareFiles = await readFirmwareFiles(config.firmwareFiles, host);
    await network.open(config, host, clock);
    for (const note of config.notes) host.warn(note);
    // Last, because it takes the user's terminal.
    const commands = { quit: () => machine.quit(), save: () => "disks of -snapshot are not saved" };
    consoles = new ChardevHub(config.chardevs, host, commands, config.escapeChar);
    loop = new RunLoop({
      ...{ cpu, clock, work, scheduler: host.scheduler, hostNow: bus.hostNow },
      onIdle: (deadline) => time.idled(deadline),
      owed: () => time.owed(),
      blocked: () => host.output?.closed ?? false,
      awaiting: () => cpu.engine.tier1?.awaiting ?? false,
      onShutdown: () => {
        // Where the dispatcher looked for code last.
        if (cpu.strayed) machine.strayed(`0x${cpu.vcpu.number(S_EXIT_PHYS).toString(16)}`);
        else machine.cpuShutdown(made.shutdownText());
      },
      ...(config.icount && counted ? { icount: { time: counted, sleep: config.icount.sleep } } : {}),
    });
    cpu.engine.poll = poll;
    if (port) {
      const exit = (status: number): void => machine.exit(status);
      semihosting = makeSemihosting(config, { host, consoles, clock, wall: time.wall, log, exit });
    }
    if (host.output) host.output.onRoom = () => loop.wake();
    machine = new ModelledMachine<C, B>({
      ...{ type, model, config, host, cpu, clock, loop, consoles, drives, folders, network, boot },
      loaded: () => applyLoads(loads, memory, cpu),
      state: [...time.state, ["random numbers", random], ...consoles.parts],
      monitor: { memory, log, bus, ram: model.ram(config), registers: made.registers },
    });
    const mainboard = model.createBoard({
      ...{ config, cpu, bus, memory, clock, log },
      wall: time.wall,
      control: machine,
      wake: () => loop.wake(),
      serial: serialEnds(config, consoles),
    });
    const plugParts = { memory, clock, log, control: machine, drives, folders, consoles, entropy, network };
    const plugger = new Plugger(plugParts, mainboard.sockets, model.counts?.(config));
    for (const device of devices) plugger.plug(device);
    for (const [name, bytes] of firmwareFiles) mainboard.fwCfg?.give(name, bytes);
    mainboard.complete?.();
    machine.wire({ mainboard, plugged: plugger.plugged });
    machine.finished.then(made.close, made.close);
    const closed = (): void => void semihosting?.close();
    machine.finished.then(closed, closed);
    return machine;
  } catch (error) {
    made.close();
    await network.close();
    await consoles?.close();
    await closeFolders(folders);
    for (const { backend } of drives.values()) await backend.close();
    throw error;
  }
}

/** The ends of -serial, for ports that are fixed on a board. */
function serialEnds({ serial }: MachineConfig, consoles: ChardevHub): (index: number) => CharEnd {
  return (index) => {
    const id = serial[index];
    const backend = (id === undefined ? undefined : consoles.port(id)) ?? nullChardev();
    return { backend, piped: id !== undefined && consoles.isPiped(id) };
  };
}
