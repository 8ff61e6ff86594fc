// Whatever the guest and the readers of its output do, the program ends within a second of being asked to.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ROOT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import { CODE, writeKernel, x86 } from "../../testing/x86/multiboot.js";
import { inTerminal, isRaw, programIn, stty } from "./pty.js";

const CLI = `${ROOT}dist/node/cli.js`;
/** A second, and what a loaded host takes for it. */
const AT_ONCE = 5_000;
const COM1 = 0x3f8;

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

const running: ChildProcess[] = [];
const opened: number[] = [];
afterEach(() => {
  for (const child of running.splice(0)) {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  for (const fd of opened.splice(0)) closeSync(fd);
});

/** mov dx, COM1; mov al, 'y'; out dx, al; again for ever */
const FLOOD = [...x86.outb(COM1, 0x79), 0xeb, 0xfd];
/** lidt of an empty table; ud2 */
const CRASH = [0x6a, 0x00, 0x6a, 0x00, 0x0f, 0x01, 0x1c, 0x24, 0x0f, 0x0b];

function kernel(code: readonly number[]): string {
  const file = folder.file(`kernel${Math.random()}`);
  writeKernel(file, code);
  return file;
}

const machine = (code: readonly number[], ...rest: string[]): string[] => [
  ...[CLI, "-display", "none", "-monitor", "none", "-m", "16M", "-kernel", kernel(code), ...rest],
];

type Stdio = "pipe" | "ignore" | number;

function start(args: readonly string[], stdio: Stdio[], command = process.execPath): ChildProcess {
  const child = spawn(command, args, { cwd: ROOT, stdio, detached: true });
  running.push(child);
  return child;
}

/** A pipe that nobody reads from but read(), which gives how many bytes there were. */
function pipe(file = folder.file(`pipe${Math.random()}`)): {
  file: string;
  writer: number;
  read(most?: number): number;
} {
  execFileSync("mkfifo", [file]);
  const reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(file, constants.O_WRONLY);
  opened.push(reader, writer);
  const buffer = Buffer.alloc(1 << 16);
  return {
    file,
    writer,
    read(most = Number.POSITIVE_INFINITY) {
      let count = 0;
      try {
        while (count < most) {
          const more = readSync(reader, buffer, 0, Math.min(buffer.length, most - count), null);
          if (more === 0) break;
          count += more;
        }
      } catch {
        // There is no more now.
      }
      return count;
    },
  };
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something was written, and then until the process uses next to no CPU: its reader holds it up. */
async function heldUp(pid: number, written: () => boolean): Promise<void> {
  const used = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
    return Number(fields[11]) + Number(fields[12]);
  };
  for (let before = -1000, began = false, n = 0; n < 150; n++) {
    began ||= written();
    const now = used();
    if (began && now - before < 8) return;
    before = began ? now : -1000;
    await sleep(400);
  }
  throw new Error("the guest is not held up by a reader that reads nothing");
}

/** Milliseconds until the process has ended, and its status. */
async function end(child: ChildProcess, how: () => void): Promise<{ status: number | null; time: number }> {
  const begin = Date.now();
  const ended = new Promise<number | null>((resolve) => child.once("exit", (status) => resolve(status)));
  how();
  const status = await Promise.race([ended, sleep(2 * AT_ONCE).then(() => -1)]);
  return { status, time: Date.now() - begin };
}

async function endsBy(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const { status, time } = await end(child, () => child.kill(signal));
  expect(status).toBe(0);
  expect(time).toBeLessThan(AT_ONCE);
}

describe("output that nobody reads", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("of a pipe: %s ends the program", async (signal) => {
    const { writer, read } = pipe();
    const child = start(machine(FLOOD, "-serial", "stdio"), ["ignore", writer, "ignore"]);
    await heldUp(child.pid!, () => read(1) > 0);
    await endsBy(child, signal);
  });

  it("of a socket, and of a pipe by name: SIGTERM ends the program", async () => {
    const { file, read } = pipe();
    for (const serial of ["stdio", `file:${file}`]) {
      const child = start(machine(FLOOD, "-serial", serial), ["ignore", "pipe", "ignore"]);
      child.stdout!.on("readable", () => {});
      await heldUp(child.pid!, () => child.stdout!.readableLength > 0 || read(1) > 0);
      await endsBy(child, "SIGTERM");
    }
  });

  it("of a pipe: Ctrl-A X ends the program", async () => {
    const { writer, read } = pipe();
    const child = start(machine(FLOOD, "-serial", "mon:stdio"), ["pipe", writer, "ignore"]);
    await heldUp(child.pid!, () => read(1) > 0);
    const { status, time } = await end(child, () => void child.stdin!.write("\x01x"));
    expect(status).toBe(0);
    expect(time).toBeLessThan(AT_ONCE);
  });

  it("of standard error, with a log and warnings: SIGTERM ends the program", async () => {
    const { writer, read } = pipe();
    const child = start(machine(CRASH, "-d", "in_asm,int"), ["ignore", "ignore", writer]);
    await heldUp(child.pid!, () => read(1) > 0);
    await endsBy(child, "SIGTERM");
  });

  it("that is read late is there to the last byte, after a power-off too", async () => {
    // 300,000 times the same letter, then power-off by ACPI.
    const count = 300_000;
    const code = [
      ...[0xb9, ...x86.u32(count), 0x66, 0xba, COM1 & 255, COM1 >> 8, 0xb0, 0x79, 0xee, 0xe2, 0xfd],
      ...x86.outw(0x604, 0x2000),
      ...x86.stop,
    ];
    const { writer, read } = pipe();
    const child = start(machine(code, "-serial", "stdio"), ["ignore", writer, "ignore"]);
    const ended = new Promise<number | null>((resolve) => child.once("exit", (status) => resolve(status)));
    let sum = 0;
    await heldUp(child.pid!, () => {
      sum += read(1);
      return sum > 0;
    });
    for (let status: number | null | undefined; status === undefined; ) {
      sum += read();
      status = await Promise.race([ended, sleep(5).then(() => undefined)]);
      if (status !== undefined) expect(status).toBe(0);
    }
    expect(sum + read()).toBe(count);
  });
});

