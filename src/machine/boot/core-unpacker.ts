// An instance of core.wasm with a memory of its own, in which something is unpacked (core/unpack).

import { UNPACK_BUFFERS } from "./unpack-layout.js";

const PAGE = 65536;
/** What core.wasm's memory has at least. */
const LEAST_PAGES = 64;
const MOST_PAGES = 65536;
/** Bytes past the output that the decoder may write to. */
const SLACK = 16;

/** Addresses are those of the instance's memory; ends are exclusive. */
export interface CoreUnpacker {
  readonly bytes: Uint8Array;
  /** Where the input lies and where there is room for the output. */
  readonly input: number;
  readonly output: number;
  /** LZMA2 chunks at `at` to `to`: the end of the output, 0 when they are damaged. */
  lzma2(at: number, end: number, to: number, limit: number): number;
  /** The x86 branch filter, backwards. */
  x86(start: number, end: number): void;
  crc32(start: number, end: number): number;
}

type Calls = Record<"unpack_lzma2" | "unpack_x86" | "unpack_crc32", (...args: number[]) => number>;

/** Copies the input in and makes room for `size` bytes of output. Throws RangeError when there is not so much memory. */
export function openCoreUnpacker(core: WebAssembly.Module, input: Uint8Array, size: number): CoreUnpacker {
  const output = Math.ceil((UNPACK_BUFFERS + input.length) / 64) * 64;
  const pages = Math.max(LEAST_PAGES, Math.ceil((output + size + SLACK) / PAGE));
  if (pages > MOST_PAGES) throw new RangeError(`no memory for ${size} bytes`);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const imports: Record<string, Record<string, unknown>> = {};
  // Nothing of the host is called while unpacking.
  for (const { module, name } of WebAssembly.Module.imports(core)) {
    imports[module] ??= {};
    imports[module][name] = () => 0;
  }
  imports.env!.memory = memory;
  const calls = new WebAssembly.Instance(core, imports).exports as Calls;
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(input, UNPACK_BUFFERS);
  return {
    bytes,
    input: UNPACK_BUFFERS,
    output,
    lzma2(at, end, to, limit) {
      try {
        return calls.unpack_lzma2(at, end, to, limit) >>> 0;
      } catch {
        // Damaged data have led it out of its memory.
        return 0;
      }
    },
    x86: (start, end) => void calls.unpack_x86(start, end),
    crc32: (start, end) => calls.unpack_crc32(start, end) >>> 0,
  };
}
