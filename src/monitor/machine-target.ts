// A machine as its monitor sees it, whatever its guest and its board.

import { stateReader } from "../engine/state-reader.js";
import { S_MODE } from "../layout/vcpu.js";
import type { Machine } from "../machine/machine.js";
import { LOG_ITEMS, type LogItem } from "../options/config.js";
import { networkTarget } from "./network.js";
import type { MonitorSources } from "./sources.js";
import type { MonitorTarget } from "./target.js";
import { machineTopics } from "./topics.js";

export function machineTarget(sources: MonitorSources, version: string): MonitorTarget {
  const { machine, cpu, memory, log, mainboard } = sources;
  const { config } = machine;
  const { arch } = cpu.engine;
  const state = stateReader(cpu.engine.core, cpu.vcpu);
  const readPhysical = (address: number, length: number): Uint8Array | undefined =>
    memory.view(address, length)?.slice();
  const status = (): string => statusOf(machine);
  return {
    version,
    name: config.name,
    status,
    stop: () => machine.pause(),
    cont: () => machine.resume(),
    reset: () => machine.resetByUser(),
    powerDown: () => machine.powerDown(),
    wakeUp: () => machine.wakeUp(),
    nmi() {
      if (!mainboard.nmi) return false;
      machine.request(() => mainboard.nmi!());
      return true;
    },
    quit: () => machine.quit(),
    readPhysical,
    translate: (address) => cpu.engine.translateAddress(cpu.vcpu, address),
    register: (name) => arch.register(state, name),
    disassemble(code, address) {
      if (code.length === 0) return undefined;
      const [low, high] = [Number(address & 0xffffffffn) | 0, Number(address >> 32n) | 0];
      return cpu.engine.frontend.disassemble(code, low, high, state.u32(S_MODE));
    },
    addressBits: () => arch.addressBits(state),
    setLog(items) {
      const names = items === "none" ? [] : items.split(",");
      const unknown = names.find((name) => !LOG_ITEMS.some(([item]) => item === name));
      if (unknown !== undefined) return `unknown log item '${unknown}'`;
      log.set(names as LogItem[]);
      return undefined;
    },
    disks: new Map(
      [...sources.drives].map(
        ([
          id,
          {
            disk,
            backend: { resize },
          },
        ]) => [id, { format: disk.format, ...(resize ? { resize } : {}) }],
      ),
    ),
    network: networkTarget(sources.network, (action) => machine.request(action)),
    topics: machineTopics(sources, { version, status, state, readPhysical }),
  };
}

function statusOf({ state, pauseReason }: Machine): string {
  switch (state) {
    case "running":
      return "running";
    case "prelaunch":
    case "shutdown":
    case "suspended":
      return `paused (${state})`;
    case "paused":
      return pauseReason === "io-error" ? "paused (io-error)" : "paused";
    default:
      return "paused";
  }
}
