// The monitors of a machine of type `pc`, on the character devices its configuration names.

import type { PcMachine } from "../machines/pc/machine.js";
import { attachMonitor } from "./monitor.js";
import { pcTarget } from "./pc-target.js";

/** To be called once, before the machine starts: shared terminals give the first user, the guest, the focus. */
export function attachMonitors(machine: PcMachine, version: string): void {
  const target = pcTarget(machine, version);
  for (const id of machine.config.monitors) {
    const port = machine.consoles.port(id);
    const shared = machine.config.chardevs.find((chardev) => chardev.id === id)?.mux === true;
    if (port) attachMonitor(port, target, shared && machine.config.serial.includes(id));
  }
}
