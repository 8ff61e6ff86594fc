// The character devices of a configuration: opened once each, given out to serial ports, monitors and debug consoles.

import type { CharBackend } from "../../devices/interfaces.js";
import type { ChardevConfig } from "../../options/config.js";
import type { HostChardev, MachineHost } from "../host.js";
import { Mux, type MuxCommands, type MuxPort } from "./mux.js";

export class ChardevHub {
  private readonly devices = new Map<string, { host: HostChardev; mux: Mux | undefined; used: boolean }>();

  constructor(chardevs: readonly ChardevConfig[], host: MachineHost, commands: MuxCommands, escapeChar: number) {
    for (const chardev of chardevs) {
      const device = host.openChardev(chardev);
      const mux = chardev.mux ? new Mux(device, commands, escapeChar) : undefined;
      this.devices.set(chardev.id, { host: device, mux, used: false });
    }
  }

  /** The device for one more user; undefined for an unknown id. Of a device without mux there is one user. */
  port(id: string): MuxPort | undefined {
    const device = this.devices.get(id);
    if (!device) return undefined;
    if (device.mux) return device.mux.port();
    if (device.used) throw new Error(`chardev '${id}' is already in use`);
    device.used = true;
    return device.host;
  }

  /** Whether input of a device is kept until the guest is ready for it. */
  isPiped(id: string): boolean {
    return this.devices.get(id)?.host.piped === true;
  }

  close(): void {
    for (const { host } of this.devices.values()) host.close();
    this.devices.clear();
  }
}

/** A character device that leads nowhere. */
export function nullChardev(): CharBackend {
  return { write() {} };
}
