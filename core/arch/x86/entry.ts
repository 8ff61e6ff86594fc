// core-x86_64.wasm: what every core exports, and every helper of the guest by name.

export * from "../../engine/exports";
export * from "./index";
export * from "./integer/index";
export * from "./simd/index";
export { unpack_lzma2, unpack_lzma2_begin, unpack_lzma2_end } from "../../unpack/lzma2";
export { unpack_x86 } from "../../unpack/x86";
export { unpack_crc32 } from "../../unpack/crc32";
