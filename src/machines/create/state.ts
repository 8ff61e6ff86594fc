// What of a machine is in a saved state, in the order of loading and settling.

import { withDefaults } from "../../base/properties.js";
import { VERSION } from "../../base/version.js";
import type { Device, Stateful } from "../../devices/interfaces.js";
import { StateError } from "../../devices/state.js";
import type { BoardState } from "../../machine/board.js";
import type { EngineCpu } from "../../machine/cpu.js";
import type { Drive } from "../../machine/drives.js";
import type { Folder } from "../../machine/folders.js";
import type { PluggedDevice } from "../../machine/plug.js";
import type { MachineConfig } from "../../options/config.js";
import { FORMAT, type SnapshotHeader } from "../../snapshot/container.js";
import { named, type StatePart } from "../../snapshot/sections.js";
import type { Mainboard } from "../registry/model.js";
import type { MachineType } from "../registry/registry.js";

export interface StateSources {
  readonly type: MachineType;
  readonly config: MachineConfig;
  readonly cpu: EngineCpu;
  /** Absent: this machine cannot be saved. */
  readonly cpuState: Stateful | undefined;
  readonly board: Mainboard;
  readonly plugged: readonly PluggedDevice[];
  readonly drives: ReadonlyMap<string, Drive>;
  readonly folders: ReadonlyMap<string, Folder>;
  /** What is none of the board's: clocks, random numbers, consoles. */
  readonly parts: readonly StatePart[];
}

export function boardState({
  type,
  config,
  cpu,
  cpuState,
  board,
  plugged,
  drives,
  folders,
  parts,
}: StateSources): BoardState {
  if (!cpuState) throw new StateError(`The state cannot be saved: machine type '${type.name}' cannot do that yet`);
  const { engine } = cpu;
  const { u8, plan } = engine.memory;
  const devices = allDevices(board, plugged);
  const written = [...drives.values()].flatMap(({ config: { id }, written: overlay }) =>
    overlay ? [[`drive ${id}`, overlay] as const] : [],
  );
  const sizes = [...drives.values()].map(({ backend }) => backend.size);
  return {
    header: header(type, config, sizes),
    parts: [["cpu0", cpuState], ...parts, ...(board.state ?? []), ...written, ...named(board.devices)],
    ram: u8.subarray(plan.ramBase, plan.ramBase + plan.ramSize),
    async quiet() {
      await Promise.all(devices.map((device) => device.inFlight?.quiet()));
    },
    unsaved() {
      const device = devices.find(({ inFlight }) => inFlight?.unsaved !== undefined);
      if (device) return `${device.name}: ${device.inFlight!.unsaved}`;
      const kept = [...drives.values()].find(({ config: { readOnly, snapshot } }) => !readOnly && !snapshot);
      const [memory] = [...folders.values()].filter(({ config: { driver } }) => driver === "memory");
      if (memory) return `folder ${memory.config.id} is in memory, which is not saved yet`;
      if (kept) return `drive ${kept.config.id} is written to '${kept.config.file}' itself; with snapshot=on it can`;
      return undefined;
    },
    ramLoaded: () => engine.forgetMemory(),
  };
}

/** Those of the board, and those plugged in. */
export function allDevices(board: Mainboard, plugged: readonly PluggedDevice[]): Device[] {
  return [...new Set([...board.devices, ...plugged.map(({ device }) => device)])];
}

/** What makes the guest see another machine. */
function header(type: MachineType, config: MachineConfig, sizes: readonly number[]): SnapshotHeader {
  const {
    guest,
    machine,
    cpu,
    ramSize,
    icount,
    devices,
    folders,
    loads,
    firmwareFiles,
    semihosting,
    drives,
    serial,
    rtc,
    append,
    kernel,
    initrd,
    dtb,
    bios,
    uuid,
  } = config;
  const options: Record<string, string> = {
    "-machine": JSON.stringify(withDefaults(type.properties, machine.properties)),
    "-m": String(ramSize),
    "-icount": icount ? `shift=${icount.shift}` : "off",
    "-device": JSON.stringify([...devices, ...loads]),
    "-semihosting-config": semihosting?.enabled ? JSON.stringify(semihosting) : "off",
    "-fw_cfg": JSON.stringify(firmwareFiles),
    "-drive": JSON.stringify(drives.map((drive, n) => [drive.id, drive.interface, drive.serial ?? "", sizes[n]!])),
    "-fsdev": JSON.stringify(folders.map(({ id, driver, readOnly }) => [id, driver, readOnly])),
    "-serial": serial.map((port) => (port === undefined ? "none" : "here")).join(),
    "-rtc": JSON.stringify(rtc),
    "-append": append,
    "-kernel": kernel ?? "none",
    "-initrd": initrd ?? "none",
    "-dtb": dtb ?? "none",
    "-bios": bios ?? "none",
    "-uuid": uuid ?? "none",
  };
  return { format: FORMAT, engine: VERSION, machine: machine.type, cpu: JSON.stringify({ guest, ...cpu }), options };
}
