// A program and a machine that are told to end while a kernel is being unpacked end at once, not when that is done. What unpacking
// takes of the CPU is measured first: an end that waited for it would take about as much. (Time would depend on the host's load.)

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { KERNEL, ROOT, temporaryFolder } from "../../testing/guest.js";
import { x86 } from "../../testing/x86/multiboot.js";
import { FORMATS, type FormatName, writeLargeKernel } from "../kernels/large.js";

const CLI = `${ROOT}dist/node/cli.js`;
/** A second, and what a loaded host takes for it. */
const AT_ONCE = 5_000;
/** Of /proc: USER_HZ is 100 everywhere. */
const TICK_MS = 10;
const SAYS = 0xe9;
/** Says that it runs, and asks for a reset, which unpacks it again. */
const CODE = [...x86.outb(SAYS, 0x21), ...x86.outb(0x64, 0xfe), 0xf4, 0xeb, 0xfd];

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function start(args: readonly string[]): ChildProcess & { pid: number } {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  running.push(child);
  return child as ChildProcess & { pid: number };
}

/** Milliseconds of CPU time that a process has used; 0 when there is none. */
function used(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** Waits until the process has used so much. */
async function use(pid: number, milliseconds: number): Promise<void> {
  while (used(pid) < milliseconds) await sleep(5);
}

/** What was used whenever something was said, `count` times. */
async function said(child: ChildProcess & { pid: number }, count: number): Promise<number[]> {
  const times: number[] = [];
  for await (const bytes of child.stdout!) {
    for (let n = 0; n < (bytes as Buffer).length; n++) times.push(used(child.pid));
    if (times.length >= count) return times;
  }
  throw new Error("the program has ended");
}

/** By SIGTERM: what was used until the end, which comes soon, and how it was. */
async function terminated(child: ChildProcess & { pid: number }): Promise<{ more: number; how: number | string }> {
  let how: number | string | undefined;
  child.once("exit", (status, signal) => {
    how = status ?? signal!;
  });
  const [begin, before] = [performance.now(), used(child.pid)];
  let last = before;
  child.kill("SIGTERM");
  for (; how === undefined; await sleep(5)) last = Math.max(last, used(child.pid));
  expect(performance.now() - begin).toBeLessThan(AT_ONCE);
  return { more: last - before, how };
}

/** In a process of its own: makes a machine, disposes of it when so much was used, and says what that and its threads took. */
const DISPOSE = `
  import { readdirSync } from "node:fs";
  import { readFile } from "node:fs/promises";
  import { setTimeout as sleep } from "node:timers/promises";
  import { createMachine } from "./dist/node/index.js";
  const [after, ...args] = process.argv.slice(1);
  const threads = () => readdirSync("/proc/self/task").length;
  const used = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  // Node's own threads for files stay.
  await Promise.all(Array.from({ length: 8 }, () => readFile("package.json")));
  const before = threads();
  const machine = createMachine({ arguments: args });
  machine.start().catch(() => {});
  while (used() < after) await sleep(5);
  const { state } = machine;
  const [begin, last] = [performance.now(), used()];
  machine.dispose();
  await machine.finished;
  while (threads() > before) await sleep(5);
  console.log(JSON.stringify({ state, time: performance.now() - begin, more: used() - last }));`;

describe.each(Object.keys(FORMATS) as FormatName[])("a kernel packed by %s", (name) => {
  let args: string[];
  /** Used from the program's start to the kernel's. */
  let first: number;

  beforeAll(async () => {
    const file = folder.file(name);
    const ram = writeLargeKernel(file, name, CODE);
    args = ["-display", "none", "-monitor", "none", "-serial", "null", "-m", `${ram}M`, "-kernel", file];
    const child = start([CLI, ...args, "-debugcon", "stdio"]);
    [first] = (await said(child, 1)) as [number];
    child.kill("SIGKILL");
  });

  it("SIGTERM ends the program while it is unpacked for the first time", async () => {
    const child = start([CLI, ...args, "-debugcon", "stdio"]);
    child.stdout!.resume();
    await use(child.pid, first / 2);
    const { more, how } = await terminated(child);
    // The program has no terminal yet that it had to give back.
    expect(how).toBe("SIGTERM");
    expect(more).toBeLessThan(first / 4);
  });

  // The guest unpacks that one itself after a reset.
  it.skipIf(name === "zstd")("SIGTERM ends the program while it is unpacked after a reset", async () => {
    const child = start([CLI, ...args, "-debugcon", "stdio"]);
    const [before, now] = (await said(child, 2)) as [number, number];
    const again = now - before;
    await use(child.pid, now + again / 3);
    const { more, how } = await terminated(child);
    expect(how).toBe(0);
    expect(more).toBeLessThan(again / 3);
  });

  it("dispose() ends the machine and its threads while it is unpacked", async () => {
    const child = start(["--input-type=module", "-e", DISPOSE, "--", `${first / 2}`, ...args]);
    let text = "";
    for await (const bytes of child.stdout!) text += bytes;
    const { state, time, more } = JSON.parse(text) as { state: string; time: number; more: number };
    expect(state).toBe("loading");
    expect(time).toBeLessThan(AT_ONCE);
    expect(more).toBeLessThan(first / 4);
  });
});

it("a kernel that unpacks itself, as those packed by LZMA, bzip2 and LZO: SIGTERM ends the program", async () => {
  // The boot protocol's payload_length: where it is 0 no loader knows where the payload is, but the kernel does.
  const image = readFileSync(KERNEL);
  image.writeUInt32LE(0, 0x24c);
  const file = folder.file("debian");
  const fd = openSync(file, "w");
  writeSync(fd, image);
  closeSync(fd);
  const append = ["-append", "earlyprintk=serial console=ttyS0"];
  const options = [
    "-display",
    "none",
    "-monitor",
    "none",
    "-serial",
    "stdio",
    "-m",
    "256M",
    "-kernel",
    file,
    ...append,
  ];
  const child = start([CLI, ...options]);
  const [first] = (await said(child, 1)) as [number];
  child.kill("SIGKILL");
  const again = start([CLI, ...options]);
  let text = "";
  again.stdout!.on("data", (bytes) => {
    text += bytes;
  });
  await use(again.pid, first / 2);
  const { how } = await terminated(again);
  expect({ how: how === "SIGTERM" ? 0 : how, text }).toEqual({ how: 0, text: "" });
});
