// node --expose-gc child.mjs SEED COUNT FOLDER KERNEL INITRD GDB [KEPT]: makes machines one after the other and disposes of each at a
// random moment; prints what of the process is left after the first ones, after 50 and at the end. So many bytes are KEPT of each, to
// see that it shows.

import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import v8 from "node:v8";
import { MessagePort, Worker } from "node:worker_threads";
import { createMachine } from "../../dist/node/index.js";

const [seed, , folder, kernel, initrd, gdb] = process.argv.slice(2);
const count = Number(process.argv[3]);
const kept = [];
const keptOfEach = Number(process.argv[8] ?? 0);
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
  if (keptOfEach > 0) kept.push(new Uint8Array(keptOfEach).fill(1));
}

/** What machines and their threads are made of, by the prototypes that are known here. */
async function kinds() {
  const machine = createMachine({ arguments: [] });
  machine.on("error", () => {});
  const { console: terminal, finished } = machine;
  const objects = { machine, terminal, finished };
  const made = Object.entries(objects).map(([name, object]) => [name, object.constructor]);
  machine.dispose();
  return Object.fromEntries([
    ...made,
    ...Object.entries({ Worker, MessagePort, ReadableStream, WritableStream, AbortController, FinalizationRegistry }),
    ...Object.entries({ Memory: WebAssembly.Memory, Module: WebAssembly.Module, SharedArrayBuffer }),
  ]);
}

/** Descriptors by name, threads, objects and resident bytes. */
function look() {
  // Twice: what the first one finds dead may have held more.
  globalThis.gc();
  globalThis.gc();
  const descriptors = [];
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      descriptors.push(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // The one that the folder was read with.
    }
  }
  const objects = {};
  // Node 20 before 20.13 has no way to count.
  if (v8.queryObjects)
    for (const [name, kind] of Object.entries(KINDS_OF_OBJECTS)) objects[name] = v8.queryObjects(kind);
  const { rss, heapUsed, external } = process.memoryUsage();
  const threads = readdirSync("/proc/self/task").length;
  return { descriptors, threads, objects, resident: rss, heap: heapUsed + external };
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
const KINDS_OF_OBJECTS = await kinds();

/**
 * V8 holds the counters of a thread, 30 KB, in tasks that report how long a module's functions took to compile: the last one runs two
 * minutes after the module was instantiated. Memory is looked at after that.
 */
const REPORTED_MS = 125_000;

/** Has the allocator give back what is free between blocks in use: what is resident then is what is in use. Only a debugger can ask it. */
function giveBack() {
  const call = ["-batch", "-nx", "-p", String(process.pid), "-ex", "call (int) malloc_trim(0)"];
  const said = execFileSync(gdb, call, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  if (!/^\$1 = [01]$/m.test(said)) throw new Error(`${gdb} cannot call malloc_trim(): ${said.slice(-500)}`);
}

async function machines(count, wait = 0) {
  for (let n = 0; n < count; n++) {
    await one();
    await settled(own + BESIDE * THREADS_OF_A_MACHINE);
  }
  await settled(own);
  await sleep(wait);
  if (wait > 0) {
    globalThis.gc();
    giveBack();
  }
  let left;
  // What a thread said last is heard some turns of the event loop after its end, later on a loaded host.
  for (let n = 0; n < 10 && (n === 0 || hasMore(left)); n++) {
    await sleep(500);
    left = look();
  }
  return left;
}

let first;
function hasMore({ objects }) {
  return first !== undefined && Object.entries(objects).some(([name, number]) => number > first.objects[name]);
}

// The first ones load code and start threads that stay.
const begin = await machines(5);
first = begin;
const early = count > FIRST_LOOK ? await machines(FIRST_LOOK, REPORTED_MS) : undefined;
const end = await machines(count - (early ? FIRST_LOOK : 0), early ? REPORTED_MS : 0);
process.stdout.write(JSON.stringify({ begin, early, end }));
process.exit(0);
