// The monitors of a machine, on the character devices its configuration names.

import type { Machine } from "../machine/machine.js";
import { attachMonitor } from "./monitor.js";
import type { MonitorTarget } from "./target.js";

/** A machine that a monitor can look into. */
export interface MonitoredMachine extends Machine {
  /** As `version` of this program sees it. */
  monitorTarget(version: string): MonitorTarget;
}

/** To be called once, before the machine starts: shared terminals give the first user, the guest, the focus. */
export function attachMonitors(machine: MonitoredMachine, version: string): void {
  const target = machine.monitorTarget(version);
  for (const id of machine.config.monitors) {
    const port = machine.consoles.port(id);
    const shared = machine.config.chardevs.find((chardev) => chardev.id === id)?.mux === true;
    if (port) attachMonitor(port, target, shared && machine.config.serial.includes(id));
  }
}
