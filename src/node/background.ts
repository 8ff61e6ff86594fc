// The machine's thread comes first: V8 compiles regions on threads of its own, more of them than a small host has cores, and
// without this they take turns with the guest. Only Linux has priorities by thread; elsewhere nothing changes.

import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { NICE_COMPILERS, NICE_HELPER } from "../tuning/host.js";

/** Lowers the priority of V8's threads. */
export function yieldToMachine(): void {
  makeNicer(NICE_COMPILERS, () =>
    readdirSync("/proc/self/task")
      .map(Number)
      .filter((task) => task !== process.pid),
  );
}

/** Lowers the priority of the calling thread, one that makes regions. */
export function yieldAsHelper(): void {
  makeNicer(NICE_HELPER, () => [0]);
}

function makeNicer(by: number, tasks: () => readonly number[]): void {
  if (process.platform !== "linux") return;
  try {
    const nice = Math.min(19, getPriority() + by);
    for (const task of tasks()) setPriority(task, nice);
  } catch {
    // A sandbox may forbid either; the machine is then only slower.
  }
}
