// -device and -object: the devices a command line may add, one row each, with the properties they take.

import type { DeviceConfig, MachineConfig, RngSource } from "./config.js";
import { parseReadErrors, parseWriteErrors } from "./drive.js";
import { optionError } from "./error.js";
import { applyList, type Fail, parseList } from "./keyval.js";
import { refusedDevice } from "./refused.js";
import { parseInteger, parseSize, parseSwitch } from "./values.js";

type Check = (text: string, name: string, fail: Fail) => void;

const text: Check = () => {};
const onOff: Check = (value, name, fail) => void parseSwitch(value, name, fail);
const onOffAuto: Check = (value, name, fail) => {
  if (value !== "auto") parseSwitch(value, name, fail);
};
const u32: Check = (value, name, fail) => void parseInteger(value, name, 0, 0xffffffff, fail);
const port: Check = (value, name, fail) => void parseInteger(value, name, 0, 0xffff, fail);
const size: Check = (value, name, fail) => void parseSize(value, 1, name, fail);
/** `slot[.function]`, hexadecimal, as lspci prints it; function 0 only. */
const pciAddress: Check = (value, name, fail) => {
  parsePciAddress(value, name, fail);
};
const only =
  (...allowed: string[]): Check =>
  (value, name, fail) => {
    if (!allowed.includes(value)) fail(`${name}=${value} is not supported`);
  };

const PCI: Record<string, Check> = { addr: pciAddress, bus: only("pci.0", "pci"), bootindex: u32 };
const VIRTIO: Record<string, Check> = {
  ...PCI,
  "disable-legacy": onOffAuto,
  "disable-modern": only("off", "false", "no"),
  event_idx: onOff,
  indirect_desc: onOff,
  ioeventfd: onOff,
  iommu_platform: only("off", "false", "no"),
  packed: only("off", "false", "no"),
  vectors: u32,
};

interface DeviceRow {
  help: string;
  properties: Record<string, Check>;
  required?: string[];
  aliases?: string[];
}

/** Every driver -device knows. */
export const DEVICE_ROWS: Record<string, DeviceRow> = {
  "virtio-blk-pci": {
    help: "virtio disk of a -drive if=none",
    aliases: ["virtio-blk", "virtio-blk-pci-non-transitional"],
    properties: {
      ...VIRTIO,
      drive: text,
      serial: text,
      "write-cache": onOffAuto,
      "config-wce": onOff,
      logical_block_size: size,
      physical_block_size: size,
      "num-queues": only("1"),
      "queue-size": u32,
      "share-rw": onOff,
      discard: onOff,
      "write-zeroes": onOff,
      werror: (value, _name, fail) => void parseWriteErrors(value, fail),
      rerror: (value, _name, fail) => void parseReadErrors(value, fail),
    },
    required: ["drive"],
  },
  "virtio-rng-pci": {
    help: "virtio source of random numbers",
    aliases: ["virtio-rng", "virtio-rng-pci-non-transitional"],
    properties: { ...VIRTIO, rng: text, "max-bytes": u32, period: u32 },
  },
  "isa-serial": {
    help: "16550A serial port",
    properties: { chardev: text, index: u32, iobase: port, irq: u32 },
    required: ["chardev"],
  },
  "isa-debug-exit": {
    help: "a write of v ends the machine with exit status (v << 1) | 1",
    properties: { iobase: port, iosize: u32 },
  },
  "isa-debugcon": {
    help: "a port whose bytes go to a character device",
    properties: { chardev: text, iobase: port, readback: u32 },
    required: ["chardev"],
  },
  "pc-testdev": { help: "test device of kvm-unit-tests", properties: {} },
};

/** The driver of a name or alias. */
export function findDriver(name: string): string | undefined {
  if (Object.hasOwn(DEVICE_ROWS, name)) return name;
  return Object.entries(DEVICE_ROWS).find(([, row]) => row.aliases?.includes(name))?.[0];
}

