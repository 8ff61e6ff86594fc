// unpack.wasm (core/unpack): what XZ kernels are unpacked with, in the linear memory of a machine.

import { sharedModule } from "../engine/shared.js";

export const UNPACK_FILE = "unpack.wasm";

/** Addresses are those of linear memory, ends are exclusive. */
export interface UnpackCalls {
  unpack_lzma2_begin(out: number): void;
  unpack_lzma2(at: number, end: number, limit: number): number;
  unpack_lzma2_end(): number;
  unpack_x86(start: number, end: number): void;
  unpack_crc32(start: number, end: number): number;
}

/** What the module of these bytes exports, for this memory. */
export function unpackCalls(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): UnpackCalls {
  const buffer: ArrayBufferLike = memory.buffer;
  const module = new WebAssembly.Module(buffer instanceof ArrayBuffer ? bytes : sharedModule(bytes));
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as UnpackCalls;
}
