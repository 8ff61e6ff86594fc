// An emulator that is a process with the guest's console on its standard streams: this one in Node, and QEMU.

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import {
  BOOT_PATIENCE,
  command,
  type Emulator,
  figureOf,
  type Memory,
  PROMPT,
  patience,
  READY,
  type Session,
} from "./engine.js";

export function processEmulator(name: string, program: string, args: readonly string[], version: string): Emulator {
  return {
    name,
    version,
    async boot() {
      const begun = performance.now();
      const console = new ProcessConsole(spawn(program, args, { stdio: "pipe" }));
      try {
        await console.until(new RegExp(`^${READY} `, "m"), BOOT_PATIENCE);
        const ready = performance.now() - begun;
        await console.until(AT_PROMPT, BOOT_PATIENCE);
        return session(console, ready);
      } catch (error) {
        await console.close();
        throw error;
      }
    },
  };
}

function session(console: ProcessConsole, ready: number): Session {
  return {
    ready,
    async run(benchmark, seconds) {
      const begun = performance.now();
      const cpu = console.cpuTime();
      console.type(`${command(benchmark, seconds)}\n`);
      const text = await console.until(AT_PROMPT, patience(seconds));
      const load = (console.cpuTime() - cpu) / (performance.now() - begun);
      return { ...figureOf(benchmark, text), load };
    },
    memory: () => console.memory(),
    close: () => console.close(),
  };
}

/** First line of what a program says its version is. */
export function versionOf(program: string): string {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).split("\n")[0]!;
}

/** The kernel may have a word to say after it. */
const AT_PROMPT = new RegExp(`^${PROMPT}`, "m");
/** Sequences meant for a terminal. */
const TERMINAL = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*[A-Za-z]`, "g");

class ProcessConsole {
  private text = "";
  private ended = false;
  private look: (() => void) | undefined;
  private readonly gone: Promise<void>;

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    const add = (chunk: Buffer): void => {
      // The shell asks the terminal where its cursor is.
      this.text = (this.text + chunk.toString("latin1")).replaceAll("\r", "").replace(TERMINAL, "");
      this.look?.();
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.stdin.on("error", () => {});
    this.gone = new Promise((resolve) => {
      const end = (): void => {
        this.ended = true;
        this.look?.();
        resolve();
      };
      child.on("error", end);
      child.on("close", end);
    });
  }

  type(text: string): void {
    this.text = "";
    this.child.stdin.write(text);
  }

  /** Resolves to what was printed since the last type() when the pattern is in it. */
  until(pattern: RegExp, milliseconds: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (what: string): void => {
        const end = this.text.trim().split("\n").slice(-5).join("\n");
        done();
        reject(new Error(`${what} before ${pattern} was printed; it ends:\n${end}`));
      };
      const timer = setTimeout(() => fail("too long"), milliseconds);
      const done = (): void => {
        clearTimeout(timer);
        this.look = undefined;
      };
      this.look = () => {
        if (pattern.test(this.text)) {
          done();
          resolve(this.text);
        } else if (this.ended) fail("the emulator ended");
        else if (/Kernel panic/.test(this.text)) fail("kernel panic");
      };
      this.look();
    });
  }

  /** CPU time of the process so far, milliseconds (Linux: fields 14 and 15 of stat, in hundredths of a second). */
  cpuTime(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "latin1").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Of Linux' smaps (in KiB): the guest's RAM is in the mapping that takes most. */
  memory(): Memory {
    const smaps = readFileSync(`/proc/${this.child.pid}/smaps`, "latin1");
    const sizes = [...smaps.matchAll(/^Rss:\s+(\d+)/gm)].map(([, kib]) => (Number(kib) * 1024) / 1e6);
    const resident = sizes.reduce((sum, size) => sum + size, 0);
    return { resident, emulator: resident - Math.max(...sizes) };
  }

  async close(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.gone;
  }
}
