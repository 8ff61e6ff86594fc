// This host's CPU as the reference: builds and runs host.c.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OUT_FOP, RECORD } from "./records.js";

const SOURCE = fileURLToPath(new URL("./host.c", import.meta.url));

export class NativeX87 {
  /** An AMD processor: it agrees to the last undefined bit. Others choose differently what is left open: pointers and
   *  opcode without an exception, C1 of FCOMI, results with unmasked exceptions. */
  readonly amd = readFileSync("/proc/cpuinfo", "latin1").includes("AuthenticAMD");

  private constructor(
    private readonly directory: string,
    private readonly program: string,
  ) {}

  /** Undefined where there is no x86-64 Linux with a C compiler. */
  static open(): NativeX87 | undefined {
    if (process.arch !== "x64" || process.platform !== "linux") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "wasmachine-x87-"));
    const program = join(directory, "host");
    if (spawnSync("cc", ["-O1", "-o", program, SOURCE]).status === 0) return new NativeX87(directory, program);
    rmSync(directory, { recursive: true });
    return undefined;
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
    const { status, stdout, stderr } = spawnSync(this.program, { input, maxBuffer: 1 << 30 });
    if (status !== 0 || stdout.length !== input.length) throw new Error(`the native program failed: ${String(stderr)}`);
    return Uint8Array.from(stdout);
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
