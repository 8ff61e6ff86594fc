// The whole command line: reads options by the table, then fills in the default consoles.

import { shortChardev } from "./chardev.js";
import { defaultConfig, type MachineConfig } from "./config.js";
import { checkReferences } from "./device.js";
import { hardDisk, settleDrives } from "./drive.js";
import { OptionError, optionError } from "./error.js";
import { chosenMachine, noAccelerator } from "./machine-options.js";
import { refusedOption } from "./refused.js";
import { HELP_MARK, type OptionRow, type ParseState, VERSION_MARK } from "./row.js";
import type { Catalogue } from "./rows.js";
import { helpText, OPTION_SECTIONS, TERMINAL_KEYS } from "./table.js";

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

const ROWS = new Map<string, OptionRow>(
  OPTION_SECTIONS.flatMap(({ rows }) =>
    rows.flatMap((row) => row.names.map((name): [string, OptionRow] => [name, row])),
  ),
);

/**
 * Reads a command line (without the program's name). Throws OptionError with one sentence, the option named, for
 * anything that is not understood or not supported.
 */
export function parseOptions(args: readonly string[], program: ProgramInfo, catalogue: Catalogue): ParsedArguments {
  const config = defaultConfig();
  config.guest = catalogue.guest.name;
  config.cpu.model = catalogue.guest.cpus.models[0]!.name;
  config.machine.type = catalogue.machines.list[0]!.name;
  const state: ParseState = {
    catalogue,
    config,
    pendingDrives: [],
    deviceSources: [],
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
    const row = ROWS.get(name);
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
    if (state.text !== undefined) return { kind: "text", text: programText(state.text, program) };
  }
  return { kind: "machine", config: finish(state, program.separateMonitor ?? false) };
}

function programText(text: string, program: ProgramInfo): string {
  if (text === VERSION_MARK) return `wasmachine emulator version ${program.version}\n`;
  if (text !== HELP_MARK) return text;
  return `usage: ${program.name} [options] [disk_image]\n\n${helpText()}${program.separateMonitor ? "" : TERMINAL_KEYS}`;
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
  settleDrives(config, state.pendingDrives, state.snapshot);
  connectConsoles(state, separateMonitor);
  checkBuses(state);
  checkReferences(config, state.catalogue.devices, state.deviceSources);
  return config;
}

/** Serial ports, monitors and their defaults. Without a display the terminal is the console, as with -nographic. */
function connectConsoles(state: ParseState, separateMonitor: boolean): void {
  const { config } = state;
  const hasSerialDevice = config.devices.some((device) => device.driver === "isa-serial");
  const defaultSerial = state.serials.length === 0 && !hasSerialDevice && !state.nodefaults;
  // `-serial mon:...` brings the monitor along.
  const defaultMonitor =
    state.monitors.length === 0 &&
    config.monitors.length === 0 &&
    !state.nodefaults &&
    !state.serials.some(({ value }) => value.startsWith("mon:"));
  const stdioTaken =
    config.chardevs.some(({ kind }) => kind === "stdio") || state.debugcons.some(({ value }) => value === "stdio");
  const serials = [...state.serials];
  const monitors = [...state.monitors];
  const both = (): void => {
    serials.push({ option: "-serial", value: separateMonitor ? "stdio" : "mon:stdio" });
  };
  if (state.nographic) {
    if (defaultSerial && defaultMonitor) both();
    else if (defaultSerial) serials.push({ option: "-serial", value: "stdio" });
    else if (defaultMonitor) monitors.push({ option: "-monitor", value: "stdio" });
  } else if (!state.display && defaultSerial && defaultMonitor && !stdioTaken) both();
  else {
    if (defaultSerial) serials.push({ option: "-serial", value: "vc" });
    if (defaultMonitor) monitors.push({ option: "-monitor", value: "vc" });
  }
  for (const [index, { option, value }] of serials.entries()) {
    if (index > 3) throw optionError(option, value, "the machine has four serial ports at most");
    const connection = shortChardev(config, option, value, `serial${index}`);
    config.serial.push(connection?.id);
    if (connection?.monitor) config.monitors.push(connection.id);
  }
  for (const { option, value } of monitors) {
    const connection = shortChardev(config, option, value, `compat_monitor${config.monitors.length}`);
    if (connection) config.monitors.push(connection.id);
  }
  for (const [index, { option, value }] of state.debugcons.entries()) {
    const connection = shortChardev(config, option, value, `debugcon${index}`);
    if (!connection) continue;
    config.devices.push({ driver: "isa-debugcon", properties: { chardev: connection.id, iobase: 0xe9 } });
    state.deviceSources.push({ option, value });
  }
  checkSharing(config);
}

function checkBuses({ config, catalogue, deviceSources }: ParseState): void {
  const machine = chosenMachine(config, catalogue.machines);
  for (const [index, { driver }] of config.devices.entries()) {
    const { bus } = catalogue.devices.find(driver)!;
    const { option, value } = deviceSources[index]!;
    if (!machine.buses.includes(bus))
      throw optionError(option, value, `machine type '${machine.name}' has no ${bus} bus`);
  }
}

/** A character device that does not multiplex has one user. */
function checkSharing(config: MachineConfig): void {
  const users = new Map<string, number>();
  const ofDevices = config.devices.map(({ properties }) => properties.chardev as string | undefined);
  const named = [...config.serial, ...config.monitors, ...ofDevices];
  for (const id of named) {
    if (id === undefined) continue;
    const chardev = config.chardevs.find((entry) => entry.id === id);
    if (!chardev) throw new OptionError(`chardev '${id}' not found`);
    const count = (users.get(id) ?? 0) + 1;
    users.set(id, count);
    if (count > 1 && !chardev.mux) throw new OptionError(`chardev '${id}' is already in use (mux=on shares it)`);
  }
}
