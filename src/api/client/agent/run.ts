// A command under way: what came of it so far, and the input it still gets.

import { ALL, FLAG_LAST, frame, INPUT, INPUT_WINDOW, MOST_PAYLOAD } from "./protocol.js";
import type { Request } from "./request.js";

export interface RunResult {
  readonly output: Uint8Array;
  readonly errors: Uint8Array;
  readonly exitCode: number | undefined;
  /** Its number; 0: none. */
  readonly signal: number;
  readonly timedOut: boolean;
}

export class Run {
  id = 0;
  private readonly output: Uint8Array[] = [];
  private readonly errors: Uint8Array[] = [];
  private bytes = 0;
  private sent = 0;
  private taken = 0;
  private inputEnded = false;

  constructor(
    readonly request: Request,
    readonly resolve: (result: RunResult) => void,
    readonly reject: (error: unknown) => void,
    /** Most bytes of output, of both kinds together. */
    private readonly most: number,
  ) {}

  /** False where it is too much. */
  wrote(bytes: Uint8Array, errors: boolean): boolean {
    this.bytes += bytes.length;
    if (this.bytes > this.most) return false;
    (errors ? this.errors : this.output).push(bytes.slice());
    return true;
  }

  /** The frames of input that may be sent now. */
  *input(): Generator<Uint8Array> {
    const { input } = this.request;
    if (!input) return;
    while (!this.inputEnded) {
      const room = INPUT_WINDOW - (this.sent - this.taken);
      const part = input.subarray(this.sent, this.sent + Math.min(room, MOST_PAYLOAD));
      if (part.length === 0 && this.sent < input.length) return;
      this.sent += part.length;
      this.inputEnded = this.sent === input.length;
      yield frame(INPUT, this.id, part, this.inputEnded ? FLAG_LAST : 0);
    }
  }

  /** The command has taken so many bytes; false where it cannot have. */
  took(count: number): boolean {
    if (count === ALL) {
      this.inputEnded = true;
      return true;
    }
    this.taken += count;
    return this.taken <= this.sent;
  }

  ended(exitCode: number, signal: number, timedOut: boolean): void {
    this.resolve({
      output: joined(this.output),
      errors: joined(this.errors),
      exitCode: signal === 0 ? exitCode : undefined,
      signal,
      timedOut,
    });
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
