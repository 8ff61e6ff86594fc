// A row of the table of options: spelling, argument, help text, effect.

import type { MachineConfig } from "./config.js";
import type { PendingDrive } from "./drive.js";
import { optionError } from "./error.js";
import type { Catalogue } from "./rows.js";

/** Stand in ParseState.text for what the program says itself: its help, its version. */
export const HELP_MARK = "\0help";
export const VERSION_MARK = "\0version";

/** A card of -nic or -net, before the machine is known. */
export interface PendingNic {
  readonly option: string;
  readonly value: string;
  readonly netdev: string;
  readonly model?: string;
  readonly mac?: string;
  readonly id?: string;
  readonly addr?: string;
}

/** What is gathered while the options are read. */
export interface ParseState {
  readonly catalogue: Catalogue;
  config: MachineConfig;
  pendingDrives: PendingDrive[];
  /** Where each of config.devices was written. */
  deviceSources: { option: string; value: string }[];
  nics: PendingNic[];
  accels: { config: MachineConfig; names: string[]; last: { option: string; value: string } | undefined };
  serials: { option: string; value: string }[];
  monitors: { option: string; value: string }[];
  debugcons: { option: string; value: string }[];
  nographic: boolean;
  display: boolean;
  nodefaults: boolean;
  snapshot: boolean;
  /** Set by -help, -version and the like: printed, then the program ends. */
  text: string | undefined;
}

export interface OptionRow {
  /** Without the dash; the first is the one shown. */
  names: string[];
  /** Argument as help shows it; undefined: the option takes none. */
  argument?: string;
  help: string;
  apply(state: ParseState, option: string, value: string): void;
}

export interface OptionSection {
  title: string;
  rows: OptionRow[];
}

export const flag = (names: string[], help: string, apply: (state: ParseState) => void): OptionRow => ({
  names,
  help,
  apply,
});

/** Taken so that usual command lines work: the argument may only say that there is none, or ask what there is. */
export function absent(name: string, what: string, instead = `, or write -${name} none`): OptionRow {
  return {
    names: [name],
    argument: "none",
    help: `no ${what} (there is none yet)`,
    apply(state, option, value) {
      if (help(() => `There is no ${what} yet: only none.\n`, value, state)) return;
      if (value === "none" || value.startsWith("none,")) return;
      throw optionError(option, value, `there is no ${what} yet: leave ${option} out${instead}`);
    },
  };
}

export const help = (text: () => string, value: string, state: ParseState): boolean => {
  if (value !== "help" && value !== "?") return false;
  state.text = text();
  return true;
};
