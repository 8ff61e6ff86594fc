// node --expose-gc child.mjs SEED COUNT FOLDER KERNEL INITRD: makes machines one after the other and disposes of each at a random
// moment; prints what of the process is left after the first ones, after 50 and at the end.

import { readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createMachine } from "../../dist/node/index.js";

const [seed, , folder, kernel, initrd] = process.argv.slice(2);
const count = Number(process.argv[3]);
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

/** Descriptors by name, threads and resident bytes. */
function look() {
  globalThis.gc();
  const descriptors = [];
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      descriptors.push(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // The one that the folder was read with.
    }
  }
  return { descriptors, threads: readdirSync("/proc/self/task").length, resident: process.memoryUsage().rss };
}

/** Waits until no more threads are left than that, or never will be: a thread that still loads its modules ends after that. */
async function settled(threads) {
  for (let n = 0; n < 3000 && readdirSync("/proc/self/task").length > threads; n++) await sleep(100);
}

/** Machines that may still be ending when the next one begins. */
const BESIDE = 3;
const THREADS_OF_A_MACHINE = 2;

// Threads that Node starts for files when it needs them first, and keeps.
await Promise.all(Array.from({ length: 8 }, () => readFile(kernel)));
const own = readdirSync("/proc/self/task").length;

async function machines(count) {
  for (let n = 0; n < count; n++) {
    await one();
    await settled(own + BESIDE * THREADS_OF_A_MACHINE);
  }
  await settled(own);
  await sleep(500);
  return look();
}

// The first ones load code and start threads that stay.
const begin = await machines(5);
const early = count > FIRST_LOOK ? await machines(FIRST_LOOK) : undefined;
const end = await machines(count - (early ? FIRST_LOOK : 0));
process.stdout.write(JSON.stringify({ begin, early, end }));
process.exit(0);
