// The linear memory of an instance of core.wasm that unpacks, read by both compilers (constants only). Below lie core's
// static data, above the buffers input and output.

/** The tables of the decoder at work. */
export const UNPACK_TABLES = 0x100000;
export const UNPACK_BUFFERS = 0x110000;
