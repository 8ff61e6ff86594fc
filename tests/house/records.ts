// The thresholds of the source and the records they name.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Threshold {
  file: string;
  name: string;
  /** As its comment says; undefined where it names none. */
  record: string | undefined;
}

/** src/tuning/*.ts, and the tuning.ts of each architecture and machine. */
function tuningFiles(): string[] {
  return readdirSync(`${ROOT}src`, { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)(tuning\/[^/]+|tuning)\.ts$/.test(file) && !file.endsWith(".test.ts"))
    .map((file) => `src/${file}`);
}

/** Every exported constant with the comment in front of it. */
export function thresholdsOf(file: string, source: string): Threshold[] {
  const found: Threshold[] = [];
  let comment = "";
  for (const line of source.split("\n")) {
    const text = line.trim();
    const constant = text.match(/^export const (\w+)/);
    if (constant) found.push({ file, name: constant[1]!, record: comment.match(/Record:\s+([\w-]+)\./)?.[1] });
    if (text.startsWith("/**")) comment = text;
    else if (text.startsWith("*")) comment += ` ${text.slice(1).trim()}`;
    else if (comment.startsWith("/**") && !comment.endsWith("*/")) comment += ` ${text}`;
    else comment = "";
  }
  return found;
}

export function thresholds(): Threshold[] {
  return tuningFiles().flatMap((file) => thresholdsOf(file, readFileSync(ROOT + file, "utf8")));
}
