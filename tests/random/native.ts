// This host's CPU: builds loop.c and has it run jobs.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Batch } from "./batch.js";

const SOURCE = fileURLToPath(new URL("./loop.c", import.meta.url));
const RESULT_BYTES = 16;

export interface NativeResult {
  /** 0, or the signal that ended the loop before its end. */
  signal: number;
  left: number;
  output: Uint32Array;
  /** The operand sets with their memory windows as they were left; empty where there are none. */
  memory: Uint32Array;
}

export class NativeLoops {
  private constructor(
    private readonly directory: string,
    private readonly program: string,
  ) {}

  /** Undefined where there is no x86-64 Linux with a C compiler. */
  static open(): NativeLoops | undefined {
    if (process.arch !== "x64" || process.platform !== "linux") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "wasmachine-random-"));
    const program = join(directory, "loop");
    if (spawnSync("cc", ["-O1", "-o", program, SOURCE]).status === 0) return new NativeLoops(directory, program);
    rmSync(directory, { recursive: true });
    return undefined;
  }

  /** The outcomes of a batch's jobs. */
  run(batch: Batch): NativeResult[] {
    const sizes = batch.jobs.map((job) => ({
      output: job.count * job.loop.outStride,
      memory: job.encoding.window > 0 ? job.count * job.loop.inStride : 0,
    }));
    const total = sizes.reduce((sum, { output, memory }) => sum + RESULT_BYTES + output + memory, 0);
    const { status, signal, stdout, stderr } = spawnSync(this.program, {
      input: batch.bytes,
      maxBuffer: total + 4096,
    });
    if (status !== 0 || stdout.length !== total)
      throw new Error(`the native program failed (${signal ?? status}, ${stdout.length} of ${total} bytes): ${stderr}`);
    const bytes = stdout.byteOffset % 4 === 0 ? stdout : new Uint8Array(stdout);
    let at = bytes.byteOffset;
    const take = (length: number) => {
      at += length;
      return new Uint32Array(bytes.buffer, at - length, length / 4);
    };
    return sizes.map(({ output, memory }) => {
      const head = take(RESULT_BYTES);
      return { signal: head[0]!, left: head[1]!, output: take(output), memory: take(memory) };
    });
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
