// Running the host's own tools.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** An error whose message is meant for the person at the terminal: one sentence, no stack trace. */
export class GuestError extends Error {}

const SYSTEM = ["/usr/sbin", "/sbin"];

/** The tool's path, or undefined; /usr/sbin is searched although it may not be on a user's PATH. */
export function findTool(name: string): string | undefined {
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM]) {
    if (!folder) continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {}
  }
  return undefined;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
}

/** Runs a tool and returns its standard output; a failure is a GuestError with the tool's last line of complaint. */
export function run(tool: string, args: readonly string[], options: RunOptions = {}): string {
  const result = spawnSync(findTool(tool) ?? tool, args, {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: "C", ...options.env },
    input: options.input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (result.error) throw new GuestError(`cannot run ${tool}: ${result.error.message}`);
  if (result.status !== 0) {
    const lines = result.stderr.trim().split("\n");
    const line = [...lines].reverse().find((l) => /error|^E:|cannot|fail/i.test(l)) ?? lines.at(-1) ?? "";
    throw new GuestError(`${tool} ${args.at(-1) ?? ""} failed: ${line || `exit status ${result.status}`}`);
  }
  return result.stdout;
}
