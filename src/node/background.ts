// The machine's thread comes first: V8 compiles regions on threads of its own, more of them than a small host has cores, and
// without this they take turns with the guest. Only Linux has priorities by thread; elsewhere nothing changes.

import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/**
 * How much nicer than the machine's thread the threads are that V8 compiles and collects on: four of them together must weigh less
 * than the machine's, or the kernel moves some to its core. A step of one is a factor of 1.25.
 */
const COMPILERS = 10;
/** And the thread that makes regions, whose work is waited for. */
const HELPER = 5;

/** Lowers the priority of V8's threads. */
export function yieldToMachine(): void {
  makeNicer(COMPILERS, () =>
    readdirSync("/proc/self/task")
      .map(Number)
      .filter((task) => task !== process.pid),
  );
}

/** Lowers the priority of the calling thread, one that makes regions. */
export function yieldAsHelper(): void {
  makeNicer(HELPER, () => [0]);
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
