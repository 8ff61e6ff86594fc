// -blockdev: the file of a disk and its format as nodes, each with a name. A format over a file becomes a drive that a -device names; a
// file alone is a raw one until a format is put over it.

import { type PendingDrive, parseDrive } from "./drive.js";
import { optionError } from "./error.js";
import { parseList } from "./keyval.js";

const FILES = ["file", "host_device", "http", "https"];
/** What a drive calls otherwise. */
const NAMES: Readonly<Record<string, string>> = { "node-name": "id", driver: "format", filename: "file", url: "file" };
/** How the host does it, which no guest can tell. */
const LEFT = ["auto-read-only", "aio", "cache.direct"];

/** Adds the node to the drives, in place of the file that it is put over. */
export function addBlockdev(option: string, text: string, drives: PendingDrive[]): void {
  const fail = (message: string): never => {
    throw optionError(option, text, message);
  };
  const values = new Map(
    text.startsWith("{")
      ? fromJson(text, fail)
      : parseList(option, text).map(({ key, value }) => [key, value] as const),
  );
  const driver = values.get("driver") ?? fail("Parameter 'driver' is missing");
  if (!values.has("node-name")) fail("Parameter 'node-name' is missing");
  const words: string[] = ["if=none"];
  const child = values.get("file");
  if (child !== undefined) {
    const index = drives.findIndex(({ bus, drive }) => bus === "none" && drive.id === child);
    if (index < 0) fail(`Cannot find device='' nor node-name='${child}'`);
    words.push(`file=${doubled(drives[index]!.drive.file)}`);
    drives.splice(index, 1);
  }
  for (const [key, value] of values) {
    const plain = key.replace(/^file\./, "");
    if (key === "file" || LEFT.includes(plain) || key === "file.driver") continue;
    if (plain === "node-name" && key !== plain) continue;
    if (key === "driver" && FILES.includes(driver)) words.push("format=raw");
    else words.push(`${NAMES[plain] ?? plain}=${doubled(value)}`);
  }
  const kind = values.get("file.driver");
  if (kind !== undefined && !FILES.includes(kind))
    fail(`file.driver=${kind} is not supported: ${FILES.join(", ")} are`);
  drives.push(parseDrive(option, words.join(",")));
}

function doubled(value: string): string {
  return value.replaceAll(",", ",,");
}

/** Names of what is within another are put together by dots. */
function fromJson(text: string, fail: (message: string) => never): [string, string][] {
  const found: [string, string][] = [];
  const walk = (prefix: string, value: unknown): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) walk(prefix === "" ? key : `${prefix}.${key}`, inner);
    } else if (typeof value === "boolean") found.push([prefix, value ? "on" : "off"]);
    else if (typeof value === "string" || typeof value === "number") found.push([prefix, String(value)]);
    else fail(`Parameter '${prefix}' has a value that is not understood`);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    fail(`JSON parse error, ${(error as Error).message}`);
  }
  walk("", parsed);
  return found;
}
