// -machine, -accel, -m, -smp: what the machine is made of.

import type { PropertyRow } from "../base/properties.js";
import type { MachineConfig } from "./config.js";
import { DEFAULT_RAM } from "./config.js";
import { OptionError, optionError } from "./error.js";
import { applyList, type Fail, type ParameterHandlers, parseList } from "./keyval.js";
import { parseProperty, propertiesHelp } from "./properties.js";
import type { MachineRow, MachineRows } from "./rows.js";
import { parseChoice, parseInteger, parseSize, parseSwitch } from "./values.js";

export const ACCEL_HELP = "Accelerators supported:\ntcg\n";

/** Why an accelerator is refused, and that nothing has to stand in its place. */
export function noAccelerator(name: string): string {
  const what = /^kvm/.test(name) ? "there is no KVM here" : `accelerator '${name}' is not available`;
  return `${what}: leave it out (the emulator is its own accelerator, tcg)`;
}

const OTHER_MACHINES = /^(pc|q35|pc-q35-.*|isapc|microvm|x-remote|xenfv.*|xenpv|none|virt.*)$/;

const ignored = (): void => {};

/** Parameters of -machine whatever the machine. */
const MACHINE_PARAMETERS: ParameterHandlers<MachineConfig> = {
  accel(_config, value, fail) {
    if (!value.split(":").includes("tcg")) fail(noAccelerator(value));
  },
  kernel: (config, value) => {
    config.kernel = value;
  },
  initrd: (config, value) => {
    config.initrd = value;
  },
  append: (config, value) => {
    config.append = value;
  },
  firmware: (config, value) => {
    config.bios = value;
  },
  graphics: (_config, value, fail) => void parseSwitch(value, "graphics", fail),
  "mem-merge": (_config, value, fail) => void parseSwitch(value, "mem-merge", fail),
  "dump-guest-core": (_config, value, fail) => void parseSwitch(value, "dump-guest-core", fail),
  "suppress-vmdesc": ignored,
  "kernel-irqchip": (_config, value, fail) => void parseChoice(value, "kernel-irqchip", ["on", "off", "split"], fail),
};

/** The text of -machine help, or of -machine NAME,help; undefined for anything else. */
export function machineHelp(machines: MachineRows, value: string): string | undefined {
  if (value === "help" || value === "?") {
    const rows = machines.list.map(({ name, text }, n) => `${name.padEnd(20)} ${text}${n === 0 ? " (default)" : ""}\n`);
    return `Supported machines are:\n${rows.join("")}`;
  }
  const [name, word] = value.split(",");
  const row = word === "help" || word === "?" ? machines.find(name!) : undefined;
  return row && `${row.name} properties:\n${propertiesHelp(row.properties)}`;
}

/** The row of the machine chosen so far. */
export function chosenMachine(config: MachineConfig, machines: MachineRows): MachineRow {
  return machines.find(config.machine.type)!;
}

export function applyMachine(config: MachineConfig, machines: MachineRows, option: string, value: string): void {
  const names = machines.list.map(({ name }) => name).join(", ");
  const type = (target: MachineConfig, text: string, fail: Fail): void => {
    const row = machines.find(text);
    const others = row ? [] : machines.elsewhere(text).join(" and ");
    if (others.length > 0)
      fail(`machine type '${text}' is for ${others}, and this is ${target.guest}: use ${names}, or ask for ${others}`);
    if (!row && OTHER_MACHINES.test(text)) fail(`machine type '${text}' is not supported yet (only ${names} is)`);
    if (!row) return void fail(`unsupported machine type '${text}' (use -machine help to list supported machines)`);
    const foreign = Object.keys(target.machine.properties).find((name) => !Object.hasOwn(row.properties, name));
    if (foreign !== undefined) fail(`machine type '${row.name}' has no property '${foreign}'`);
    target.machine.type = row.name;
  };
  // Its properties are those of the type named in the same list, wherever in it.
  const own = parseList(option, value, "type").find(({ key }) => key === "type");
  if (own) {
    type(config, own.value, (message) => {
      throw optionError(option, value, message);
    });
  }
  const { properties } = chosenMachine(config, machines);
  applyList(option, value, "type", config, {
    type,
    ...MACHINE_PARAMETERS,
    ...Object.fromEntries(Object.keys(properties).map((name) => [name, setter(properties[name]!, name)])),
  });
}

function setter(row: PropertyRow, name: string) {
  return (config: MachineConfig, text: string, fail: Fail): void => {
    const value = parseProperty(row, name, text, fail);
    if (value === undefined) delete config.machine.properties[name];
    else config.machine.properties[name] = value;
  };
}

/** An option that stands for a property of the machine: -no-NAME. */
export function withoutPart(config: MachineConfig, machines: MachineRows, option: string, name: string): void {
  const row = chosenMachine(config, machines);
  if (!Object.hasOwn(row.properties, name))
    throw new OptionError(`${option}: machine type '${row.name}' has no ${name}`);
  config.machine.properties[name] = false;
}

/** Accelerators of all -accel options; tcg must be among them. */
export interface AccelState {
  config: MachineConfig;
  names: string[];
}

export function applyAccel(state: AccelState, option: string, value: string): void {
  const name = /^(?:accel=)?([^,]*)/.exec(value)![1]!;
  state.names.push(name);
  // A list such as `-accel kvm -accel tcg` takes the first that works, so the others' properties say nothing here.
  if (name !== "tcg") {
    if (!/^(kvm|xen|hax|hvf|nvmm|whpx|qtest|mshv)$/.test(name)) {
      throw optionError(option, value, `invalid accelerator ${name}`);
    }
    return;
  }
  applyList<MachineConfig>(option, value, "accel", state.config, {
    accel: ignored,
    "tb-size": (config, text, fail) => {
      const size = parseInteger(text, "tb-size", 0, 2 ** 20, fail);
      if (size === 0) delete config.accel.tbSizeMiB;
      else config.accel.tbSizeMiB = size;
    },
    thread: (_config, text, fail) => void parseChoice(text, "thread", ["single", "multi"], fail),
    "one-insn-per-tb": (config, text, fail) => {
      config.accel.oneInsnPerTb = parseSwitch(text, "one-insn-per-tb", fail);
    },
    "split-wx": (_config, text, fail) => void parseSwitch(text, "split-wx", fail),
  });
}

export function applyMemory(config: MachineConfig, option: string, value: string): void {
  applyList<MachineConfig>(option, value, "size", config, {
    size(target, text, fail) {
      const size = Math.ceil(parseSize(text, 2 ** 20, "size", fail) / 8192) * 8192;
      target.ramSize = size === 0 ? DEFAULT_RAM : size;
    },
    slots: (_target, text, fail) => {
      if (parseInteger(text, "slots", 0, 256, fail) !== 0) fail("memory hotplug (slots=) is not supported");
    },
    maxmem: (target, text, fail) => {
      if (parseSize(text, 2 ** 20, "maxmem", fail) !== target.ramSize) {
        fail("memory hotplug (maxmem=) is not supported");
      }
    },
  });
}

export function applySmp(option: string, value: string): void {
  const part =
    (name: string) =>
    (_target: null, text: string, fail: Fail): void => {
      const count = parseInteger(text, name, 1, 4096, fail);
      if (count !== 1)
        fail(`${name}=${count} is not supported yet: the machine has one CPU (write -smp 1, or leave -smp out)`);
    };
  const names = ["cpus", "maxcpus", "sockets", "dies", "clusters", "cores", "threads"];
  applyList(option, value, "cpus", null, Object.fromEntries(names.map((name) => [name, part(name)])));
}
