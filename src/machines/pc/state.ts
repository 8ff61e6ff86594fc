// What of a `pc` is in a saved state, in the order of loading and settling.

import type { X86Cpu } from "../../arch/x86/cpu.js";
import { X86State } from "../../arch/x86/state.js";
import { VERSION } from "../../base/version.js";
import type { Drive } from "../../machine/drives.js";
import type { BoardState } from "../../machine/machine.js";
import type { MachineConfig } from "../../options/config.js";
import { FORMAT, type SnapshotHeader } from "../../snapshot/container.js";
import { named, type StatePart } from "../../snapshot/sections.js";
import type { PcBoard } from "./board.js";
import { pcOptions } from "./options.js";

export interface PcStateParts {
  config: MachineConfig;
  cpu: X86Cpu;
  drives: ReadonlyMap<string, Drive>;
  /** What is none of the board's: clocks, random numbers, consoles. */
  parts: readonly StatePart[];
}

export function pcState({ config, cpu, drives, parts }: PcStateParts, board: PcBoard): BoardState {
  const { engine } = cpu;
  const { u8, plan } = engine.memory;
  const written = [...drives.values()].flatMap(({ config: { id }, written: overlay }) =>
    overlay ? [[`drive ${id}`, overlay] as const] : [],
  );
  return {
    header: header(
      config,
      [...drives.values()].map(({ backend }) => backend.size),
    ),
    parts: [
      ["cpu0", new X86State(cpu)],
      ...parts,
      ["interrupt lines", board.interrupts],
      ["a20", board.a20],
      ...written,
      ...named(board.devices),
    ],
    ram: u8.subarray(plan.ramBase, plan.ramBase + plan.ramSize),
    async quiet() {
      await Promise.all(board.plugged.map((device) => device.quiet?.()));
    },
    unsaved() {
      const device = board.plugged.find(({ unsaved }) => unsaved !== undefined);
      if (device) return `${device.name}: ${device.unsaved}`;
      const kept = [...drives.values()].find(({ config: { readOnly, snapshot } }) => !readOnly && !snapshot);
      if (kept) return `drive ${kept.config.id} is written to '${kept.config.file}' itself; with snapshot=on it can`;
      return undefined;
    },
    ramLoaded: () => engine.forgetMemory(),
  };
}

/** What makes the guest see another machine. */
function header(config: MachineConfig, sizes: readonly number[]): SnapshotHeader {
  const { machine, cpu, ramSize, icount, devices, drives, serial, rtc, append, kernel, initrd, bios, uuid } = config;
  const options: Record<string, string> = {
    "-machine": JSON.stringify(pcOptions(config)),
    "-m": String(ramSize),
    "-icount": icount ? `shift=${icount.shift}` : "off",
    "-device": JSON.stringify(devices),
    "-drive": JSON.stringify(drives.map((drive, n) => [drive.id, drive.interface, drive.serial ?? "", sizes[n]!])),
    "-serial": serial.map((port) => (port === undefined ? "none" : "here")).join(),
    "-rtc": JSON.stringify(rtc),
    "-append": append,
    "-kernel": kernel ?? "none",
    "-initrd": initrd ?? "none",
    "-bios": bios ?? "none",
    "-uuid": uuid ?? "none",
  };
  return { format: FORMAT, engine: VERSION, machine: machine.type, cpu: JSON.stringify(cpu), options };
}
