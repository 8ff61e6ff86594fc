// -device and -object: what a command line adds. What there is comes from the devices' own rows.

import type { DeviceConfig, MachineConfig, RngSource } from "./config.js";
import { optionError } from "./error.js";
import { applyList, type Fail, parseList } from "./keyval.js";
import { parseProperty, propertiesHelp } from "./properties.js";
import { refusedDevice } from "./refused.js";
import type { DeviceRows } from "./rows.js";

/** -device DRIVER[,property=value]... */
export function parseDevice(devices: DeviceRows, option: string, value: string): DeviceConfig {
  const list = parseList(option, value, "driver");
  const typed = list.find(({ key }) => key === "driver")?.value ?? "";
  const row = devices.find(typed);
  if (row === undefined) {
    throw optionError(option, value, `no device '${typed}' (-device help lists them): ${refusedDevice(typed)}`);
  }
  const device: DeviceConfig = { driver: row.name, properties: {} };
  const fail: Fail = (message) => {
    throw optionError(option, value, message);
  };
  for (const { key, value: text } of list) {
    if (key === "driver") continue;
    if (key === "id") {
      device.id = text;
      continue;
    }
    const property = Object.hasOwn(row.properties, key) ? row.properties[key] : undefined;
    if (!property) return fail(`Property '${row.name}.${key}' not found`);
    const parsed = parseProperty(property, key, text, fail);
    if (parsed === undefined) delete device.properties[key];
    else device.properties[key] = parsed;
  }
  for (const [name, property] of Object.entries(row.properties)) {
    if (property.required && device.properties[name] === undefined) fail(`${name} property not set`);
  }
  return device;
}

/** The text of -device help, or of -device DRIVER,help; undefined for anything else. */
export function deviceHelp(devices: DeviceRows, value: string): string | undefined {
  if (value === "help" || value === "?") return devicesHelp(devices);
  const [name, word] = value.split(",");
  if (word !== "help" && word !== "?") return undefined;
  const row = devices.find(name!);
  if (row === undefined) return undefined;
  const id = { id: { type: "string", text: "name of the device" } } as const;
  return `${row.name} properties:\n${propertiesHelp({ ...id, ...row.properties })}`;
}

function devicesHelp({ list }: DeviceRows): string {
  const rows = list.map(({ name, aliases = [], text, bus, properties }) => {
    const also = aliases.length > 0 ? ` (or ${aliases.join(", ")})` : "";
    const names = Object.keys(properties);
    const indent = " ".repeat(17);
    return `${name.padEnd(16)} ${text}, bus ${bus}${also}${names.length > 0 ? `\n${indent}${names.join(", ")}` : ""}`;
  });
  return `Devices:\n${rows.join("\n")}\n`;
}

/** -object rng-random|rng-builtin,id=ID[,filename=FILE] */
export function parseObject(option: string, value: string): RngSource {
  const source: RngSource & { type: string } = { id: "", type: "" };
  applyList<RngSource & { type: string }>(option, value, "qom-type", source, {
    "qom-type": (target, text, fail) => {
      if (text !== "rng-random" && text !== "rng-builtin") {
        fail(`object type '${text}' is not supported (there are rng-random, rng-builtin and filter-dump)`);
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
export function checkReferences(
  config: MachineConfig,
  devices: DeviceRows,
  sources: { option: string; value: string }[],
): void {
  const used = new Set(config.drives.filter((drive) => drive.interface === "virtio").map((drive) => drive.id));
  const plugged = new Set(config.netdevs.flatMap(({ netdev }) => (netdev === undefined ? [] : [netdev])));
  const known = {
    drive: new Set(config.drives.map(({ id }) => id)),
    chardev: new Set(config.chardevs.map(({ id }) => id)),
    rng: new Set(config.rngSources.map(({ id }) => id)),
    netdev: new Set(config.netdevs.map(({ id }) => id)),
    fsdev: new Set(config.folders.map(({ id }) => id)),
  };
  for (const [index, device] of config.devices.entries()) {
    const { option, value } = sources[index]!;
    for (const [name, row] of Object.entries(devices.find(device.driver)?.properties ?? {})) {
      const id = device.properties[name];
      if (id === undefined || !isReference(row.type)) continue;
      if (!known[row.type].has(String(id))) {
        throw optionError(option, value, `Property '${device.driver}.${name}' can't find value '${id}'`);
      }
      if (row.type === "netdev") takeNetdev(plugged, String(id), option, value);
      if (row.type !== "drive") continue;
      if (used.has(String(id))) throw optionError(option, value, `Drive '${id}' is already in use by another device`);
      used.add(String(id));
    }
  }
}

type Reference = "drive" | "chardev" | "rng" | "netdev" | "fsdev";

function isReference(type: string): type is Reference {
  return type === "drive" || type === "chardev" || type === "rng" || type === "netdev" || type === "fsdev";
}

/** A cable has two ends. */
function takeNetdev(plugged: Set<string>, id: string, option: string, value: string): void {
  if (plugged.has(id)) throw optionError(option, value, `netdev '${id}' is already in use by another device`);
  plugged.add(id);
}
