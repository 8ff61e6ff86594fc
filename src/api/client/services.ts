// What a machine does not have yet, under the names it will have.

import type { AnyDeviceOptions } from "../../devices/devices.js";
import { MachineError } from "../../machine/host.js";
import type { MachineStreams } from "../api.js";
import type {
  DriveOptions,
  ExecOptions,
  ExecResult,
  MachineDrives,
  MachineFiles,
  MachineFolders,
  MachineNetwork,
  MachineSerialPorts,
  MachineStatistics,
} from "../services.js";

function unavailable(name: string, instead: string): MachineError {
  return new MachineError(`${name} is not there yet: ${instead}`, { code: "ERR_UNAVAILABLE" });
}

function refuse(name: string, instead: string): never {
  throw unavailable(name, instead);
}

const ON_DISK = "put the files on a disk image";
const NO_NETWORK = "there is no network";
const BY_CONSOLE = "write the command to machine.console, whose output it joins";

/** Base of the remote control. */
export abstract class MachineServices {
  abstract readonly console: MachineStreams;

  readonly serial: MachineSerialPorts = {
    get: (index) =>
      index === 0 ? this.console : refuse(`machine.serial.get(${index})`, "the first port is machine.console"),
  };

  readonly drives: MachineDrives = {
    get: (id) => refuse(`machine.drives.get("${id}")`, "an image of files is the file that was given"),
  };

  readonly folders: MachineFolders = {
    get: (tag) => refuse(`machine.folders.get("${tag}")`, ON_DISK),
  };

  readonly network: MachineNetwork = {
    fetch: async () => refuse("machine.network.fetch()", NO_NETWORK),
    connect: async () => refuse("machine.network.connect()", NO_NETWORK),
    listen: async () => refuse("machine.network.listen()", NO_NETWORK),
  };

  readonly files: MachineFiles = {
    readFile: async () => refuse("machine.files.readFile()", ON_DISK),
    writeFile: async () => refuse("machine.files.writeFile()", ON_DISK),
  };

  async exec(_command: string | readonly string[], _options?: ExecOptions): Promise<ExecResult> {
    return refuse("machine.exec()", BY_CONSOLE);
  }

  async saveState(): Promise<ReadableStream<Uint8Array>> {
    return refuse("machine.saveState()", "a machine begins where its command line says");
  }

  async fork(_count = 1): Promise<never> {
    return refuse("machine.fork()", "make another machine of the same options");
  }

  async statistics(): Promise<MachineStatistics> {
    return refuse("machine.statistics()", 'write "info jit" to machine.monitor');
  }
}

/** Adds the devices of the options to a command line. */
export function addDevices(devices: readonly AnyDeviceOptions[], args: string[]): void {
  for (const { driver, ...properties } of devices) {
    const set = Object.entries(properties).filter(([, value]) => value !== undefined);
    const words = set.map(([name, value]) => `${name}=${typeof value === "boolean" ? (value ? "on" : "off") : value}`);
    // A comma in a value is written twice.
    args.push("-device", [driver, ...words].map((word) => word.replaceAll(",", ",,")).join(","));
  }
}

/** Adds the drives of the options to a command line and its files. Throws MachineError for what is not there yet. */
export function addDrives<F>(
  drives: readonly DriveOptions[],
  args: string[],
  files: Record<string, F>,
  posted: (file: DriveOptions["file"]) => F,
): void {
  for (const [index, { file, persist, readOnly = false, snapshot = false }] of drives.entries()) {
    if (persist !== undefined) {
      throw unavailable(`drives[${index}].persist`, "what a guest writes to bytes, Blobs and URLs is kept in memory");
    }
    const name = `drives[${index}].file`;
    files[name] = posted(file);
    const flags = `${readOnly ? ",readonly=on" : ""}${snapshot ? ",snapshot=on" : ""}`;
    args.push("-drive", `if=virtio,format=raw,file=${name}${flags}`);
  }
}
