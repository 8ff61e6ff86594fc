// core.wasm: everything that touches guest state at speed. Exports: the dispatcher, the slow paths that generated code
// calls, the engine's maintenance calls, and every helper of the guest by name.

export { run } from "../../engine/dispatcher/run";
export { installBlock } from "../../engine/dispatcher/install";
export { dmaWritten } from "../../engine/codemap/dma";
export { forgetRegions } from "../../engine/codemap/epochs";
export { evict, forgetCode, removeSpan } from "../../engine/codemap/evict";
export { secondPage } from "../../engine/lookup/lookup";
export { initTlb, flushTlb, flushPage } from "../../engine/softmmu/tlb";
export { crossing_close, crossing_open } from "../../engine/softmmu/crossing";
export { debugTranslate } from "../../engine/softmmu/debug";
export * from "./index";
export * from "./integer/index";
export * from "./simd/index";
export { unpack_lzma2, unpack_lzma2_begin, unpack_lzma2_end } from "../../unpack/lzma2";
export { unpack_x86 } from "../../unpack/x86";
export { unpack_crc32 } from "../../unpack/crc32";
export { tier0_encode } from "../../engine/encoder/encode";
