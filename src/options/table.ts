// Every option, one row each. The parser and -help both read this table.

import type { OptionSection } from "./row.js";
import { BLOCK } from "./sections/block.js";
import { BOOT } from "./sections/boot.js";
import { CHARACTER } from "./sections/character.js";
import { DEBUG } from "./sections/debug.js";
import { DISPLAY, NETWORK } from "./sections/display.js";
import { STANDARD } from "./sections/standard.js";

export const OPTION_SECTIONS: readonly OptionSection[] = [STANDARD, BLOCK, DISPLAY, NETWORK, CHARACTER, BOOT, DEBUG];

/** The text of -help, without the line of usage. */
export function helpText(): string {
  const sections = OPTION_SECTIONS.map(({ title, rows }) => {
    const lines = rows.map((row) => {
      const names = row.names.map((name) => `-${name}`).join(" or ");
      const head = row.argument === undefined ? names : `${names} ${row.argument}`;
      return head.length < 16 ? `${head.padEnd(16)}${row.help}` : `${head}\n${" ".repeat(16)}${row.help}`;
    });
    return `${title}:\n${lines.join("\n")}\n`;
  });
  return sections.join("\n");
}

/** What -help adds where console and monitor share a terminal. */
export const TERMINAL_KEYS = `
With a console on the terminal, Ctrl-A is the escape key:
Ctrl-A H        list of the commands
Ctrl-A X        end the machine
Ctrl-A C        switch between console and monitor
`;
