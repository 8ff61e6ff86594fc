// Every option, one row each. The parser and -help both read this table.

import { withoutPart } from "./machine-options.js";
import { flag, type OptionSection } from "./row.js";
import type { MachineRows } from "./rows.js";
import { BLOCK } from "./sections/block.js";
import { BOOT } from "./sections/boot.js";
import { CHARACTER } from "./sections/character.js";
import { DEBUG } from "./sections/debug.js";
import { DISPLAY } from "./sections/display.js";
import { FOLDERS } from "./sections/folders.js";
import { NETWORK } from "./sections/network.js";
import { STANDARD } from "./sections/standard.js";

/** All there are where these are the machines. */
export function optionSections(machines: MachineRows): readonly OptionSection[] {
  const parts = partSection(machines);
  const own = parts.rows.length > 0 ? [parts] : [];
  return [STANDARD, BLOCK, FOLDERS, DISPLAY, NETWORK, CHARACTER, BOOT, DEBUG, ...own];
}

/** Options of machines: each leaves out a part. */
function partSection(machines: MachineRows): OptionSection {
  const rows = machines.list.flatMap(({ without = {}, properties }) =>
    Object.entries(without).map(([option, property]) =>
      flag([option], `no ${properties[property]!.text}`, (state) => {
        withoutPart(state.config, state.catalogue.machines, `-${option}`, property);
      }),
    ),
  );
  return { title: "Options of machines", rows };
}

/** The text of -help, without the line of usage. */
export function helpText(sections: readonly OptionSection[]): string {
  const texts = sections.map(({ title, rows }) => {
    const lines = rows.map((row) => {
      const names = row.names.map((name) => `-${name}`).join(" or ");
      const head = row.argument === undefined ? names : `${names} ${row.argument}`;
      return head.length < 16 ? `${head.padEnd(16)}${row.help}` : `${head}\n${" ".repeat(16)}${row.help}`;
    });
    return `${title}:\n${lines.join("\n")}\n`;
  });
  return texts.join("\n");
}

/** What -help adds where console and monitor share a terminal. */
export const TERMINAL_KEYS = `
With a console on the terminal, Ctrl-A is the escape key:
Ctrl-A H        list of the commands
Ctrl-A X        end the machine
Ctrl-A C        switch between console and monitor
`;
