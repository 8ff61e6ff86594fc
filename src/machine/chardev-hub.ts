// The character devices of a configuration: opened once each, given out to serial ports, monitors and debug consoles.

import { Mux, type MuxCommands, type MuxPort } from "../chardev/mux.js";
import type { CharBackend } from "../devices/interfaces.js";
import type { ChardevConfig } from "../options/config.js";
import type { StatePart } from "../snapshot/sections.js";
import type { HostChardev, MachineHost } from "./host.js";

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

  /** What is to be saved: terminals that several users share. */
  get parts(): StatePart[] {
    return [...this.devices].flatMap(([id, { mux }]) => (mux ? [[`chardev ${id}`, mux] as const] : []));
  }

  /** Whether input of a device is kept until the guest is ready for it. */
  isPiped(id: string): boolean {
    return this.devices.get(id)?.host.piped === true;
  }

  /** Closes all; resolves when what was written has been read, or after `patience` milliseconds. */
  async close(patience?: number): Promise<void> {
    const devices = [...this.devices.values()];
    this.devices.clear();
    await Promise.all(devices.map(({ host }) => host.close(patience)));
  }
}

/** A character device that leads nowhere. */
export function nullChardev(): CharBackend {
  return { write() {} };
}
