// Plugs the devices of a configuration into a board: makes each out of its type, with what the options gave it.

import { type PropertyRows, type PropertyValues, withDefaults } from "../base/properties.js";
import type { Device, DeviceBus, EntropySource, MachineControl } from "../devices/interfaces.js";
import type { DeviceContext, DriveEnd } from "../devices/registry/context.js";
import type { Buses, BusName, DeviceRegistry, DeviceType, Factory } from "../devices/registry/registry.js";
import type { FileSystem } from "../fs/interfaces.js";
import { type DeviceConfig, READ_ERRORS, type ReadErrors, WRITE_ERRORS, type WriteErrors } from "../options/config.js";
import type { ChardevHub } from "./chardev-hub.js";
import { nullChardev } from "./chardev-hub.js";
import type { VirtualClock } from "./clock/clock.js";
import type { MachineMemory } from "./cpu.js";
import { type DiskErrorListener, diskErrors } from "./disk-errors.js";
import type { Drive } from "./drives.js";
import type { Folder } from "./folders.js";
import { MachineError } from "./host.js";
import type { MachineLog } from "./log.js";
import type { MachineNetwork } from "./network.js";

/** What all devices are made with. */
export interface PlugParts {
  readonly memory: MachineMemory;
  readonly clock: Pick<VirtualClock, "now" | "timer">;
  readonly log: MachineLog;
  readonly control: MachineControl & DiskErrorListener;
  readonly drives: ReadonlyMap<string, Drive>;
  readonly folders: ReadonlyMap<string, Folder>;
  readonly consoles: ChardevHub;
  readonly entropy: EntropySource;
  readonly network: MachineNetwork;
}

/** What is plugged in, and what said so. */
export interface Plug {
  readonly type: DeviceType;
  readonly config: DeviceConfig;
  /** The drive it has, if any. */
  readonly drive: Drive | undefined;
}

/** A device in its place. */
export interface PluggedDevice extends Plug {
  readonly device: Device;
  /** All that have one, defaults too. */
  readonly values: PropertyValues;
  /** The device's bus that it is on; undefined: the board's. */
  readonly on: DeviceBus | undefined;
}

/** A bus of a board. */
export interface Socket<B extends BusName> {
  /** As `info qtree` has them, "pci.0" and "PCI". */
  readonly name: string;
  readonly kind: string;
  /** Those on the bus whoever put them there; absent: those plugged in. */
  devices?(): Iterable<Device>;
  /** Where a device of it is, in lines. */
  place?(device: Device): readonly string[];
  /** Adds to the context what devices of this bus have besides. */
  context(base: DeviceContext): Buses[B]["context"];
  /** Throws Error when there is no place. */
  plug(made: Buses[B]["made"], plug: Plug): void;
}

/** The buses of a board. */
export type Sockets = { readonly [B in BusName]?: Socket<B> };

/** A device of a configuration whose code is here. */
export interface LoadedDevice {
  readonly config: DeviceConfig;
  /** The next device of its type without a number of its own comes after it. */
  readonly counted: boolean;
  readonly type: DeviceType;
  readonly make: Factory<PropertyRows, BusName>;
}

/** A device that a machine is to have. */
export type WantedDevice = Pick<LoadedDevice, "config" | "counted">;

/**
 * Imports the code of devices. To be awaited before consoles are opened: what is typed goes to a device that is there. Rejects with
 * MachineError for one that there is not.
 */
export async function loadDevices(devices: DeviceRegistry, wanted: readonly WantedDevice[]): Promise<LoadedDevice[]> {
  return Promise.all(
    wanted.map(async (one) => {
      const type = devices.find(one.config.driver);
      if (!type) throw new MachineError(`-device ${one.config.driver}: this machine has no such device`);
      return { ...one, type, make: await type.load() };
    }),
  );
}

export class Plugger {
  /** In the order of their places. */
  readonly plugged: PluggedDevice[] = [];
  private readonly counts: Map<string, number>;

  /** `counts` says how many of a type are there without having been counted. */
  constructor(
    private readonly parts: PlugParts,
    private readonly sockets: Sockets,
    counts: Readonly<Record<string, number>> = {},
  ) {
    this.counts = new Map(Object.entries(counts));
  }

