// -rtc, -icount, -d, -boot, -name and other options about time, logs and the life of the machine.

import { type BootConfig, type IcountConfig, LOG_ITEMS, type LogItem, type MachineConfig } from "./config.js";
import { optionError } from "./error.js";
import { applyList, type Fail } from "./keyval.js";
import { parseChoice, parseInteger, parseSwitch } from "./values.js";

/** -rtc [base=utc|localtime|DATETIME][,clock=host|rt|vm][,driftfix=none|slew] */
export function applyRtc(config: MachineConfig, option: string, value: string): void {
  applyList<MachineConfig>(option, value, undefined, config, {
    base: (target, text, fail) => {
      target.rtc.base = text === "utc" || text === "localtime" ? text : parseDate(text, fail);
    },
    clock: (target, text, fail) => {
      target.rtc.clock = parseChoice(text, "clock", ["host", "rt", "vm"], fail);
    },
    driftfix: (_target, text, fail) => {
      if (parseChoice(text, "driftfix", ["none", "slew"], fail) === "slew") fail("driftfix=slew is not supported");
    },
  });
}

function parseDate(text: string, fail: Fail): number {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:T(\d{1,2}):(\d{1,2}):(\d{1,2}))?$/.exec(text);
  const parts = match?.slice(1).map((part) => Number(part ?? 0));
  if (parts) {
    const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
    const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
    // A day or an hour that does not exist comes out as another one.
    if (date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60) {
      return date.getTime();
    }
  }
  return fail(`invalid datetime format '${text}' (valid formats: '2006-06-17T16:01:21' or '2006-06-17')`);
}

/** Shift of `-icount auto`: 8 ns an instruction, near what the emulator does. */
export const ICOUNT_AUTO_SHIFT = 3;

/** -icount [shift=]N|auto[,sleep=on|off][,align=off] */
export function applyIcount(config: MachineConfig, option: string, value: string): void {
  const icount: IcountConfig = { shift: -1, auto: false, sleep: true };
  applyList<IcountConfig>(option, value, "shift", icount, {
    shift: (target, text, fail) => {
      target.auto = text === "auto";
      target.shift = target.auto ? ICOUNT_AUTO_SHIFT : parseInteger(text, "shift", 0, 10, fail);
    },
    sleep: (target, text, fail) => {
      target.sleep = parseSwitch(text, "sleep", fail);
    },
    align: (_target, text, fail) => {
      if (parseSwitch(text, "align", fail)) fail("align=on is not supported");
    },
    rr: (_target, _text, fail) => fail("record and replay (rr=) is not supported"),
    rrfile: (_target, _text, fail) => fail("record and replay (rrfile=) is not supported"),
  });
  if (icount.shift < 0) throw optionError(option, value, "shift=N or shift=auto is missing");
  if (icount.auto && !icount.sleep) throw optionError(option, value, "shift=auto and sleep=off are incompatible");
  config.icount = icount;
}

/** Items of QEMU's list that this emulator does not log. */
const OTHER_LOG_ITEMS = [
  "out_asm",
  "op_ind",
  "exec",
  "cpu",
  "fpu",
  "mmu",
  "pcall",
  "page",
  "nochain",
  "plugin",
  "strace",
  "tid",
];

/** -d item[,item]... */
export function applyLog(config: MachineConfig, option: string, value: string): void {
  for (const item of value.split(",")) {
    const names: readonly string[] = LOG_ITEMS.map(([name]) => name);
    if (item === "all") config.log.items = [...(names as LogItem[])];
    else if (item === "none") config.log.items = [];
    else if (names.includes(item)) {
      if (!config.log.items.includes(item as LogItem)) config.log.items.push(item as LogItem);
    } else if (OTHER_LOG_ITEMS.includes(item) || item.startsWith("trace:")) {
      throw optionError(option, value, `log item '${item}' is not supported (it knows ${names.join(", ")})`);
    } else throw optionError(option, value, `unknown log item '${item}' (-d help lists them)`);
  }
}

export function logHelp(): string {
  return `Log items (comma separated):\n${LOG_ITEMS.map(([name, help]) => `${name.padEnd(15)} ${help}\n`).join("")}`;
}

/** -boot [order=]drives[,once=][,menu=]... */
export function applyBoot(config: MachineConfig, option: string, value: string): void {
  const drives = (text: string, fail: Fail): string => {
    const bad = /[^a-p]/.exec(text);
    if (bad) fail(`Invalid boot device '${bad[0]}'`);
    const twice = [...text].find((letter, index) => text.indexOf(letter) !== index);
    if (twice) fail(`Boot device '${twice}' was given twice`);
    return text;
  };
  applyList<BootConfig>(option, value, "order", config.boot, {
    order: (target, text, fail) => {
      target.order = drives(text, fail);
    },
    once: (target, text, fail) => {
      target.once = drives(text, fail);
    },
    menu: (target, text, fail) => {
      target.menu = parseSwitch(text, "menu", fail);
    },
    strict: (_target, text, fail) => void parseSwitch(text, "strict", fail),
    splash: () => {},
    "splash-time": (_target, text, fail) => void parseInteger(text, "splash-time", 0, 0xffff, fail),
    "reboot-timeout": (_target, text, fail) => void parseInteger(text, "reboot-timeout", 0, 0xffff, fail),
  });
}

/** -name [guest=]NAME[,process=][,debug-threads=] */
export function applyName(config: MachineConfig, option: string, value: string): void {
  applyList<MachineConfig>(option, value, "guest", config, {
    guest: (target, text) => {
      target.name = text;
    },
    process: () => {},
    "debug-threads": (_target, text, fail) => void parseSwitch(text, "debug-threads", fail),
  });
}

/** -action reboot=reset|shutdown,shutdown=poweroff|pause,panic=... */
export function applyAction(config: MachineConfig, option: string, value: string): void {
  applyList<MachineConfig>(option, value, undefined, config, {
    reboot: (target, text, fail) => {
      target.noReboot = parseChoice(text, "reboot", ["reset", "shutdown"], fail) === "shutdown";
    },
    shutdown: (target, text, fail) => {
      target.noShutdown = parseChoice(text, "shutdown", ["poweroff", "pause"], fail) === "pause";
    },
    panic: (_target, text, fail) => void parseChoice(text, "panic", ["none"], fail),
    watchdog: (_target, text, fail) => void parseChoice(text, "watchdog", ["none"], fail),
  });
}

export function applyUuid(config: MachineConfig, option: string, value: string): void {
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) {
    throw optionError(option, value, `failed to parse UUID string: wrong format '${value}'`);
  }
  config.uuid = value.toLowerCase();
}

export function applyEscape(config: MachineConfig, option: string, value: string): void {
  config.escapeChar = parseInteger(value, "echr", 0, 255, (message) => {
    throw optionError(option, value, message);
  });
}
