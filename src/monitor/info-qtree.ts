// `info qtree`: devices by their buses, with the properties of their rows.

import type { PropertyRows, PropertyValue } from "../base/properties.js";
import type { Device } from "../devices/interfaces.js";
import type { BusName } from "../devices/registry/registry.js";
import type { PluggedDevice, Socket, Sockets } from "../machine/plug.js";

export interface DeviceTree {
  readonly mainboard: { readonly devices: readonly Device[]; readonly sockets: Sockets };
  readonly plugged: readonly PluggedDevice[];
}

export function infoQtree({ mainboard: { devices, sockets }, plugged }: DeviceTree): string {
  const byDevice = new Map(plugged.map((one) => [one.device, one]));
  const buses = Object.entries(sockets) as [BusName, Socket<BusName>][];
  const names = new Set(buses.map(([, { name }]) => name));
  const fixed = devices.filter((device) => !byDevice.has(device) && !names.has(device.name));
  return [
    "bus: main-system-bus\n  type System\n",
    ...fixed.map(({ name }) => `  dev: ${name}, id ""\n`),
    ...buses.map(([kind, bus]) => {
      const here = bus.devices?.() ?? plugged.filter(({ type }) => type.bus === kind).map(({ device }) => device);
      const lines = [...here].flatMap((device) => [
        ...deviceLines(device, byDevice.get(device), bus.place?.(device)),
        ...busLines(device, plugged),
      ]);
      return `  bus: ${bus.name}\n    type ${bus.kind}\n${lines.map((line) => `    ${line}\n`).join("")}`;
    }),
  ].join("");
}

/** The bus of a device, with what is on it. */
function busLines({ offers }: Device, plugged: readonly PluggedDevice[]): string[] {
  if (!offers) return [];
  const lines = plugged.flatMap((one) => (one.on === offers ? deviceLines(one.device, one) : []));
  const { name = offers.kind, kind } = offers;
  return [`  bus: ${name}`, `    type ${kind}`, ...lines.map((line) => `    ${line}`)];
}

function deviceLines(device: Device, plugged: PluggedDevice | undefined, place: readonly string[] = []): string[] {
  const name = plugged?.type.name ?? device.name;
  const properties = plugged ? propertyLines(plugged.type.properties, plugged.values) : [];
  const inner = [...properties, ...place];
  return [`dev: ${name}, id "${plugged?.config.id ?? ""}"`, ...inner.map((line) => `  ${line}`)];
}

/** Those that have a value: others are as the device chose, and what is fixed says nothing. */
function propertyLines(rows: PropertyRows, values: Readonly<Record<string, PropertyValue>>): string[] {
  return Object.keys(rows).flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`${name} = ${shown(value, rows[name]!.type === "slot")}`];
  });
}

function shown(value: PropertyValue, slot: boolean): string {
  if (typeof value === "string") return `"${value}"`;
  if (slot) return `${value.toString(16).padStart(2, "0")}.0`;
  return typeof value === "number" ? `${value} (0x${value.toString(16)})` : String(value);
}
