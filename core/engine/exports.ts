// What the core of every guest exports: the dispatcher, the slow paths that generated code calls, the engine's maintenance calls. A guest
// adds its helpers by name.

export { run } from "./dispatcher/run";
export { installBlock } from "./dispatcher/install";
export { dmaWritten } from "./codemap/dma";
export { forgetRegions } from "./codemap/epochs";
export { evict, forgetCode, removeSpan } from "./codemap/evict";
export { secondPage } from "./lookup/lookup";
export { initTlb, flushTlb, flushPage } from "./softmmu/tlb";
export { atomic_at, atomic_fence } from "./softmmu/atomic";
export { crossing_close, crossing_open } from "./softmmu/crossing";
export { debugTranslate } from "./softmmu/debug";
export { tier0_encode } from "./encoder/encode";
