// The words of a command line: options of qemu-img, one letter or long.

import { parseArgs } from "node:util";
import { CommandError } from "../command.js";

/** Letters of options with a value, and of those without. */
export interface Letters {
  readonly values: string;
  readonly flags: string;
  /** Long ones: --output. */
  readonly long?: readonly string[];
  readonly longFlags?: readonly string[];
}

export interface Words {
  /** The last value of an option counts; -o and -B add up. */
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  readonly names: readonly string[];
}

/** Throws CommandError. */
export function parseWords(command: string, args: readonly string[], letters: Letters): Words {
  const options: Record<string, { type: "string" | "boolean"; short?: string; multiple?: boolean }> = {};
  for (const short of letters.values) options[`-${short}`] = { type: "string", short, multiple: true };
  for (const short of letters.flags) options[`-${short}`] = { type: "boolean", short };
  for (const name of letters.long ?? []) options[name] = { type: "string" };
  for (const name of letters.longFlags ?? []) options[name] = { type: "boolean" };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new CommandError(`img ${command}: ${(error as Error).message.split(".")[0]} (wasmachine img --help)`);
  }
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (const [key, value] of Object.entries(parsed.values)) {
    const name = key.replace(/^-/, "");
    if (value === true) flags.add(name);
    else if (Array.isArray(value)) values.set(name, name === "o" ? value.join(",") : String(value.at(-1)));
    else values.set(name, String(value));
  }
  return { values, flags, names: parsed.positionals };
}

/** The names of files; throws CommandError unless there are so many. */
export function namesOf(command: string, { names }: Words, least: number, most = least): readonly string[] {
  if (names.length < least)
    throw new CommandError(`img ${command}: Expecting ${least === 1 ? "one image file name" : `${least} names`}`);
  if (names.length > most) throw new CommandError(`img ${command}: there are too many names: '${names[most]}'`);
  return names;
}

/** a=b,c=d; a doubled comma is one. */
export function parsePairs(text: string | undefined): Map<string, string> {
  const pairs = new Map<string, string>();
  if (text === undefined || text === "") return pairs;
  for (const part of text.split(/(?<!,),(?!,)/)) {
    const [, key, value = "on"] = /^([^=]*)(?:=(.*))?$/s.exec(part.replaceAll(",,", ","))!;
    pairs.set(key!, value);
  }
  return pairs;
}

export function parseOnOff(name: string, value: string): boolean {
  if (value !== "on" && value !== "off")
    throw new CommandError(`Parameter '${name}' expects 'on' or 'off', not '${value}'`);
  return value === "on";
}
