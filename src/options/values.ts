// Single values: sizes, switches, whole numbers. Each function throws through `fail` with the offending text.

import type { Fail } from "./keyval.js";

const SUFFIXES: Record<string, number> = {
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
  e: 2 ** 60,
};

/** A size in bytes: `64M`, `1.5G`, `0x1000`, `4096`. Without a suffix the number counts `unit` bytes. */
export function parseSize(text: string, unit: number, name: string, fail: Fail): number {
  const match = /^(0x[0-9a-f]+|\d+(?:\.\d+)?|\.\d+)([bkmgtpe]?)$/i.exec(text);
  if (!match) {
    return fail(`Parameter '${name}' expects a size such as 512M (suffixes k, M, G, T), not '${text}'`);
  }
  const number = match[1]!;
  // In 0x1b the last letter is a digit; only what is left over is a suffix.
  const scale = match[2] === "" ? unit : SUFFIXES[match[2]!.toLowerCase()]!;
  const bytes = Number(number) * scale;
  if (number.includes(".") && scale === 1) fail(`Parameter '${name}' expects whole bytes, not '${text}'`);
  if (bytes > Number.MAX_SAFE_INTEGER) fail(`Parameter '${name}' is too large: '${text}'`);
  return Math.floor(bytes);
}

/** on/off, yes/no, true/false, y/n. */
export function parseSwitch(text: string, name: string, fail: Fail): boolean {
  switch (text) {
    case "on":
    case "yes":
    case "true":
    case "y":
      return true;
    case "off":
    case "no":
    case "false":
    case "n":
      return false;
    default:
      return fail(`Parameter '${name}' expects 'on' or 'off', not '${text}'`);
  }
}

/** A switch that also knows `auto`, which gives `automatic`. */
export function parseSwitchAuto(text: string, name: string, automatic: boolean, fail: Fail): boolean {
  return text === "auto" ? automatic : parseSwitch(text, name, fail);
}

/** A whole number in decimal, hexadecimal (0x) or octal (0), within [min, max]. */
export function parseInteger(text: string, name: string, min: number, max: number, fail: Fail): number {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return fail(`Parameter '${name}' expects a number, not '${text}'`);
  const value = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  if (value < min || value > max) fail(`Parameter '${name}' must be from ${min} to ${max}, not ${text}`);
  return value;
}

/** One of a few words. */
export function parseChoice<T extends string>(text: string, name: string, choices: readonly T[], fail: Fail): T {
  if ((choices as readonly string[]).includes(text)) return text as T;
  return fail(`Parameter '${name}' does not accept value '${text}' (it knows ${choices.join(", ")})`);
}