/** -device DRIVER[,property=value]... */
export function parseDevice(option: string, value: string): DeviceConfig {
  const list = parseList(option, value, "driver");
  const typed = list.find(({ key }) => key === "driver")?.value ?? "";
  const driver = findDriver(typed);
  if (driver === undefined) {
    throw optionError(option, value, `no device '${typed}' (-device help lists them): ${refusedDevice(typed)}`);
  }
  const row = DEVICE_ROWS[driver]!;
  const device: DeviceConfig = { driver, properties: {} };
  const fail: Fail = (message) => {
    throw optionError(option, value, message);
  };
  for (const { key, value: text } of list) {
    if (key === "driver") continue;
    if (key === "id") {
      device.id = text;
      continue;
    }
    const check = Object.hasOwn(row.properties, key) ? row.properties[key] : undefined;
    if (!check) fail(`Property '${driver}.${key}' not found`);
    check!(text, key, fail);
    device.properties[key] = text;
  }
  for (const name of row.required ?? []) {
    if (device.properties[name] === undefined) fail(`${name} property not set`);
  }
  return device;
}

/** The text of -device help, or of -device DRIVER,help; undefined for anything else. */
export function deviceHelp(value: string): string | undefined {
  if (value === "help" || value === "?") return devicesHelp();
  const [name, word] = value.split(",");
  if (word !== "help" && word !== "?") return undefined;
  const driver = findDriver(name!);
  if (driver === undefined) return undefined;
  const properties = Object.keys(DEVICE_ROWS[driver]!.properties);
  return `${driver} properties:\n${["id", ...properties].map((property) => `  ${property}\n`).join("")}`;
}

function devicesHelp(): string {
  const rows = Object.entries(DEVICE_ROWS).map(([name, row]) => {
    const properties = Object.keys(row.properties);
    return `${name.padEnd(16)} ${row.help}${properties.length > 0 ? `\n${" ".repeat(17)}${properties.join(", ")}` : ""}`;
  });
  return `Devices:\n${rows.join("\n")}\n`;
}

/** Slot number of `06` or `06.0`. Throws through `fail`. */
export function parsePciAddress(value: string, name: string, fail: Fail): number {
  const match = /^([0-9a-f]{1,2})(?:\.([0-7]))?$/i.exec(value);
  const slot = match ? Number.parseInt(match[1]!, 16) : 32;
  if (slot > 31) fail(`Parameter '${name}' expects a PCI slot such as 06.0, not '${value}'`);
  if ((match![2] ?? "0") !== "0") fail(`${name}=${value}: only function 0 is supported`);
  return slot;
}

/** -object rng-random|rng-builtin,id=ID[,filename=FILE] */
export function parseObject(option: string, value: string): RngSource {
  const source: RngSource & { type: string } = { id: "", type: "" };
  applyList<RngSource & { type: string }>(option, value, "qom-type", source, {
    "qom-type": (target, text, fail) => {
      if (text !== "rng-random" && text !== "rng-builtin") {
        fail(`object type '${text}' is not supported (there are rng-random and rng-builtin)`);
      }
      target.type = text;
    },
    id: (target, text) => {
      target.id = text;
    },
    filename: (target, text, fail) => {
      if (target.type !== "rng-random") fail("Invalid parameter 'filename'");
      // What these two give is the host's own generator, which every host has.
      if (text !== "/dev/urandom" && text !== "/dev/random") {
        fail(`filename=${text} is not supported (only /dev/urandom and /dev/random are)`);
      }
    },
  });
  if (source.id === "") throw optionError(option, value, "Parameter 'id' is missing");
  return { id: source.id };
}

/** Checks that what devices name exists. */
export function checkReferences(config: MachineConfig, sources: { option: string; value: string }[]): void {
  const used = new Set(config.drives.filter((drive) => drive.interface === "virtio").map((drive) => drive.id));
  for (const [index, device] of config.devices.entries()) {
    const { option, value } = sources[index]!;
    const { drive, chardev, rng } = device.properties;
    if (drive !== undefined) {
      if (!config.drives.some((entry) => entry.id === drive)) {
        throw optionError(option, value, `Property '${device.driver}.drive' can't find value '${drive}'`);
      }
      if (used.has(drive)) throw optionError(option, value, `Drive '${drive}' is already in use by another device`);
      used.add(drive);
    }
    if (chardev !== undefined && !config.chardevs.some((entry) => entry.id === chardev)) {
      throw optionError(option, value, `Property '${device.driver}.chardev' can't find value '${chardev}'`);
    }
    if (rng !== undefined && !config.rngSources.some((entry) => entry.id === rng)) {
      throw optionError(option, value, `Property '${device.driver}.rng' can't find value '${rng}'`);
    }
  }
}
