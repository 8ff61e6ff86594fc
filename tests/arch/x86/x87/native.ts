// This host's CPU as the reference: builds and runs host.c.

import { readFileSync } from "node:fs";
import { NativeProgram } from "../../../../testing/native/program.js";
import { OUT_FOP, RECORD } from "./records.js";

export class NativeX87 {
  /** An AMD processor: it agrees to the last undefined bit. Others choose differently what is left open: pointers and
   *  opcode without an exception, C1 of FCOMI, results with unmasked exceptions. */
  readonly amd = readFileSync("/proc/cpuinfo", "latin1").includes("AuthenticAMD");

  private constructor(private readonly program: NativeProgram) {}

  /** Undefined where there is no x86-64 Linux with a C compiler. */
  static open(): NativeX87 | undefined {
    const program = NativeProgram.open(new URL("./host.c", import.meta.url));
    return program && new NativeX87(program);
  }

  /** Output records for input records. Everything is run twice, as AMD's FXRSTOR in a switch of processes loses the
   *  instruction pointer. */
  run(input: Uint8Array): Uint8Array<ArrayBuffer> {
    const first = this.once(input);
    const second = this.once(input);
    for (let at = 0; at < input.length; at += RECORD) {
      const lost = first[at + OUT_FOP] === 0 && first[at + OUT_FOP + 1] === 0;
      if (lost) first.set(second.subarray(at, at + RECORD), at);
    }
    return first;
  }

  private once(input: Uint8Array): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.program.run(input, input.length));
  }

  close(): void {
    this.program.close();
  }
}
