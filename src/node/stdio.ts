// Standard input and output as a character device. From a terminal keys come as they are typed; from a pipe or a file
// bytes are read only as fast as the guest takes them, and their end is not the machine's end.

import { ReadStream } from "node:tty";
import type { HostChardev } from "../machine/host.js";
import { OutputBuffer } from "./output.js";
import { RawTerminal } from "./terminal.js";

const INTERRUPT = 3;
const QUIT = 28;

export interface StdioOptions {
  /** Ctrl-C ends the process (signal=on) instead of reaching the guest. */
  signal: boolean;
  /** The reader of standard output is gone. */
  onBroken: () => void;
}

export class StdioChardev implements HostChardev {
  receive?: (bytes: Uint8Array) => number;
  breakReceived?: () => void;
  readonly piped: boolean;
  private readonly input: NodeJS.ReadStream | undefined;
  private readonly output: OutputBuffer;
  private readonly terminal: RawTerminal | undefined;
  /** Read from the host, not yet taken by the guest. */
  private waiting: Uint8Array = new Uint8Array(0);
  private offering = false;

  constructor(private readonly options: StdioOptions) {
    this.output = new OutputBuffer(1, options.onBroken);
    this.input = standardInput();
    this.piped = !(this.input instanceof ReadStream);
    if (this.input instanceof ReadStream) {
      this.terminal = new RawTerminal(this.input);
      this.terminal.enter();
    }
    // A descriptor that is closed or cannot be read has nothing to say.
    this.input?.on("error", () => {});
    this.input?.on("data", (chunk: Buffer) => this.arrived(chunk));
  }

  write(bytes: Uint8Array): void {
    this.output.write(bytes);
  }

  drained = (): void => {
    this.offer();
  };

  close(): void {
    this.output.flush();
    this.terminal?.leave();
    this.input?.removeAllListeners("data");
    this.input?.pause();
  }

  private arrived(chunk: Buffer): void {
    if (this.terminal && this.options.signal) {
      if (chunk.includes(INTERRUPT)) process.kill(process.pid, "SIGINT");
      if (chunk.includes(QUIT)) process.kill(process.pid, "SIGQUIT");
    }
    const joined = new Uint8Array(this.waiting.length + chunk.length);
    joined.set(this.waiting);
    joined.set(chunk, this.waiting.length);
    this.waiting = joined;
    this.offer();
  }

  private offer(): void {
    // The device calls drained() while it takes bytes: one offer at a time, repeated while bytes are taken.
    if (this.offering) return;
    this.offering = true;
    try {
      while (this.waiting.length > 0 && this.receive) {
        const taken = this.receive(this.waiting);
        if (taken <= 0) break;
        this.waiting = this.waiting.subarray(taken);
      }
    } finally {
      this.offering = false;
    }
    if (this.waiting.length > 0) this.input?.pause();
    else this.input?.resume();
  }
}

function standardInput(): NodeJS.ReadStream | undefined {
  try {
    return process.stdin;
  } catch {
    return undefined;
  }
}
