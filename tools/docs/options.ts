// docs/options.md: every option of QEMU's that the emulator knows of, out of the tables that the parser reads.

import { DEVICES } from "../../src/devices/devices.js";
import { MACHINES } from "../../src/machines/machines.js";
import { refusedOptions } from "../../src/options/refused.js";
import type { OptionRow } from "../../src/options/row.js";
import { optionSections } from "../../src/options/table.js";

/** Help of an option that changes nothing begins with this word. */
const IGNORED = "accepted:";

export function optionTables(): string {
  const sections = optionSections(MACHINES).flatMap(({ title, rows }) => [
    `## ${title}`,
    "",
    "| option | argument | is | meaning |",
    "| --- | --- | --- | --- |",
    ...rows.map(optionRow),
    "",
  ]);
  const devices = DEVICES.list.map(
    ({ name, aliases = [], text, properties }) =>
      `| ${code([name, ...aliases])} | ${cell(text)} | ${code(Object.keys(properties))} |`,
  );
  const refused = refusedOptions().map(
    ({ names, why }) => `| ${code(names.map((name) => `-${name}`))} | ${cell(why)} |`,
  );
  return [
    ...sections,
    ...["## Devices of -device", "", "| device | what it is | properties |", "| --- | --- | --- |", ...devices, ""],
    ...["## Refused options", "", "| options | why, and what to write instead |", "| --- | --- |", ...refused],
  ].join("\n");
}

function optionRow({ names, argument, help }: OptionRow): string {
  const ignored = help.startsWith(IGNORED);
  const meaning = ignored ? help.slice(IGNORED.length).trim() : help;
  const shown = argument === undefined ? "" : code([argument]);
  return `| ${code(names.map((name) => `-${name}`))} | ${shown} | ${ignored ? "ignored" : "supported"} | ${cell(meaning)} |`;
}

export const code = (words: readonly string[]): string => words.map((word) => `\`${cell(word)}\``).join(", ");
/** A bar would end the table's cell. */
export const cell = (text: string): string => text.replaceAll("|", "\\|");
