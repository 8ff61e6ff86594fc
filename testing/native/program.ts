// A C program of the tests, built for this host.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export class NativeProgram {
  private constructor(
    private readonly directory: string,
    private readonly program: string,
  ) {}

  /** Builds the source; undefined where there is no x86-64 Linux with a C compiler. */
  static open(source: URL, ...options: string[]): NativeProgram | undefined {
    if (process.arch !== "x64" || process.platform !== "linux") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "wasmachine-native-"));
    const program = join(directory, "program");
    if (spawnSync("cc", ["-O1", ...options, "-o", program, fileURLToPath(source)]).status === 0)
      return new NativeProgram(directory, program);
    rmSync(directory, { recursive: true });
    return undefined;
  }

  /** What it prints, given `input`: exactly `bytes`, else it has failed. */
  run(input: Uint8Array, bytes: number): Buffer {
    const { status, signal, stdout, stderr } = spawnSync(this.program, { input, maxBuffer: bytes + 4096 });
    if (status !== 0 || stdout.length !== bytes)
      throw new Error(`the native program failed (${signal ?? status}, ${stdout.length} of ${bytes} bytes): ${stderr}`);
    return stdout;
  }

  /** The `count` lines it prints, given `input`. */
  lines(input: Uint8Array, count: number): string[] {
    const { status, signal, stdout, stderr } = spawnSync(this.program, { input, encoding: "utf8", maxBuffer: 1 << 26 });
    const lines = stdout.split("\n").slice(0, -1);
    if (status !== 0 || lines.length !== count)
      throw new Error(`the native program failed (${signal ?? status}, ${lines.length} of ${count} lines): ${stderr}`);
    return lines;
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