  /** Throws MachineError. */
  plug({ config, counted, type, make }: LoadedDevice): void {
    const { driver, id } = config;
    try {
      const ofBoard = this.sockets[type.bus] as Socket<BusName> | undefined;
      const on = ofBoard ? undefined : this.busOfDevice(type, config);
      const socket = ofBoard ?? socketOf(on!);
      const context = socket.context(this.context(this.count(driver), id));
      const values = withDefaults(type.properties, config.properties);
      const made = make(context as Parameters<typeof make>[0], values);
      const plug = { type, config, drive: this.driveOf(type, config) };
      socket.plug(made, plug);
      this.plugged.push({ ...plug, device: deviceOf(made), values: values as PropertyValues, on });
    } catch (error) {
      if (error instanceof MachineError) throw error;
      throw new MachineError(`-device ${driver}: ${(error as Error).message}`, { cause: error });
    }
    if (counted) this.counts.set(driver, this.count(driver) + 1);
  }

  /** The bus of a device that was plugged in before: the one of that name, or the first. */
  private busOfDevice({ bus: type }: DeviceType, { properties }: DeviceConfig): DeviceBus {
    const name = properties.bus;
    const buses = this.plugged.flatMap(({ device: { offers } }) => (offers?.type === type ? [offers] : []));
    const bus = buses.find((each) => name === undefined || each.name === name);
    if (!bus) {
      const which = name === undefined ? `no ${type} bus` : `no ${type} bus '${name}'`;
      throw new Error(`there is ${which} yet (a device that has one comes before it, with id=ID for bus=ID.0)`);
    }
    return bus;
  }

  private count(driver: string): number {
    return this.counts.get(driver) ?? 0;
  }

  private driveOf(type: DeviceType, { properties }: DeviceConfig): Drive | undefined {
    const name = Object.keys(type.properties).find((key) => type.properties[key]!.type === "drive");
    return name === undefined ? undefined : this.parts.drives.get(String(properties[name]));
  }

  private context(ordinal: number, id: string | undefined): DeviceContext {
    const { memory, clock, log, control, entropy, consoles, network } = this.parts;
    return {
      memory,
      clock,
      log,
      control,
      entropy,
      ordinal,
      id,
      chardev: (name) => ({ backend: consoles.port(name) ?? nullChardev(), piped: consoles.isPiped(name) }),
      drive: (name) => this.drive(name),
      nic: (netdev, mac) => network.nic(netdev, mac, id ?? ""),
      folder: (name) => this.folder(name),
    };
  }

  private folder(id: string): FileSystem {
    const folder = this.parts.folders.get(id);
    if (!folder) throw new Error(`there is no fsdev '${id}'`);
    return folder.fs;
  }

  private drive(id: string): DriveEnd {
    const drive = this.parts.drives.get(id);
    if (!drive) throw new Error(`there is no drive '${id}'`);
    const { config, backend } = drive;
    return {
      backend,
      serial: config.serial,
      writeCache: config.writeCache,
      onResize: (listener) => backend.onResize(listener),
      errors: (werror, rerror) =>
        diskErrors(
          id,
          oneOf<WriteErrors>(WRITE_ERRORS, werror) ?? config.werror,
          oneOf<ReadErrors>(READ_ERRORS, rerror) ?? config.rerror,
          this.parts.control,
        ),
    };
  }
}

function socketOf(bus: DeviceBus): Socket<BusName> {
  return {
    name: bus.name ?? bus.kind,
    kind: bus.kind,
    // These devices have the least there is.
    context: (base) => base as Buses[BusName]["context"],
    plug: (made) => bus.plug(deviceOf(made)),
  };
}

/** What is made is a device, or a part with one. */
function deviceOf(made: Buses[BusName]["made"]): Device {
  return "stateVersion" in made ? (made as Device) : (made as { device: Device }).device;
}

function oneOf<T extends string>(words: readonly T[], word: string | undefined): T | undefined {
  return words.find((one) => one === word);
}
