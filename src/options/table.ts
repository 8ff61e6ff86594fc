// Every option, one row each: spelling, argument, help text, effect. The parser and -help both read this table.

import { applyChardev, applyMon } from "./chardev.js";
import type { MachineConfig } from "./config.js";
import { applyCpu, cpuHelp } from "./cpu.js";
import { deviceHelp, parseDevice, parseObject } from "./device.js";
import { compactDisc, hardDisk, type PendingDrive, parseDrive } from "./drive.js";
import { optionError } from "./error.js";
import {
  applyAction,
  applyBoot,
  applyEscape,
  applyIcount,
  applyLog,
  applyName,
  applyRtc,
  applyUuid,
  logHelp,
} from "./host-options.js";
import {
  ACCEL_HELP,
  applyAccel,
  applyMachine,
  applyMemory,
  applySmp,
  machineHelp,
  withoutPart,
} from "./machine-options.js";
import type { Catalogue } from "./rows.js";
import { parseChoice, parseInteger } from "./values.js";

/** What is gathered while the options are read. */
export interface ParseState {
  readonly catalogue: Catalogue;
  config: MachineConfig;
  pendingDrives: PendingDrive[];
  /** Where each of config.devices was written. */
  deviceSources: { option: string; value: string }[];
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

const flag = (names: string[], help: string, apply: (state: ParseState) => void): OptionRow => ({ names, help, apply });

/** Taken so that usual command lines work: the argument may only say that there is none, or ask what there is. */
function absent(name: string, what: string, instead = `, or write -${name} none`): OptionRow {
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

const help = (text: () => string, value: string, state: ParseState): boolean => {
  if (value !== "help" && value !== "?") return false;
  state.text = text();
  return true;
};

const INSTEAD_OF_DISPLAY =
  "leave -display out and the console is the terminal (Linux: -append console=ttyS0), or write -display none";

export const OPTION_SECTIONS: OptionSection[] = [
  {
    title: "Standard options",
    rows: [
      {
        names: ["help", "h"],
        help: "display this help and exit",
        apply: (state) => {
          state.text = helpText();
        },
      },
      {
        names: ["version"],
        help: "display version information and exit",
        apply: (state) => {
          state.text = VERSION_MARK;
        },
      },
      {
        names: ["machine", "M"],
        argument: "[type=]name[,prop=value...]",
        help: "machine type and its properties (-M help and -M NAME,help list them)",
        apply(state, option, value) {
          const { machines } = state.catalogue;
          state.text = machineHelp(machines, value);
          if (state.text === undefined) applyMachine(state.config, machines, option, value);
        },
      },
      {
        names: ["cpu"],
        argument: "model[,+feature|-feature...][,prop=value...]",
        help: "CPU model and its features (-cpu help lists them)",
        apply(state, option, value) {
          const { cpus } = state.catalogue.guest;
          if (!help(() => cpuHelp(cpus), value, state)) applyCpu(state.config, cpus, option, value);
        },
      },
      {
        names: ["accel"],
        argument: "tcg[,tb-size=n][,thread=single|multi][,one-insn-per-tb=on|off]",
        help: "tb-size: limit of generated code in MiB",
        apply(state, option, value) {
          if (help(() => ACCEL_HELP, value, state)) return;
          state.accels.last = { option, value };
          applyAccel(state.accels, option, value);
        },
      },
      {
        names: ["smp"],
        argument: "1",
        help: "number of CPUs",
        apply: (_state, option, value) => applySmp(option, value),
      },
      {
        names: ["m"],
        argument: "[size=]megs",
        help: "RAM (suffixes k, M, G; default 128M)",
        apply: (state, option, value) => applyMemory(state.config, option, value),
      },
      {
        names: ["boot"],
        argument: "[order=drives][,once=drives][,menu=on|off]",
        help: "boot order told to the firmware",
        apply: (state, option, value) => applyBoot(state.config, option, value),
      },
      {
        names: ["name"],
        argument: "string",
        help: "name of the machine",
        apply: (state, option, value) => applyName(state.config, option, value),
      },
      {
        names: ["uuid"],
        argument: "uuid",
        help: "identity of the machine in its SMBIOS tables",
        apply: (state, option, value) => applyUuid(state.config, option, value),
      },
      {
        names: ["device"],
        argument: "driver[,prop=value...]",
        help: "add a device (-device help lists them)",
        apply(state, option, value) {
          state.text = deviceHelp(state.catalogue.devices, value);
          if (state.text !== undefined) return;
          const device = parseDevice(state.catalogue.devices, option, value);
          if (device.id !== undefined && state.config.devices.some((other) => other.id === device.id)) {
            throw optionError(option, value, `Duplicate device ID '${device.id}'`);
          }
          state.config.devices.push(device);
          state.deviceSources.push({ option, value });
        },
      },
      {
        names: ["object"],
        argument: "rng-random|rng-builtin,id=id[,filename=file]",
        help: "a source of random numbers for virtio-rng-pci",
        apply: (state, option, value) => {
          const source = parseObject(option, value);
          if (state.config.rngSources.some((other) => other.id === source.id)) {
            throw optionError(option, value, `Duplicate ID '${source.id}' for object`);
          }
          state.config.rngSources.push(source);
        },
      },
    ],
  },
  {
    title: "Block device options",
    rows: [
      ...["a", "b", "c", "d"].map(
        (letter, index): OptionRow => ({
          names: [`hd${letter}`],
          argument: "file",
          help: `raw image as hard disk ${index} (a virtio disk: there is no IDE yet)`,
          apply: (state, option, value) => void state.pendingDrives.push(hardDisk(option, value, index)),
        }),
      ),
      {
        names: ["cdrom"],
        argument: "file",
        help: "raw image as the last disk, read-only (a virtio disk: there is no CD-ROM drive yet)",
        apply: (state, option, value) => void state.pendingDrives.push(compactDisc(option, value)),
      },
      {
        names: ["drive"],
        argument:
          "file=file[,if=virtio|none][,format=raw][,readonly=on|off][,snapshot=on|off][,id=id][,serial=s][,cache=mode][,werror=action][,rerror=action]",
        help: "raw image as a disk; if=none leaves it to a -device virtio-blk-pci,drive=id",
        apply: (state, option, value) => void state.pendingDrives.push(parseDrive(option, value)),
      },
      flag(["snapshot"], "keep writes to disks in memory and forget them at the end", (state) => {
        state.snapshot = true;
      }),
    ],
  },
  {
    title: "Display options",
    rows: [
      flag(["nographic"], "console and monitor on the terminal (the default)", (state) => {
        state.nographic = true;
      }),
      {
        names: ["display"],
        argument: "none",
        help: "no console but those of -serial and -monitor",
        apply(state, option, value) {
          if (help(() => "Available display backend types:\nnone\n", value, state)) return;
          if (value !== "none") throw optionError(option, value, `there is no display yet: ${INSTEAD_OF_DISPLAY}`);
          state.display = true;
        },
      },
      absent("vga", "VGA", " (the console is the terminal; Linux: -append console=ttyS0), or write -vga none"),
    ],
  },
  {
    title: "Network and sound options",
    rows: [
      absent("net", "network"),
      absent("nic", "network"),
      absent("netdev", "network", ""),
      absent("audiodev", "sound"),
    ],
  },
  {
    title: "Character device options",
    rows: [
      {
        names: ["serial"],
        argument: "stdio|mon:stdio|file:name|null|none|chardev:id",
        help: "where the next serial port leads",
        apply: (state, option, value) => void state.serials.push({ option, value }),
      },
      {
        names: ["monitor"],
        argument: "stdio|null|none|file:name",
        help: "where the monitor is",
        apply: (state, option, value) => void state.monitors.push({ option, value }),
      },
      {
        names: ["debugcon"],
        argument: "stdio|file:name|null",
        help: "where bytes written to port 0xe9 go",
        apply: (state, option, value) => void state.debugcons.push({ option, value }),
      },
      absent("parallel", "parallel port"),
      {
        names: ["chardev"],
        argument: "stdio|null|file,id=id[,path=name][,mux=on|off][,signal=on|off]",
        help: "a character device to be named by others",
        apply: (state, option, value) => applyChardev(state.config, option, value),
      },
      {
        names: ["mon"],
        argument: "[chardev=]id",
        help: "a monitor on a character device",
        apply: (state, option, value) => applyMon(state.config, option, value),
      },
      {
        names: ["echr"],
        argument: "n",
        help: "code of the key that begins the terminal's commands (default 1, Ctrl-A)",
        apply: (state, option, value) => applyEscape(state.config, option, value),
      },
    ],
  },
  {
    title: "Boot options",
    rows: [
      {
        names: ["kernel"],
        argument: "file",
        help: "bzImage, PVH ELF or multiboot kernel",
        apply: (state, _option, value) => {
          state.config.kernel = value;
        },
      },
      {
        names: ["append"],
        argument: "cmdline",
        help: "kernel command line",
        apply: (state, _option, value) => {
          state.config.append = value;
        },
      },
      {
        names: ["initrd"],
        argument: "file",
        help: "initial RAM disk (multiboot: modules)",
        apply: (state, _option, value) => {
          state.config.initrd = value;
        },
      },
      {
        names: ["bios"],
        argument: "file",
        help: "firmware image",
        apply: (state, _option, value) => {
          state.config.bios = value;
        },
      },
      {
        names: ["L"],
        argument: "path",
        help: "directory in which firmware is looked for",
        apply(state, _option, value) {
          const { libraryPath } = state.config;
          if (!help(() => libraryPath.map((path) => `${path}\n`).join(""), value, state)) libraryPath.push(value);
        },
      },
    ],
  },
  {
    title: "Machine and debug options",
    rows: [
      flag(["no-reboot"], "end instead of rebooting", (state) => {
        state.config.noReboot = true;
      }),
      flag(["no-shutdown"], "stop instead of ending at power-off", (state) => {
        state.config.noShutdown = true;
      }),
      {
        names: ["action"],
        argument: "reboot=reset|shutdown,shutdown=poweroff|pause",
        help: "what a reboot and a power-off do",
        apply: (state, option, value) => applyAction(state.config, option, value),
      },
      flag(["no-acpi"], "no ACPI tables", (state) => {
        withoutPart(state.config, state.catalogue.machines, "-no-acpi", "acpi");
      }),
      flag(["no-kvm"], "accepted: there is no KVM", () => {}),
      flag(["no-hpet"], "no HPET", (state) => {
        withoutPart(state.config, state.catalogue.machines, "-no-hpet", "hpet");
      }),
      flag(["nodefaults"], "no default consoles", (state) => {
        state.nodefaults = true;
      }),
      flag(["no-user-config"], "accepted: no configuration files are read", () => {}),
      flag(["S"], "do not start the CPU (the monitor's cont does)", (state) => {
        state.config.startPaused = true;
      }),
      {
        names: ["rtc"],
        argument: "[base=utc|localtime|datetime][,clock=host|rt|vm]",
        help: "date of the real-time clock",
        apply: (state, option, value) => applyRtc(state.config, option, value),
      },
      {
        names: ["icount"],
        argument: "[shift=]n|auto[,sleep=on|off]",
        help: "time is the instruction count, 2^n ns each: runs repeat exactly",
        apply: (state, option, value) => applyIcount(state.config, option, value),
      },
      {
        names: ["seed"],
        argument: "number",
        help: "seed of all guest randomness",
        apply(state, option, value) {
          state.config.seed = parseInteger(value, "seed", 0, Number.MAX_SAFE_INTEGER, (message) => {
            throw optionError(option, value, message);
          });
        },
      },
      flag(["singlestep"], "one instruction to a block", (state) => {
        state.config.accel.oneInsnPerTb = true;
      }),
      {
        names: ["d"],
        argument: "item[,...]",
        help: "what to log (-d help lists it)",
        apply(state, option, value) {
          if (!help(logHelp, value, state)) applyLog(state.config, option, value);
        },
      },
      {
        names: ["D"],
        argument: "file",
        help: "file of the log (default: standard error)",
        apply: (state, _option, value) => {
          state.config.log.file = value;
        },
      },
      {
        names: ["msg"],
        argument: "timestamp=off",
        help: "accepted: messages carry no time",
        apply: (_state, option, value) =>
          void parseChoice(value, "msg", ["timestamp=off", "timestamp=on"], (message) => {
            throw optionError(option, value, message);
          }),
      },
    ],
  },
];

/** Stands for the version in ParseState.text until the program's own name and version are known. */
export const VERSION_MARK = "\0version";

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
