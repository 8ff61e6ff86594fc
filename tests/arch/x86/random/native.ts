// This host's CPU: builds loop.c and has it run jobs.

import { NativeProgram } from "../../../../testing/native/program.js";
import { hostVendor, type Vendor } from "../vendors/vendor.js";
import type { Batch } from "./batch.js";

const RESULT_BYTES = 16;

export interface NativeResult {
  /** 0, or the signal that ended the loop before its end. */
  signal: number;
  left: number;
  output: Uint32Array;
  /** The operand sets with their memory windows as they were left; empty where there are none. */
  memory: Uint32Array;
}

/** A processor that runs loops. */
export interface Loops {
  readonly vendor: Vendor;
  run(batch: Batch): NativeResult[];
}

export class NativeLoops implements Loops {
  readonly vendor = hostVendor();

  private constructor(private readonly program: NativeProgram) {}

  /** Undefined where there is no x86-64 Linux with a C compiler. */
  static open(): NativeLoops | undefined {
    const program = NativeProgram.open(new URL("./loop.c", import.meta.url));
    return program && new NativeLoops(program);
  }

  /**
   * The outcomes of a batch's jobs. A job that faults runs once more: what the CPU refuses it refuses again, while some
   * virtual machines raise SIGILL now and then on what they have executed a thousand times.
   */
  run(batch: Batch): NativeResult[] {
    const results = this.runOnce(batch);
    if (results.every(({ signal }) => signal === 0)) return results;
    const again = this.runOnce(batch);
    return results.map((result, k) => (result.signal === 0 ? result : again[k]!));
  }

  private runOnce(batch: Batch): NativeResult[] {
    const sizes = batch.jobs.map((job) => ({
      output: job.count * job.loop.outStride,
      memory: job.encoding.window > 0 ? job.count * job.loop.inStride : 0,
    }));
    const total = sizes.reduce((sum, { output, memory }) => sum + RESULT_BYTES + output + memory, 0);
    const stdout = this.program.run(batch.bytes, total);
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
    this.program.close();
  }
}
