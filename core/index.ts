// core.wasm: everything that touches guest state at speed. Exports: the dispatcher, the slow paths that generated code
// calls, the engine's maintenance calls, and every helper of the guest by name.

export { run } from "./dispatcher/run";
export { dmaWritten, forgetCode, installBlock, linkHash, evict, removeSpan } from "./dispatcher/maintain";
export { secondPage } from "./dispatcher/lookup";
export { initTlb, flushTlb, flushPage, forgetRegions } from "./softmmu/tlb";
export { crossing_close, crossing_open } from "./softmmu/crossing";
export { debugTranslate } from "./softmmu/debug";
export * from "./x86/index";
export * from "./x86/integer/index";
export * from "./x86/simd/index";
export { unpack_lzma2, unpack_lzma2_begin, unpack_lzma2_end } from "./unpack/lzma2";
export { unpack_x86 } from "./unpack/x86";
export { unpack_crc32 } from "./unpack/crc32";
export { tier0_encode } from "./tier0/encode";
