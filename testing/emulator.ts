// The command line program as a process, as a user runs it: types on its standard input and reads its console.

import { type ChildProcess, spawn } from "node:child_process";
import { ROOT } from "./guest.js";

export interface Ended {
  /** Exit status; undefined when a signal ended the process. */
  status: number | undefined;
  /** Standard output. */
  out: string;
  /** Standard error. */
  error: string;
}

export const CLI = `${ROOT}dist/node/cli.js`;
export const RISCV_CLI = `${ROOT}dist/node/cli-riscv64.js`;

export class Emulator {
  out = "";
  error = "";
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private status: number | undefined;
  private over = false;
  private notify = (): void => {};

  /** Starts `command`; its process group is killed, with SIGKILL, by close(). */
  constructor(command: string, args: readonly string[], cwd = ROOT) {
    const child = spawn(command, args, { cwd, stdio: ["pipe", "pipe", "pipe"], detached: true });
    this.child = child;
    // A program that ends does not read what is left for it.
    child.stdin.on("error", () => {});
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      this.notify();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.error += text;
    });
    this.ended = new Promise((resolve) => {
      child.once("close", (status) => {
        this.over = true;
        this.status = status ?? undefined;
        this.notify();
        resolve({ status: this.status, out: this.out, error: this.error });
      });
    });
  }

  /** The program with QEMU's options. */
  static run(args: readonly string[], cwd?: string): Emulator {
    return new Emulator(process.execPath, [CLI, ...args], cwd);
  }

  /** The same for riscv64. */
  static riscv(args: readonly string[], cwd?: string): Emulator {
    return new Emulator(process.execPath, [RISCV_CLI, ...args], cwd);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Types at the guest's console. */
  type(text: string): void {
    this.child.stdin!.write(text);
  }

  /** Types, and says that nothing comes after it. */
  typeLast(text: string): void {
    this.child.stdin!.end(text);
  }

  /** Waits until the console has said `text` (behind position `from`) and returns the position behind it. */
  async waitFor(text: string, timeout: number, from = 0): Promise<number> {
    const found = (): number => this.out.indexOf(text, from);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(this.complaint(`"${text}" did not come in ${timeout} ms`))),
        timeout,
      );
      this.notify = () => {
        if (found() < 0 && !this.over) return;
        clearTimeout(timer);
        if (found() < 0) reject(new Error(this.complaint(`ended with ${this.status} before "${text}" came`)));
        else resolve();
      };
      this.notify();
    });
    return found() + text.length;
  }

  /** Types a shell command and returns what it prints; the shell must be at its prompt. */
  async shell(command: string, timeout = 120_000): Promise<string> {
    const start = this.out.length;
    // In two halves, so that the echo of the command is not taken for its end.
    this.type(`${command}; echo END"-OF-COMMAND"\n`);
    const end = await this.waitFor("END-OF-COMMAND", timeout, start);
    await this.waitFor("# ", timeout, end);
    const text = this.out.slice(start, end - "END-OF-COMMAND".length).replaceAll("\r", "");
    // The terminal may echo what the shell echoes again when it begins to read: a command that was typed as soon as the prompt was there.
    const echo = text.lastIndexOf('END"-OF-COMMAND"');
    return text.slice(text.indexOf("\n", echo) + 1);
  }

  /** Resolves when the process has ended; rejects, and kills it, when it has not after `timeout` ms. */
  async end(timeout: number): Promise<Ended> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.close();
        reject(new Error(this.complaint(`still running after ${timeout} ms`)));
      }, timeout);
    });
    return Promise.race([this.ended, late]).finally(() => clearTimeout(timer));
  }

  /** Ends the process and those it started, whatever they are doing. */
  close(): void {
    if (this.over) return;
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // It ended by itself just now.
    }
  }

  private complaint(what: string): string {
    return `${what}\nconsole, its end: ${this.out.slice(-2000)}\nstandard error: ${this.error.slice(-1000)}`;
  }
}

/** Runs the program to its end with `input` on the console. */
export async function runEmulator(args: readonly string[], input = "", timeout = 60_000): Promise<Ended> {
  const emulator = Emulator.run(args);
  emulator.typeLast(input);
  return emulator.end(timeout);
}
