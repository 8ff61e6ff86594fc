// The machine's thread comes first: V8 compiles regions on threads of its own, more of them than a small host has cores, and
// without this they take turns with the guest.

import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** How much nicer than the machine's thread the others are. */
const NICER = 5;

/** Lowers the priority of the threads V8 compiles and collects on. Only Linux has priorities by thread; elsewhere nothing changes. */
export function yieldToMachine(): void {
  if (process.platform !== "linux") return;
  try {
    const nice = Math.min(19, getPriority() + NICER);
    for (const task of readdirSync("/proc/self/task")) {
      if (Number(task) !== process.pid) setPriority(Number(task), nice);
    }
  } catch {
    // A sandbox may forbid either; the machine is then only slower.
  }
}
