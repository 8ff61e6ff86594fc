// -serial, -monitor, -debugcon: what they connect, and what is connected where they say nothing.

import { shortChardev } from "./chardev.js";
import type { MachineConfig } from "./config.js";
import { OptionError, optionError } from "./error.js";
import { chosenMachine } from "./machine-options.js";
import type { ParseState } from "./row.js";
import type { MachineRow } from "./rows.js";

/** Serial ports, monitors and their defaults. Without a display the terminal is the console, as with -nographic. */
export function connectConsoles(state: ParseState, separateMonitor: boolean): void {
  const { config } = state;
  const machine = chosenMachine(config, state.catalogue.machines);
  const hasSerialDevice = config.devices.some(({ driver }) => driver === machine.serial.device);
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
    if (index >= machine.serial.ports) throw optionError(option, value, tooManyPorts(machine));
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
    if (!machine.debugConsole)
      throw optionError(option, value, `machine type '${machine.name}' has no debug console: leave ${option} out`);
    const { driver, properties } = machine.debugConsole;
    config.devices.push({ driver, properties: { ...properties, chardev: connection.id } });
    state.deviceSources.push({ option, value });
  }
  checkSharing(config);
}

function tooManyPorts({ name, serial: { ports } }: MachineRow): string {
  return `machine type '${name}' has ${ports === 1 ? "one serial port" : `${ports} serial ports`}`;
}

/** A character device that does not multiplex has one user. */
function checkSharing(config: MachineConfig): void {
  const users = new Map<string, number>();
  const ofDevices = config.devices.map(({ properties }) => properties.chardev as string | undefined);
  const named = [...config.serial, ...config.monitors, ...ofDevices, config.semihosting?.chardev];
  for (const id of named) {
    if (id === undefined) continue;
    const chardev = config.chardevs.find((entry) => entry.id === id);
    if (!chardev) throw new OptionError(`chardev '${id}' not found`);
    const count = (users.get(id) ?? 0) + 1;
    users.set(id, count);
    if (count > 1 && !chardev.mux) throw new OptionError(`chardev '${id}' is already in use (mux=on shares it)`);
  }
}
