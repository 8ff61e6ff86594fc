// QEMU's own program for images, as a judge of ours.

import { spawnSync } from "node:child_process";

/** Why it cannot be asked on this host. */
export function noQemuImg(): string | undefined {
  const { status } = spawnSync("qemu-img", ["--version"], { stdio: "ignore" });
  return status === 0 ? undefined : "there is no qemu-img (Debian package qemu-utils)";
}

export function qemuImg(...args: string[]): { status: number; text: string } {
  const { status, stdout, stderr } = spawnSync("qemu-img", args, { encoding: "utf8" });
  return { status: status ?? -1, text: (stdout + stderr).trim() };
}

/** Throws with what it says unless it ends with 0. */
export function runQemuImg(...args: string[]): string {
  const { status, text } = qemuImg(...args);
  if (status !== 0) throw new Error(`qemu-img ${args.join(" ")}: ${text}`);
  return text;
}

const LEAKS = 3;

/** What qemu-img finds wrong with an image; leaks are no fault where they are allowed. */
export function judge(file: string, format: string, leaks = false): string | undefined {
  const { status, text } = qemuImg("check", "-f", format, file);
  return status === 0 || (leaks && status === LEAKS) ? undefined : `qemu-img check: ${text}`;
}
