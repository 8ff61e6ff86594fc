// RAM for tests of what unpacks kernels.

import type { UnpackRam } from "./room.js";

const PAGE = 65536;
/** The core's own memory, below that RAM. */
const CORE_BYTES = 64 * PAGE;

/** RAM to unpack in, with an instance of the core. */
export function testRam(module: WebAssembly.Module, size: number): UnpackRam {
  const pages = Math.ceil((CORE_BYTES + size) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const imports: Record<string, Record<string, unknown>> = {};
  // Nothing of the host is called while unpacking.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => 0;
  }
  imports.env!.memory = memory;
  return {
    core: new WebAssembly.Instance(module, imports).exports as unknown as UnpackRam["core"],
    view: (address, length) =>
      address + length <= size ? new Uint8Array(memory.buffer, CORE_BYTES + address, length) : undefined,
    dirty() {},
  };
}
