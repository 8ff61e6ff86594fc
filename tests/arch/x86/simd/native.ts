// This host's CPU as the reference: builds and runs testing/native/exec.c.

import { NativeProgram } from "../../../../testing/native/program.js";
import { hostVendor, type Vendor } from "../vendors/vendor.js";

/** A processor that executes records. */
export interface RecordCpu {
  readonly vendor: Vendor;
  run(input: Uint8Array): Uint8Array;
}

export class NativeCpu implements RecordCpu {
  readonly vendor = hostVendor();

  private constructor(private readonly program: NativeProgram) {}

  /** Undefined where there is no x86-64 Linux with a C compiler. */
  static open(): NativeCpu | undefined {
    const program = NativeProgram.open(new URL("../../../../testing/native/exec.c", import.meta.url));
    return program && new NativeCpu(program);
  }

  /** Output records for input records. */
  run(input: Uint8Array): Uint8Array {
    return this.program.run(input, input.length);
  }

  close(): void {
    this.program.close();
  }
}
