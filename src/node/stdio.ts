// Standard input and output as a character device. From a terminal keys come as they are typed; from a pipe or a file
// bytes are read only as fast as the guest takes them, and their end is not the machine's end.

import { ReadStream } from "node:tty";
import type { HostChardev } from "../machine/host.js";
import { TYPED_AHEAD_BYTES } from "../tuning/host.js";
import { OutputBuffer, type Outputs } from "./output.js";
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
  readonly typed: boolean;
  private readonly input: NodeJS.ReadStream | undefined;
  private readonly output: OutputBuffer;
  private readonly terminal: RawTerminal | undefined;
  /** Read from the host, not yet taken by the guest. */
  private waiting: Uint8Array = new Uint8Array(0);
  private offering = false;

  constructor(
    private readonly options: StdioOptions,
    outputs: Outputs,
  ) {
    this.output = new OutputBuffer(1, outputs, options.onBroken);
    this.input = standardInput();
    this.typed = this.input instanceof ReadStream;
    this.piped = !this.typed;
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

  async close(patience?: number): Promise<void> {
    this.input?.removeAllListeners("data");
    this.input?.pause();
    await this.output.close(patience);
    this.terminal?.leave();
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
    // A terminal is read further: the escape key works while the guest takes nothing.
    if (this.waiting.length > (this.terminal ? TYPED_AHEAD_BYTES : 0)) this.input?.pause();
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
