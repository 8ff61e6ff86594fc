// -cpu: model, features, properties. What there is comes from the guest's own rows.

import type { MachineConfig } from "./config.js";
import { optionError } from "./error.js";
import { type Fail, splitCommas } from "./keyval.js";
import { parseProperty, propertiesHelp } from "./properties.js";
import type { CpuRows } from "./rows.js";
import { parseSwitch } from "./values.js";

/** How features are listed and enforced; there is nothing to enforce where all features are the emulator's own. */
const IGNORED: ReadonlySet<string> = new Set(["check", "enforce", "migratable"]);

/** -cpu MODEL[,+FEATURE|-FEATURE|FEATURE=on|off|PROPERTY=value]... */
export function applyCpu(config: MachineConfig, cpus: CpuRows, option: string, value: string): void {
  const [model, ...changes] = splitCommas(value);
  const fail: Fail = (message) => {
    throw optionError(option, value, message);
  };
  if (!cpus.models.some(({ name }) => name === model)) {
    const host = model === "host" ? "without KVM the guest does not see the host's CPU" : undefined;
    const refused = Object.hasOwn(cpus.refused ?? {}, model!)
      ? `there is no ${model}: ${cpus.refused![model!]}`
      : undefined;
    const there = cpus.models.map(({ name }) => name).join(" and ");
    fail(`${host ?? refused ?? `unable to find CPU model '${model}'`} (there are ${there}; -cpu help says more)`);
  }
  config.cpu = { model: model!, features: [], properties: {} };
  for (const typed of changes) if (typed !== "") change(config.cpu, cpus, typed, fail);
  const contradiction = cpus.contradiction?.(config.cpu);
  if (contradiction !== undefined) fail(contradiction);
}

function change(cpu: MachineConfig["cpu"], cpus: CpuRows, typed: string, fail: Fail): void {
  const [, sign, name, text] = /^([+-]?)([^=]*)(?:=(.*))?$/s.exec(typed)!;
  const property = Object.hasOwn(cpus.properties, name!) ? cpus.properties[name!] : undefined;
  if (property && sign === "" && text !== undefined) {
    const parsed = parseProperty(property, name!, text, fail);
    if (parsed === undefined) delete cpu.properties[name!];
    else cpu.properties[name!] = parsed;
    return;
  }
  const feature = cpus.feature(sign === "" ? name! : typed.slice(1));
  const ignored = IGNORED.has(name!);
  if (sign === "" && text !== undefined) {
    if (feature === undefined && !ignored) fail(`CPU property '${name}' not found`);
    const on = parseSwitch(text, name!, fail);
    if (feature !== undefined) cpu.features.push({ name: feature, on });
    return;
  }
  if (ignored) return;
  if (feature === undefined) fail(`CPU feature '${sign === "" ? typed : typed.slice(1)}' not found`);
  cpu.features.push({ name: feature!, on: sign !== "-" });
}

/** The text of -cpu help. */
export function cpuHelp({ models, properties, features }: CpuRows): string {
  const rows = models.map(({ name, text }, n) => `  ${name.padEnd(10)} ${text}${n === 0 ? " (default)" : ""}\n`);
  return [
    `Available CPUs:\n${rows.join("")}`,
    `Features, changed with +name, -name, name=on or name=off:\n${wrapped(features)}`,
    ...(Object.keys(properties).length > 0 ? [`Properties:\n${propertiesHelp(properties)}`] : []),
  ].join("\n");
}

const WIDTH = 80;

function wrapped(words: readonly string[]): string {
  const lines = [" "];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length > WIDTH) lines.push(`  ${word}`);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => `${line}\n`).join("");
}
