// Values of properties by their rows (src/base/properties.ts).

import type { PropertyRow, PropertyRows, PropertyValue } from "../base/properties.js";
import type { Fail } from "./keyval.js";
import { parseInteger, parseSize, parseSwitch } from "./values.js";

/** The value of a property, undefined for `auto`. Throws through `fail` naming it. */
export function parseProperty(row: PropertyRow, name: string, text: string, fail: Fail): PropertyValue | undefined {
  switch (row.type) {
    case "switch":
      return parseSwitch(text, name, fail);
    case "switch-auto":
      return text === "auto" ? undefined : parseSwitch(text, name, fail);
    case "number":
      return parseInteger(text, name, row.least ?? 0, row.most ?? 0xffffffff, fail);
    case "size":
      return parseSize(text, 1, name, fail);
    case "slot":
      return parseSlot(text, name, fail);
    case "choice":
      if (row.words!.includes(text)) return text;
      return fail(`Parameter '${name}' does not accept value '${text}' (it knows ${row.words!.join(", ")})`);
    case "fixed":
      if (row.words!.includes(text)) return undefined;
      return fail(`${name}=${text} is not supported${row.instead === undefined ? "" : ` (${row.instead})`}`);
    case "string":
      if (row.pattern?.is.test(text) === false) fail(`${name}=${text}: ${row.pattern.says}`);
      return text;
    default:
      return text;
  }
}

/** Slot number of `06` or `06.0`, hexadecimal, as lspci prints it; function 0 only. */
function parseSlot(value: string, name: string, fail: Fail): number {
  const match = /^([0-9a-f]{1,2})(?:\.([0-7]))?$/i.exec(value);
  const slot = match ? Number.parseInt(match[1]!, 16) : 32;
  if (slot > 31) fail(`Parameter '${name}' expects a PCI slot such as 06.0, not '${value}'`);
  if ((match![2] ?? "0") !== "0") fail(`${name}=${value}: only function 0 is supported`);
  return slot;
}

const KINDS: Partial<Record<PropertyRow["type"], string>> = {
  string: "str",
  switch: "on|off",
  "switch-auto": "on|off|auto",
  number: "number",
  size: "size",
  slot: "slot",
  drive: "drive id",
  chardev: "chardev id",
  rng: "object id",
  netdev: "netdev id",
  fsdev: "fsdev id",
};

/** What a property takes. */
export function kindText(row: PropertyRow): string {
  return KINDS[row.type] ?? (row.type === "choice" ? row.words!.join("|") : row.words![0]!);
}

/** What holds where nothing is said. */
export function defaultText({ default: value }: PropertyRow): string | undefined {
  return typeof value === "boolean" ? (value ? "on" : "off") : value?.toString();
}

/** A line for each property: what it takes, what it is, what holds without it. */
export function propertiesHelp(rows: PropertyRows): string {
  return Object.entries(rows)
    .map(([name, row]) => {
      const shown = defaultText(row);
      const without = row.required ? " (required)" : shown === undefined ? "" : ` (default: ${shown})`;
      return `  ${`${name}=<${kindText(row)}>`.padEnd(30)} - ${row.text}${without}\n`;
    })
    .join("");
}
