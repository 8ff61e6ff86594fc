// The monitor's commands, one row each.

import { DISK_COMMANDS } from "./disk-commands.js";
import { type DumpFormat, dumpMemory, FIRST_FORMAT, parseFormat } from "./dump.js";
import { evaluate, MonitorError } from "./expression.js";
import type { MonitorTarget } from "./target.js";

interface CommandRow {
  /** The first is the one shown; the others are short forms. */
  names: string[];
  arguments: string;
  help: string;
  /** Takes `/FORMAT` behind its name. */
  format?: boolean;
  run(session: MonitorSession, argument: string, format: string): string | Promise<string>;
}

const COMMANDS: CommandRow[] = [
  {
    names: ["help", "?"],
    arguments: "[cmd]",
    help: "show the help",
    run: (_session, argument) => helpText(argument),
  },
  {
    names: ["info"],
    arguments: "[subcommand]",
    help: "show various information about the system state",
    run: (session, argument) => session.info(argument),
  },
  action(["quit", "q"], "quit the emulator", (target) => target.quit()),
  action(["stop", "s"], "stop emulation", (target) => target.stop()),
  action(["cont", "c"], "resume emulation", (target) => target.cont()),
  action(["system_reset"], "reset the system", (target) => target.reset()),
  action(["system_powerdown"], "send system power down event", (target) => target.powerDown()),
  action(["system_wakeup"], "wake up the system from suspend", (target) => {
    if (!target.wakeUp()) throw new MonitorError("Unable to wake up: guest is not in suspended state");
  }),
  action(["nmi"], "inject an NMI on the default monitor CPU", (target) => {
    if (!target.nmi()) throw new MonitorError("this machine has no NMI");
  }),
  {
    names: ["x"],
    arguments: "/fmt addr",
    help: "virtual memory dump starting at 'addr'",
    format: true,
    run: (session, argument, format) => session.dump(argument, format, false),
  },
  {
    names: ["xp"],
    arguments: "/fmt addr",
    help: "physical memory dump starting at 'addr'",
    format: true,
    run: (session, argument, format) => session.dump(argument, format, true),
  },
  {
    names: ["print", "p"],
    arguments: "/fmt expr",
    help: "print expression value (use $reg for CPU register access)",
    format: true,
    run: (session, argument, format) => session.print(argument, format),
  },
  {
    names: ["set_link"],
    arguments: "name on|off",
    help: "change the link status of a network adapter",
    async run(session, argument) {
      const [name, state, more] = argument.split(/\s+/);
      if (more !== undefined || (state !== "on" && state !== "off"))
        throw new MonitorError("set_link: NAME on|off is wanted");
      await session.target.network.setLink(name!, state === "on");
      return "";
    },
  },
  {
    names: ["hostfwd_add"],
    arguments: "[netdev_id] [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport",
    help: "redirect TCP or UDP connections from host to guest (requires -net user)",
    async run(session, argument) {
      await session.target.network.addForward(argument);
      return "";
    },
  },
  {
    names: ["hostfwd_remove"],
    arguments: "[netdev_id] [tcp|udp]:[hostaddr]:hostport",
    help: "remove host-to-guest TCP or UDP redirection",
    run: (session, argument) => session.target.network.removeForward(argument),
  },
  {
    names: ["log"],
    arguments: "item1[,...]",
    help: "activate logging of the specified items",
    run(session, argument) {
      if (argument === "") throw new MonitorError("log: needs a list of items, or none");
      const complaint = session.target.setLog(argument);
      return complaint === undefined ? "" : `${complaint}\n`;
    },
  },
  ...DISK_COMMANDS.map(({ name, arguments: words, help, run }) => ({
    names: [name],
    arguments: words,
    help,
    run: ({ target }: MonitorSession, argument: string) => run(target.disks, argument),
  })),
];

function action(names: string[], help: string, run: (target: MonitorTarget) => void): CommandRow {
  return {
    names,
    arguments: "",
    help,
    run(session, argument) {
      if (argument !== "") throw new MonitorError(`${names[0]}: extraneous characters at the end of line`);
      run(session.target);
      return "";
    },
  };
}

/** One user of the monitor: remembers the format of the last dump. */
export class MonitorSession {
  private last: DumpFormat = FIRST_FORMAT;

  constructor(readonly target: MonitorTarget) {}

  /** Executes a line and returns what to print; lines end with "\n". */
  execute(line: string): string | Promise<string> {
    const match = /^\s*([A-Za-z_?][A-Za-z0-9_]*|\S+?)(?:\/(\S*))?(?:\s+(.*?))?\s*$/.exec(line);
    if (!match) return "";
    const [, name, format, argument] = match;
    const row = COMMANDS.find(({ names }) => names.includes(name!));
    if (!row || (format !== undefined && !row.format)) return `unknown command: '${line.trim().split(/\s/)[0]}'\n`;
    const explain = (error: unknown): string => {
      if (!(error instanceof MonitorError)) throw error;
      return `${error.message}\nTry "help ${row.names[0]}" for more information\n`;
    };
    try {
      const answer = row.run(this, argument ?? "", format ?? "");
      return typeof answer === "string" ? answer : answer.catch(explain);
    } catch (error) {
      return explain(error);
    }
  }

  info(topic: string): string {
    const { topics } = this.target;
    if (topic === "") {
      const lines = new Set(topics.map(({ name, help }) => `info ${name}  -- ${help}\n`));
      return [...lines].sort().join("");
    }
    const found = topics.filter(({ name }) => name === topic);
    if (found.length === 0) return `unknown command: 'info ${topic}'\n`;
    return found.map((part) => part.text()).join("");
  }

  dump(argument: string, format: string, physical: boolean): string {
    const parsed = parseFormat(format, this.last);
    const address = this.evaluate(argument);
    this.last = parsed;
    return dumpMemory(this.target, parsed, address, physical);
  }

  print(argument: string, format: string): string {
    const { format: letter } = parseFormat(format, { ...FIRST_FORMAT });
    const value = this.evaluate(argument);
    switch (letter) {
      case "d":
        return `${BigInt.asIntN(64, value)}\n`;
      case "u":
        return `${value}\n`;
      case "o":
        return `0${value.toString(8)}\n`;
      case "c":
        return `'${String.fromCharCode(Number(value & 0xffn))}'\n`;
      default:
        return `0x${value.toString(16)}\n`;
    }
  }

  private evaluate(text: string): bigint {
    return evaluate(text, (name) => this.target.register(name));
  }
}

function helpText(name: string): string {
  const rows = name === "" ? COMMANDS : COMMANDS.filter(({ names }) => names.includes(name));
  if (rows.length === 0) return `unknown command: '${name}'\n`;
  return rows
    .map((row) => `${[...row.names].join("|")} ${row.arguments} -- ${row.help}\n`)
    .sort()
    .join("");
}
