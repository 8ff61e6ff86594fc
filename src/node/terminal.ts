// The process's own terminal: raw while a machine has it, given back on every way out of the process.

import type { ReadStream } from "node:tty";

export class RawTerminal {
  private raw = false;
  private readonly restore = (): void => this.leave();
  private readonly resumed = (): void => {
    // After SIGSTOP and fg the shell has put its own settings back. Node, which still believes it raw, does nothing without the first.
    if (!this.raw) return;
    this.stream.setRawMode(false);
    this.stream.setRawMode(true);
  };

  constructor(private readonly stream: ReadStream) {}

  enter(): void {
    if (this.raw) return;
    this.raw = true;
    this.stream.setRawMode(true);
    process.on("exit", this.restore);
    process.on("SIGCONT", this.resumed);
  }

  leave(): void {
    if (!this.raw) return;
    this.raw = false;
    process.off("exit", this.restore);
    process.off("SIGCONT", this.resumed);
    this.stream.setRawMode(false);
  }
}
