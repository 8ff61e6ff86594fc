// The program as a process: exit statuses, pipes, the terminal. Guests are a few bytes of 32-bit code each, started by
// multiboot. Needs the build (dist/).

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const CLI = fileURLToPath(new URL("../../dist/node/cli.js", import.meta.url));
const LOAD = 0x100000;
let folder = "";

beforeAll(() => {
  if (!fs.existsSync(CLI)) throw new Error(`${CLI} is not there: npm run build makes it`);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "wasmachine-cli-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A flat multiboot kernel: header with load addresses (bit 16), then `code`. */
function kernel(name: string, ...code: number[]): string {
  const flags = 0x10000;
  const size = 32 + code.length;
  const words = [0x1badb002, flags, -(0x1badb002 + flags), LOAD, LOAD, LOAD + size, LOAD + size, LOAD + 32];
  const file = path.join(folder, name);
  fs.writeFileSync(
    file,
    Buffer.concat([Buffer.from(Int32Array.from(words, (word) => word | 0).buffer), Buffer.from(code)]),
  );
  return file;
}

/** mov dx, port; mov al, value; out dx, al */
const out8 = (port: number, value: number): number[] => [0x66, 0xba, port & 0xff, port >> 8, 0xb0, value, 0xee];
/** mov dx, port; mov ax, value; out dx, ax */
const out16 = (port: number, value: number): number[] => [
  ...[0x66, 0xba, port & 0xff, port >> 8, 0x66, 0xb8, value & 0xff, value >> 8, 0x66, 0xef],
];
const print = (text: string): number[] => [...Buffer.from(text)].flatMap((byte) => out8(0x3f8, byte));
const HALT = [0xf4, 0xeb, 0xfd];
/** Echoes the serial line until a `q` comes: wait for LSR bit 0, in al, out al; cmp al, 'q'; jne. */
const ECHO = [
  ...[0x66, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb],
  ...[0x66, 0xba, 0xf8, 0x03, 0xec, 0xee, 0x3c, 0x71, 0x75, 0xed],
];

interface Result {
  status: number | null;
  out: string;
  error: string;
}

/** Gives `input` at once and ends it, or, with `after`, when that has been printed. */
function start(command: string, args: string[], input: string, after?: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    const result: Result = { status: null, out: "", error: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      const before = result.out;
      result.out += chunk;
      if (after !== undefined && !before.includes(after) && result.out.includes(after)) child.stdin.write(input);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      result.error += chunk;
    });
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...result, status }));
    child.stdin.on("error", () => {});
    if (after === undefined) child.stdin.end(input);
  });
}

const run = (args: string[], input = ""): Promise<Result> =>
  start(process.execPath, [CLI, "-m", "16M", ...args], input);

describe("exit status", () => {
  const exit = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"];

  it("is isa-debug-exit's, after all output", async () => {
    const file = kernel("exit", ...print("hi\n"), ...out8(0xf4, 0x10), ...HALT);
    expect(await run(["-nographic", ...exit, "-kernel", file])).toEqual({ status: 0x21, out: "hi\n", error: "" });
  });

  it("is 0 at power-off and at a reset under -no-reboot", async () => {
    const off = kernel("off", ...out16(0x604, 0x2000), ...HALT);
    const reset = kernel("reset", ...out8(0x64, 0xfe), ...HALT);
    const results = await Promise.all([
      run(["-display", "none", "-kernel", off]),
      run(["-display", "none", "-no-reboot", "-kernel", reset]),
    ]);
    for (const result of results) expect(result).toEqual({ status: 0, out: "", error: "" });
  });

  it("is 0 after a triple fault under -no-reboot, with a word about it", async () => {
    // lidt of an empty table, int3.
    const fault = kernel("fault", 0x0f, 0x01, 0x1d, 0x2a, 0x00, 0x10, 0x00, 0xcc, 0xf4, 0x90, 0, 0, 0, 0, 0, 0);
    const { status, error } = await run(["-display", "none", "-no-reboot", "-kernel", fault]);
    expect(status).toBe(0);
    expect(error).toBe(
      "wasmachine-system-x86_64: warning: triple fault (exception 3 at 0010:00100027, CR2 00000000): the machine ends\n",
    );
  });

  it("is 1 with one sentence when there is no kernel", async () => {
    expect(await run(["-kernel", path.join(folder, "none")])).toEqual({
      status: 1,
      out: "",
      error: `wasmachine-system-x86_64: could not open kernel file '${folder}/none': No such file or directory\n`,
    });
  });
});

