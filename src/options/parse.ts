// The whole command line: reads options by the table, then fills in what it leaves open.

import { defaultConfig, type MachineConfig } from "./config.js";
import { connectConsoles } from "./consoles.js";
import { checkReferences } from "./device.js";
import { hardDisk, settleDrives } from "./drive.js";
import { OptionError, optionError } from "./error.js";
import { chosenMachine, noAccelerator } from "./machine-options.js";
import { settleNetwork } from "./network.js";
import { refusedOption } from "./refused.js";
import { HELP_MARK, type OptionRow, type OptionSection, type ParseState, VERSION_MARK } from "./row.js";
import type { Catalogue } from "./rows.js";
import { helpText, optionSections, TERMINAL_KEYS } from "./table.js";

export interface ProgramInfo {
  /** As the user calls it. */
  name: string;
  version: string;
  /**
   * The monitor is to be had beside the console, as by the API: they share a terminal only where `mon:` is written, and every
   * key is the guest's.
   */
  separateMonitor?: boolean;
}

export type ParsedArguments =
  | { kind: "machine"; config: MachineConfig }
  /** -help, -version, -device help...: to be printed; the program then ends with status 0. */
  | { kind: "text"; text: string };

function rowsByName(sections: readonly OptionSection[]): Map<string, OptionRow> {
  const rows = sections.flatMap((section) => section.rows);
  return new Map(rows.flatMap((row) => row.names.map((name): [string, OptionRow] => [name, row])));
}

/**
 * Reads a command line (without the program's name). Throws OptionError with one sentence, the option named, for
 * anything that is not understood or not supported.
 */
export function parseOptions(args: readonly string[], program: ProgramInfo, catalogue: Catalogue): ParsedArguments {
  const sections = optionSections(catalogue.machines);
  const rows = rowsByName(sections);
  const config = defaultConfig();
  config.guest = catalogue.guest.name;
  config.cpu.model = catalogue.guest.cpus.models[0]!.name;
  config.machine.type = catalogue.machines.list[0]!.name;
  const state: ParseState = {
    catalogue,
    config,
    pendingDrives: [],
    deviceSources: [],
    nics: [],
    accels: { config, names: [], last: undefined },
    serials: [],
    monitors: [],
    debugcons: [],
    nographic: false,
    display: false,
    nodefaults: false,
    snapshot: false,
    text: undefined,
  };
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (!argument.startsWith("-") || argument === "-") {
      state.pendingDrives.push(hardDisk("disk image", argument, 0));
      continue;
    }
    const name = argument.slice(argument.startsWith("--") ? 2 : 1);
    const row = rows.get(name);
    if (!row) {
      throw new OptionError(`${argument}: ${refusedOption(name) ?? "invalid option; -help lists those there are"}`);
    }
    let value = "";
    if (row.argument !== undefined) {
      const next = args[++i];
      if (next === undefined) throw new OptionError(`${argument}: requires an argument`);
      value = next;
    }
    row.apply(state, argument, value);
    if (state.text !== undefined) return { kind: "text", text: programText(state.text, program, sections) };
  }
  return { kind: "machine", config: finish(state, program.separateMonitor ?? false) };
}

function programText(text: string, program: ProgramInfo, sections: readonly OptionSection[]): string {
  if (text === VERSION_MARK) return `wasmachine emulator version ${program.version}\n`;
  if (text !== HELP_MARK) return text;
  return `usage: ${program.name} [options] [disk_image]\n\n${helpText(sections)}${program.separateMonitor ? "" : TERMINAL_KEYS}`;
}

function finish(state: ParseState, separateMonitor: boolean): MachineConfig {
  const { config } = state;
  const { names, last } = state.accels;
  if (last && !names.includes("tcg")) {
    throw optionError(last.option, last.value, noAccelerator(names.at(-1)!));
  }
  if (config.kernel === undefined) {
    if (config.initrd !== undefined) throw new OptionError("-initrd only allowed with -kernel option");
    if (config.append !== "") throw new OptionError("-append only allowed with -kernel option");
  }
  const machine = chosenMachine(config, state.catalogue.machines);
  if (config.dtb !== undefined && !machine.deviceTree)
    throw optionError("-dtb", config.dtb, `machine type '${machine.name}' has no device tree`);
  if (config.semihosting?.enabled && !state.catalogue.guest.semihosting)
    throw new OptionError(`-semihosting: programs of ${config.guest} make no such calls: leave the option out`);
  const [first] = config.firmwareFiles;
  if (first && !machine.firmwareFiles)
    throw optionError("-fw_cfg", first.name, `machine type '${machine.name}' has no firmware configuration device`);
  settleNetwork(state);
  settleDrives(config, state.pendingDrives, state.snapshot, machine);
  const disk = config.drives.find((drive) => drive.interface === "virtio");
  if (disk && machine.buses.length === 0)
    throw new OptionError(`drive ${disk.file}: machine type '${machine.name}' has no bus for a disk`);
  connectConsoles(state, separateMonitor);
  checkBuses(state);
  checkReferences(config, state.catalogue.devices, state.deviceSources);
  return config;
}

function checkBuses({ config, catalogue, deviceSources }: ParseState): void {
  const machine = chosenMachine(config, catalogue.machines);
  for (const [index, { driver }] of config.devices.entries()) {
    const { bus } = catalogue.devices.find(driver)!;
    const { option, value } = deviceSources[index]!;
    if (machine.buses.includes(bus)) continue;
    const offering = catalogue.devices.list.filter(({ offers }) => offers === bus);
    const before = config.devices.slice(0, index);
    if (before.some((other) => offering.some(({ name }) => name === other.driver))) continue;
    const names = offering.filter((row) => machine.buses.includes(row.bus)).map(({ name }) => name);
    const way = names.length > 0 ? `: put -device ${names.join(" or ")} before it` : "";
    throw optionError(option, value, `machine type '${machine.name}' has no ${bus} bus${way}`);
  }
}
