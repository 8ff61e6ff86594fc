// Starts a machine with a kernel and an initrd that may be damaged: it refuses them in one sentence or executes an instruction, soon;
// and it ends at once when it is told to.

import { MemoryBackend } from "../../src/block/backends/memory.js";
import { MachineError, type MachineHost } from "../../src/machine/host.js";
import { parseArguments } from "../../src/machines/arguments.js";
import { createMachine } from "../../src/machines/create.js";
import { loadCore } from "../../src/node/core-module.js";
import { programInfo } from "../../src/node/program.js";
import { NodeScheduler } from "../../src/node/scheduler.js";
import { caseSeed, Random } from "../../testing/random.js";
import { type Base, initrds, kernels } from "./bases.js";
import { mutate } from "./mutate.js";

/** Seconds of CPU until the first instruction or the refusal, and from being told to end to the end. */
const START = 5;
const END = 1;

const core = loadCore();
const never = { hot: () => {}, maintain: () => {} };
let bases: Base[] | undefined;
let archives: Uint8Array[] | undefined;

const cpuSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What is wrong with the case of that number; undefined: nothing. */
export async function runCase(seed: number, number: number): Promise<string | undefined> {
  bases ??= kernels();
  archives ??= initrds();
  const random = new Random(caseSeed(seed, number));
  // The real one is large.
  const base = random.below(100) === 0 ? bases.at(-1)! : random.pick(bases.slice(0, -1));
  const others = [...bases.slice(0, -1).map(({ bytes }) => bytes), ...archives];
  const kernel = random.below(10) === 0 ? base.bytes : mutate(base.bytes, others, random);
  const initrd =
    random.below(2) === 0
      ? undefined
      : random.below(3)
        ? mutate(random.pick(archives), others, random)
        : random.pick(archives);
  const ram = random.below(5) === 0 ? random.pick(["1M", "2M", "5M", "20M"]) : `${base.ram}M`;
  const again = random.below(3) === 0;
  const what = `case ${number} (${base.name}, ${kernel.length} bytes${initrd ? `, initrd of ${initrd.length}` : ""}, -m ${ram})`;
  try {
    const text = await boot(kernel, initrd, ram, again);
    return text === undefined ? undefined : `${what}: ${text}`;
  } catch (error) {
    return `${what}: ${(error as Error).stack ?? error}`;
  }
}

async function boot(
  kernel: Uint8Array,
  initrd: Uint8Array | undefined,
  ram: string,
  again: boolean,
): Promise<string | undefined> {
  const args = [
    "-m",
    ram,
    "-display",
    "none",
    "-monitor",
    "none",
    "-serial",
    "null",
    "-kernel",
    "kernel",
    "-append",
    "a=b",
  ];
  const parsed = parseArguments(initrd ? [...args, "-initrd", "initrd"] : args, programInfo());
  if (parsed.kind !== "machine") throw new Error("the options make no machine");
  const files: Record<string, Uint8Array | undefined> = { kernel, initrd };
  const begin = process.cpuUsage();
  let machine: Awaited<ReturnType<typeof createMachine>>;
  let finished: Promise<unknown>;
  try {
    machine = await createMachine(parsed.config, host(files), { ...core, tier1: () => never });
    finished = machine.start();
  } catch (error) {
    return refusal(error) ?? late(begin, START, "the refusal");
  }
  let over: string | undefined;
  const ended = finished.then(
    () => {
      over = "";
    },
    (error: unknown) => {
      over = refusal(error) ?? "";
    },
  );
  // An instruction that raises a fault which cannot be delivered is not counted, and resets the machine.
  let faulted = false;
  machine.on("reset", (cause) => {
    if (cause === "cpu-shutdown") faulted = true;
  });
  const begun = (): boolean => machine.cpu.instructions > 0 || faulted || over !== undefined || machine.halted;
  while (!begun() && cpuSeconds(begin) < START) await turn();
  const problem = late(begin, START, "the first instruction");
  if (problem) return problem;
  for (let n = 0; n < 3 && over === undefined; n++) await turn();
  if (again) {
    for (let n = 0; n < 10; n++) machine.resetByUser();
    for (let n = 0; n < 3 && over === undefined; n++) await turn();
  }
  const told = process.cpuUsage();
  machine.quit();
  await ended;
  return over || late(told, END, "the end");
}

function late(since: NodeJS.CpuUsage, limit: number, what: string): string | undefined {
  const seconds = cpuSeconds(since);
  return seconds > limit ? `${what} took ${seconds.toFixed(1)} s of CPU time` : undefined;
}

/** What is wrong with how a machine refused; undefined: nothing. */
function refusal(error: unknown): string | undefined {
  if (error instanceof MachineError && !/\n|internal/.test(error.message)) return undefined;
  return `internal error: ${(error as Error).stack ?? error}`;
}

function host(files: Record<string, Uint8Array | undefined>): MachineHost {
  return {
    scheduler: new NodeScheduler(),
    entropy: { fill: (bytes) => void bytes.fill(0x5a) },
    monotonic: () => performance.now() * 1e6,
    date: () => Date.now(),
    readFile: async (name) => files[name],
    openImage: async () => new MemoryBackend(new Uint8Array(512)),
    openChardev: () => ({ write() {}, close() {} }),
    log() {},
    warn() {},
  };
}