describe("pipes", () => {
  it("feed the guest, whose end is the process's", async () => {
    const echo = kernel("echo", ...ECHO, ...out16(0x604, 0x2000), ...HALT);
    const text = `${"0123456789".repeat(500)}q`;
    const { status, out } = await run(["-nographic", "-kernel", echo], `${text}not read any more`);
    expect({ status, out }).toEqual({ status: 0, out: text });
  });

  it("reach the monitor and the escape key's commands", async () => {
    const halt = kernel("halt", ...HALT);
    const monitor = await run(
      ["-monitor", "stdio", "-serial", "null", "-S", "-kernel", halt],
      "info status\ncont\nquit\n",
    );
    expect(monitor.status).toBe(0);
    expect(monitor.out).toContain("VM status: paused (prelaunch)\r\n(wasmachine) cont\r\n");
    const commands = await run(["-nographic", "-kernel", halt], "\x01h\x01x");
    expect(commands.status).toBe(0);
    expect(commands.out).toContain("C-a x    exit emulator\r\n");
    expect(commands.out).toContain("wasmachine: Terminated\r\n");
  });

  it("go to a file with -serial file:", async () => {
    const hello = kernel("hello", ...print("to the file"), ...out16(0x604, 0x2000), ...HALT);
    const file = path.join(folder, "serial.log");
    expect((await run(["-display", "none", "-serial", `file:${file}`, "-kernel", hello])).status).toBe(0);
    expect(fs.readFileSync(file, "utf8")).toBe("to the file");
  });
});

/** How nice each thread of a process is (proc(5), field 19 of stat); its first thread is the first. */
function niceness(pid: number): number[] {
  return fs.readdirSync(`/proc/${pid}/task`).map((task) => {
    const stat = fs.readFileSync(`/proc/${pid}/task/${task}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

describe.runIf(process.platform === "linux")("threads", () => {
  it("of V8 come after the one that makes regions, and that after the machine's", async () => {
    const file = kernel("idle", ...HALT);
    const child = spawn(process.execPath, [CLI, "-m", "16M", "-display", "none", "-kernel", file], { stdio: "ignore" });
    try {
      const own = os.getPriority();
      const expected = [own + 5, own + 10].map((nice) => Math.min(19, nice));
      await expect.poll(() => niceness(child.pid!), { timeout: 10_000 }).toEqual(expect.arrayContaining(expected));
      expect(niceness(child.pid!)[0]).toBe(own);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

describe("terminal", () => {
  /** Under script(1), which gives the program a terminal; then the terminal's settings. */
  const onTerminal = (args: string, input: string): Promise<Result> =>
    start(
      "script",
      ["-qefc", `'${process.execPath}' '${CLI}' -m 16M ${args}; echo "[$?]"; stty -a`, "/dev/null"],
      input,
      "ready",
    );

  it("is raw while the machine runs and as before afterwards", async () => {
    const echo = kernel("tty", ...print("ready"), ...ECHO, ...out16(0x604, 0x2000), ...HALT);
    const { out } = await onTerminal(`-nographic -kernel '${echo}'`, "ab\x03q");
    // Raw: the guest's echo alone, and Ctrl-C is a character like any other.
    expect(out).toContain("readyab\x03q[0]");
    expect(out).toMatch(/ icanon/);
    expect(out).toMatch(/ echo /);
  });
});
