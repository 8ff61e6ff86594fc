// RAM for tests of what unpacks kernels.

import type { UnpackRam } from "./room.js";
import { type UnpackCalls, unpackCalls } from "./unpack-module.js";

const PAGE = 65536;
/** The engine's own memory, below that RAM. */
const CORE_BYTES = 64 * PAGE;

/** RAM to unpack in, with unpack.wasm. */
export function testRam(
  module: Uint8Array<ArrayBuffer>,
  size: number,
  shared = false,
): UnpackRam & { calls: UnpackCalls } {
  const pages = Math.ceil((CORE_BYTES + size) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const calls = unpackCalls(module, memory);
  return {
    calls,
    unpackCalls: async () => calls,
    view: (address, length) =>
      address + length <= size ? new Uint8Array(memory.buffer, CORE_BYTES + address, length) : undefined,
    dirty() {},
  };
}
