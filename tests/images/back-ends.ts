// Back ends that tests put around memory.

import type { SparseMemory } from "../../src/block/backends/sparse.js";
import type { BlockBackend } from "../../src/block/interfaces.js";
import type { Random } from "../../testing/random.js";

/** The same without synchronous calls, some turns later. */
export function slow(base: BlockBackend, random: Random): BlockBackend {
  const later = async (): Promise<void> => {
    for (let k = random.below(4); k > 0; k--) await undefined;
  };
  return {
    get size() {
      return base.size;
    },
    readOnly: base.readOnly,
    read: (offset, into) => later().then(() => base.read(offset, into)),
    write: (offset, from) => later().then(() => base.write(offset, from)),
    flush: () => later().then(() => base.flush()),
    close: () => base.close(),
    grow: (size) => base.grow!(size),
  };
}

/** The same memory for the next opening. */
export function keep(memory: SparseMemory): BlockBackend {
  return {
    get size() {
      return memory.size;
    },
    readOnly: false,
    read: (offset, into) => memory.read(offset, into),
    write: (offset, from) => memory.write(offset, from),
    flush: async () => {},
    close: async () => {},
    readSync: (offset, into) => memory.readSync(offset, into),
    writeSync: (offset, from) => memory.writeSync(offset, from),
    flushSync: () => true,
    grow: (size) => memory.grow(size),
  };
}
