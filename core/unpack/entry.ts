// unpack.wasm: what kernels are packed with. It works in the linear memory of a machine, and is loaded when one is to be unpacked.

export { unpack_crc32 } from "./crc32";
export { unpack_lzma2, unpack_lzma2_begin, unpack_lzma2_end } from "./lzma2";
export { unpack_x86 } from "./x86";