const INTERRUPT_GATE = 0x8e;
const TRAP_GATE = 0x8f;
/** Ports and values: the PIT's shortest period; the serial port's interrupt line, which nothing takes away, by its level. */
const TIMER = [
  [0x21, 0xfe],
  [0x43, 0x34],
  [0x40, 2],
  [0x40, 0],
] as const;
const LINE = [
  [0x4d0, 0x10],
  [COM1 + 1, 2],
  [COM1 + 4, 8],
  [0x21, 0xef],
] as const;

describe("guests that do nothing but", () => {
  it.each([
    ["fault three times", CRASH],
    ["spin", [0xeb, 0xfe]],
    ["wait for ever", x86.stop],
    ["ask for resets", [...x86.outb(0x64, 0xfe), ...x86.stop]],
    ["ask for resets by the chipset", [...x86.outb(0xcf9, 0x06), ...x86.stop]],
    ["be interrupted, in the handler too", storm(TIMER, TRAP_GATE, 0xd0000000, [0x90, 0xeb, 0xfd])],
    ["be interrupted before the handler's first instruction", storm(LINE, TRAP_GATE, 0xd0000000, [0x90, 0xeb, 0xfd])],
    ["be interrupted", storm(TIMER, INTERRUPT_GATE, 0x300000, [0xcf])],
  ])("%s: SIGTERM ends the program", async (_, code) => {
    // They say so on the debug console when they begin.
    const { writer, read } = pipe();
    const child = start(machine([...x86.outb(0xe9, 0x21), ...code], "-debugcon", "stdio"), [
      "ignore",
      writer,
      "ignore",
    ]);
    for (let n = 0; n < 100 && read(1) === 0; n++) await sleep(100);
    await sleep(1000);
    expect(child.exitCode).toBe(null);
    await endsBy(child, "SIGTERM");
  });
});

/**
 * Interrupts are delivered by gates of that type to that code; the PIC ends them by itself. A
 * stack where no memory is never runs into anything.
 */
function storm(
  source: readonly (readonly [number, number])[],
  gate: number,
  stack: number,
  handlerCode: readonly number[],
): number[] {
  const idt = 0x200000;
  const code: number[] = [];
  const handler = CODE + 7 + 512;
  // cld; edi = idt; ecx = 256; each: stosd of the words of a gate
  const low = (0x10 << 16) | (handler & 0xffff);
  const high = ((handler & 0xffff0000) | (gate << 8)) >>> 0;
  code.push(0xfc, 0xbf, ...x86.u32(idt), 0xb9, ...x86.u32(256));
  code.push(0xb8, ...x86.u32(low), 0xab, 0xb8, ...x86.u32(high), 0xab, 0xe2, 0xf2);
  // lidt
  code.push(...x86.store(idt - 8, 0x07ff0000), ...x86.store(idt - 4, idt), 0x0f, 0x01, 0x1d, ...x86.u32(idt - 6));
  // PIC: vector 20h, automatic end of interrupt
  for (const [port, value] of [[0x20, 0x11], [0x21, 0x20], [0x21, 4], [0x21, 3], ...source] as const)
    code.push(...x86.outb(port, value));
  // mov esp, stack; sti; jmp to itself
  code.push(0xbc, ...x86.u32(stack), 0xfb, 0xeb, 0xfe);
  while (code.length < 512) code.push(0x90);
  return [...code, ...handlerCode];
}

describe("a terminal", () => {
  /** The emulator in one of its own, which is raw. */
  async function started(args: readonly string[]): Promise<{ child: ChildProcess; pid: number }> {
    const child = start(inTerminal(args), ["pipe", "pipe", "ignore"], program("script"));
    child.stdout!.on("data", () => {});
    for (let n = 0; n < 200; n++) {
      await sleep(100);
      const pid = programIn(child.pid!);
      if (pid !== undefined && isRaw(pid)) return { child, pid };
    }
    throw new Error("the terminal did not become raw");
  }

  it("is raw again after SIGSTOP, a shell's own settings and SIGCONT, and given back at the end", async () => {
    const { child, pid } = await started(machine(x86.stop, "-serial", "mon:stdio"));
    process.kill(pid, "SIGSTOP");
    await sleep(200);
    stty(pid, "sane");
    expect(isRaw(pid)).toBe(false);
    process.kill(pid, "SIGCONT");
    // script(1) stops with its child.
    child.kill("SIGCONT");
    for (let n = 0; n < 50 && !isRaw(pid); n++) await sleep(100);
    expect(isRaw(pid)).toBe(true);
    const { status, time } = await end(child, () => void child.stdin!.write("\x01x"));
    expect(status).toBe(0);
    expect(time).toBeLessThan(AT_ONCE);
  });

  it("hears Ctrl-A X though a guest that takes nothing is behind by thousands of keys", async () => {
    const { child } = await started(machine(x86.stop, "-serial", "mon:stdio"));
    child.stdin!.write("a".repeat(20_000));
    await sleep(500);
    const { status, time } = await end(child, () => void child.stdin!.write("\x01x"));
    expect(status).toBe(0);
    expect(time).toBeLessThan(AT_ONCE);
  });
});
