// This host's CPU as the reference: builds and runs tests/native/exec.c.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../native/exec.c", import.meta.url));

export class NativeCpu {
  private constructor(
    private readonly directory: string,
    private readonly program: string,
  ) {}

  /** Undefined where there is no x86-64 Linux with a C compiler. */
  static open(): NativeCpu | undefined {
    if (process.arch !== "x64" || process.platform !== "linux") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "wasmachine-simd-"));
    const program = join(directory, "exec");
    if (spawnSync("cc", ["-O1", "-o", program, SOURCE]).status === 0) return new NativeCpu(directory, program);
    rmSync(directory, { recursive: true });
    return undefined;
  }

  /** Output records for input records. */
  run(input: Uint8Array): Uint8Array {
    const { status, stdout, stderr } = spawnSync(this.program, { input, maxBuffer: 1 << 30 });
    if (status !== 0 || stdout.length !== input.length) throw new Error(`the native program failed: ${String(stderr)}`);
    return stdout;
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
