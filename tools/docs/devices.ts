// docs/devices.md: what -device and -machine take, out of the rows of devices, transports and machines.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PropertyRows } from "../../src/base/properties.js";
import { DEVICES } from "../../src/devices/devices.js";
import { DEVICE_TYPES, TRANSPORT_TYPES } from "../../src/devices/list.js";
import type { DeviceType } from "../../src/devices/registry/registry.js";
import { MACHINES } from "../../src/machines/machines.js";
import { defaultText, kindText } from "../../src/options/properties.js";
import { cell, code } from "./options.js";

const DEVICES_FOLDER = fileURLToPath(new URL("../../src/devices/", import.meta.url));

export function deviceReference(): string {
  return [
    ...(DEVICE_TYPES as readonly DeviceType[]).flatMap((type, n) => device(type, folders()[n]!)),
    ...TRANSPORT_TYPES.flatMap(({ text, names, properties }) => [
      `## virtio on ${text}`,
      "",
      `What every ${code([names("virtio-NAME")[0]!])} has besides.`,
      "",
      ...propertyTable(properties),
    ]),
    ...MACHINES.list.flatMap(({ name, text, architectures, buses, properties }) => [
      `## Machine \`${name}\``,
      "",
      `${text}. Guests: ${architectures.join(", ") || "none yet"}. Buses: ${buses.join(", ") || "none"}.`,
      "",
      ...propertyTable(properties),
    ]),
  ]
    .join("\n")
    .trimEnd();
}

function device(type: DeviceType, folder: string): string[] {
  const { name, text, bus, properties } = type;
  const names = DEVICES.list.filter(
    (row) => row.name === name || (bus === "virtio" && row.name.startsWith(`${name}-`)),
  );
  const called = names.map((row) => {
    const also = row.aliases?.length ? ` (or ${code(row.aliases)})` : "";
    return `${code([row.name])}${also} on bus ${row.bus}`;
  });
  const version = `State version ${stateVersion(folder)}.`;
  return [
    `## ${name}`,
    "",
    `${text[0]!.toUpperCase()}${text.slice(1)}. ${called.join("; ")}. ${version}`,
    "",
    ...propertyTable(properties),
  ];
}

function propertyTable(rows: PropertyRows): string[] {
  const lines = Object.entries(rows).map(([name, row]) => {
    const without = row.required ? "required" : defaultText(row);
    return `| ${code([name])} | ${code([kindText(row)])} | ${without ?? ""} | ${cell(row.text)} |`;
  });
  if (lines.length === 0) return ["No properties.", ""];
  return ["| property | takes | without it | meaning |", "| --- | --- | --- | --- |", ...lines, ""];
}

/** Where the types are, in the order of the list. */
function folders(): string[] {
  const list = readFileSync(join(DEVICES_FOLDER, "list.ts"), "utf8");
  return [...list.matchAll(/^import \{ device as \w+ \} from "\.\/(.*)\.js";$/gm)].map(([, file]) => dirname(file!));
}

/** The device's own, which is 1 where its folder says nothing. */
function stateVersion(folder: string): string {
  const path = join(DEVICES_FOLDER, folder);
  const sources = readdirSync(path).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const text = sources.map((file) => readFileSync(join(path, file), "utf8")).join("\n");
  return /readonly stateVersion(?:: number)? = (\d+)/.exec(text)?.[1] ?? "1";
}
