// node --expose-gc child.mjs SEED COUNT FOLDER KERNEL INITRD: makes machines one after the other and disposes of each at a random
// moment; prints what of the process is left, at the beginning, after 50 and at the end.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createMachine } from "../../dist/node/index.js";

const [seed, count, folder, kernel, initrd] = process.argv.slice(2);
/** Machines after which memory is looked at for the first time. */
const FIRST_LOOK = 50;

let state = Number(seed) >>> 0;
/** xorshift32: below `n`. */
function below(n) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const small = ["-m", "16M", "-display", "none", "-kernel"];
const KINDS = [
  ["flood, read", [...small, join(folder, "flood")], true],
  ["flood, not read", [...small, join(folder, "flood")], false],
  ["triple faults", [...small, join(folder, "crash")], false],
  ["resets", [...small, join(folder, "reset")], false],
  ["idle", [...small, join(folder, "idle")], false],
  ["Linux", ["-m", "256M", "-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0"], true],
  [
    "with a disk",
    [...small, join(folder, "idle"), "-drive", `if=virtio,format=raw,file=${join(folder, "disk")}`],
    true,
  ],
  ["no such kernel", [...small, join(folder, "nothing")], false],
];

async function one() {
  const [, args, read] = KINDS[below(KINDS.length)];
  const machine = createMachine({ arguments: args });
  machine.on("error", () => {});
  const kind = below(4);
  if (kind > 0) {
    machine.start().catch(() => {});
    if (read) machine.console.readable.pipeTo(new WritableStream()).catch(() => {});
  }
  const until = [0, below(30), below(150), below(700)][below(4)];
  if (until > 0) await sleep(until);
  machine.dispose();
  await machine.finished.catch(() => {});
}

/** Descriptors, threads and resident bytes. */
function look() {
  globalThis.gc();
  const count = (what) => readdirSync(`/proc/self/${what}`).length;
  return { descriptors: count("fd"), threads: count("task"), resident: process.memoryUsage().rss };
}

/** The same when there are no more than `limit` says, or never will be. A thread that still loads its modules ends after that. */
async function left(limit) {
  let now = look();
  for (let n = 0; n < 600 && (now.descriptors > limit.descriptors || now.threads > limit.threads); n++) {
    await sleep(200);
    now = look();
  }
  await sleep(500);
  return look();
}

/** Threads that Node starts for files when it needs them first. */
const FILE_THREADS = 4;

const start = look();
// The first ones load code and start threads that stay.
for (let n = 0; n < 3; n++) await one();
const begin = await left({ ...start, threads: start.threads + FILE_THREADS });
let early;
for (let n = 1; n <= Number(count); n++) {
  await one();
  if (n === FIRST_LOOK) early = await left(begin);
}
process.stdout.write(JSON.stringify({ begin, early, end: await left(begin) }));
process.exit(0);
