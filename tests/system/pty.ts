// The emulator in a terminal of its own: script(1) makes one.

import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** Arguments of script(1) that run a program of Node in a new terminal. */
export function inTerminal(args: readonly string[]): string[] {
  const words = [process.execPath, ...args].map((word) => `'${word}'`).join(" ");
  return ["-qfc", `exec ${words}`, "/dev/null"];
}

/** The program that script(1) runs; undefined: not yet. */
export function programIn(script: number): number | undefined {
  const children = readFileSync(`/proc/${script}/task/${script}/children`, "latin1").trim();
  return children === "" ? undefined : Number(children);
}

/** Runs stty on the terminal that is the standard input of a process. */
export function stty(pid: number, ...args: string[]): string {
  const terminal = openSync(`/proc/${pid}/fd/0`, "r+");
  try {
    return execFileSync("stty", args, { stdio: [terminal, "pipe", "pipe"], encoding: "utf8" });
  } finally {
    closeSync(terminal);
  }
}

/** Whether that terminal is raw: keys come as they are typed. */
export function isRaw(pid: number): boolean {
  return / -icanon/.test(stty(pid, "-a"));
}
