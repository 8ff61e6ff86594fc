// The engine of a machine: the guest's core with both tiers, its logs, and the CPU that the machine's model makes of it.

import type { Guest } from "../../arch/guest.js";
import type { Engine, Tier1 } from "../../engine/engine.js";
import { TooMuchRam } from "../../engine/memory.js";
import { stateReader } from "../../engine/state-reader.js";
import * as L from "../../layout/layout.js";
import type { Bus } from "../../machine/bus.js";
import type { EngineCpu } from "../../machine/cpu.js";
import { coreLog, translationLog } from "../../machine/debug-log.js";
import { MachineError, type MachineHost } from "../../machine/host.js";
import type { MachineLog } from "../../machine/log.js";
import { type RegionHelperPort, regionHelper } from "../../machine/region-helper.js";
import type { MachineConfig } from "../../options/config.js";
import { RegionTier } from "../../tier1/tier1.js";
import { TB_SIZE_MIB } from "../../tuning/engine.js";
import type { MachineModel, Mainboard, SemihostingPort } from "../registry/model.js";

export interface EngineSources {
  readonly config: MachineConfig;
  readonly host: MachineHost;
  readonly guest: Guest;
  readonly module: WebAssembly.Module;
  /** Memory is one that threads share. */
  readonly shared: boolean;
  /** Instead of regions compiled beside the guest. */
  readonly tier1: ((engine: Engine) => Tier1) | undefined;
  readonly log: MachineLog;
  readonly bus: Bus;
  /** 32 random bits. */
  readonly random: () => number;
  readonly semihosting: SemihostingPort | undefined;
}

export interface MadeCpu<C> {
  readonly cpu: C;
  /** The CPU's state in lines of text. */
  registers(): string;
  /** Why the CPU gave up, as the beginning of a sentence. */
  shutdownText(): string;
  /** Ends the thread in which regions are made. */
  close(): void;
}

/** Throws MachineError where the host has too little memory. */
export function makeCpu<C extends EngineCpu, B extends Mainboard>(
  model: MachineModel<C, B>,
  { config, host, guest, module, shared, tier1, log, bus, random, semihosting }: EngineSources,
  board: () => B,
): MadeCpu<C> {
  const translation = guest.translation(config.cpu);
  for (const feature of translation.missing)
    host.warn(`-cpu: the emulator has no feature '${feature}'; the guest does not see it`);
  let helper: RegionHelperPort | undefined;
  const regionTier = (engine: Engine): RegionTier => {
    helper = host.startRegionHelper?.(config.guest);
    return new RegionTier(engine, {
      codeBytes: (config.accel.tbSizeMiB ?? TB_SIZE_MIB) << 20,
      now: () => host.monotonic(),
      hotBlock: host.hotBlock,
      ...(helper ? { helper: regionHelper(helper, config) } : {}),
    });
  };
  const state = () => stateReader(cpu.engine.core, cpu.vcpu);
  const registers = (): string => guest.arch.registersText(state());
  const onLog = coreLog(log, guest.arch, registers, (message) => host.warn(message));
  const traced = log.wants("in_asm") || log.wants("op");
  const engine = {
    ...{ module, shared, onLog },
    ram: model.ram(config),
    ...romRoom(model.romBytes?.(config)),
    hooks: {
      mmioRead: (address: number, size: number) => bus.read(bus.memory, address, size),
      mmioWrite: (address: number, size: number, value: number) => bus.write(bus.memory, address, size, value),
      unanswered: () => bus.memory.unanswered,
      now: () => bus.now(),
      random,
    },
    oneInsn: config.accel.oneInsnPerTb,
    ...(config.icount ? { icountShift: config.icount.shift } : {}),
    tier1: tier1 ?? regionTier,
    ...(traced ? { onTranslate: translationLog(log, translation.frontend) } : {}),
  };
  const cpu = withMemory(config, () =>
    model.createCpu({ config, translation, bus, engine, ...(semihosting ? { semihosting } : {}) }, board),
  );
  if (log.wants("int")) cpu.engine.memory.setEngine(L.E_LOG, 1);
  return {
    cpu,
    registers,
    shutdownText: () => guest.arch.shutdownText(state()),
    close: () => helper?.close(),
  };
}

function romRoom(romBytes: number | undefined): { romBytes?: number } {
  return romBytes === undefined ? {} : { romBytes };
}

function withMemory<T>({ ramSize }: MachineConfig, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MachineError(noMemory(ramSize / 2 ** 20, error), { code: "ERR_MEMORY", cause: error });
  }
}

function noMemory(mib: number, error: RangeError): string {
  if (error instanceof TooMuchRam) return `-m ${mib}M: ${error.message}; ask for -m ${error.most / 2 ** 20}M or less`;
  return `-m ${mib}M: the host does not give so much memory (${error.message}); ask for less, or end other programs`;
}
