// Damaged kernels and initrds of every kind (tests/kernels), in a process that a case can hang or end without harm to the count.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ROOT } from "../../testing/guest.js";
import setupGuest from "../../testing/setup-guest.js";
import type { Proof } from "./runner/proof.js";

/** A case that says nothing for so long hangs, on a loaded host too. */
const HANG_MS = 60_000;

interface Ended {
  failures: string[];
  /** The case that was being run. */
  last: number;
  done: boolean;
}

/** Runs the cases in a process until it ends or one of them hangs. */
async function inProcess(seed: number, first: number, count: number): Promise<Ended> {
  const args = ["tools/run-ts.mjs", "tests/kernels/child.ts", String(seed), String(first), String(count)];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const ended: Ended = { failures: [], last: first, done: false };
  let error = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    error = (error + text).slice(-2000);
  });
  let hung = false;
  const watch = () =>
    setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, HANG_MS);
  let timer = watch();
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  for await (const line of createInterface(child.stdout)) {
    clearTimeout(timer);
    timer = watch();
    const message = JSON.parse(line) as { number: number; failure?: string; done?: boolean };
    if (message.done) ended.done = true;
    else ended.last = message.number;
    if (message.failure !== undefined) ended.failures.push(message.failure);
  }
  const status = await closed;
  clearTimeout(timer);
  if (!ended.done)
    ended.failures.push(`case ${ended.last}: ${hung ? "hangs" : `ended the process (${status}): ${error}`}`);
  return ended;
}

export const proof: Proof = {
  name: "kernels",
  proves:
    "damaged kernels and initrds of every kind are refused in one sentence or executed within 5 s of CPU time, and the machine ends " +
    "within one when it is told to",
  total: 20_000,
  batch: 500,
  sample: 250,
  prepare: setupGuest,
  async run(seed, first, count) {
    const failures: string[] = [];
    for (let next = first; next < first + count; ) {
      const ended = await inProcess(seed, next, first + count - next);
      failures.push(...ended.failures);
      if (ended.done) break;
      next = ended.last + 1;
    }
    return failures;
  },
};
