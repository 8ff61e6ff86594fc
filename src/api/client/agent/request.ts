// A command as the agent is asked for it.

import { MachineError } from "../../../machine/host.js";
import type { ExecOptions } from "../../services.js";
import { MOST_REQUEST, MOST_STRINGS, REQUEST_FILES, REQUEST_INPUT, REQUEST_TTY } from "./protocol.js";

export interface Request {
  readonly bytes: Uint8Array;
  readonly input: Uint8Array | undefined;
}

const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes before the strings. */
const HEAD = 20;
/** Milliseconds that fit into the request. */
const LONGEST = 2 ** 32 - 1;
const SHELL = ["/bin/sh", "-c"];

/** Throws MachineError for what cannot be asked for. */
export function execRequest(command: string | readonly string[], options: ExecOptions): Request {
  const args = typeof command === "string" ? [...SHELL, command] : command;
  if (!Array.isArray(args) || args.length === 0)
    throw refused("a command is a string, or a list with a program in front");
  return request(args, options, options.tty ? REQUEST_TTY : 0);
}

/** Work with files: what, on which path, how. */
export function filesRequest(args: readonly string[], input?: Uint8Array): Request {
  return request(args, input ? { stdin: input } : {}, REQUEST_FILES);
}

function request(args: readonly string[], options: ExecOptions, kind: number): Request {
  const { cwd = "", env = {}, user = "", stdin, timeout = 0, tty } = options;
  if (!(timeout >= 0 && timeout <= LONGEST)) throw refused(`timeout: ${timeout} is no time in milliseconds`);
  const variables = Object.entries(env).map(([name, value]) => {
    if (name === "" || name.includes("=")) throw refused(`env: '${name}' is no name of a variable`);
    return `${name}=${value}`;
  });
  const input = stdin === undefined ? undefined : typeof stdin === "string" ? encodeText(stdin) : stdin;
  const strings = [cwd, String(user), ...args, ...variables].map((text) => {
    if (typeof text !== "string") throw refused(`${text} is not a string`);
    if (text.includes("\0")) throw refused("a string has a NUL, which no argument or path can have");
    return encodeText(text);
  });
  const length = strings.reduce((sum, { length }) => sum + 4 + length, HEAD);
  if (length > MOST_REQUEST || args.length > MOST_STRINGS || variables.length > MOST_STRINGS) {
    throw refused(`arguments and environment have ${length} bytes, and ${MOST_REQUEST} can be sent: use stdin`);
  }
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind | (input ? REQUEST_INPUT : 0), true);
  view.setUint32(4, timeout === 0 ? 0 : Math.max(1, Math.ceil(timeout)), true);
  view.setUint32(8, args.length, true);
  view.setUint32(12, variables.length, true);
  const size = typeof tty === "object" ? tty : { columns: 80, rows: 24 };
  view.setUint16(16, size.columns, true);
  view.setUint16(18, size.rows, true);
  let at = HEAD;
  for (const text of strings) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return { bytes, input };
}

function refused(why: string): MachineError {
  return new MachineError(`the command cannot be run: ${why}`, { code: "ERR_GUEST" });
}
