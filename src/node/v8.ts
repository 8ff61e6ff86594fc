// V8's flags, which are the whole process's.

import { setFlagsFromString } from "node:v8";

/**
 * V8 11.3 (Node 20) miscompiles some large functions: where it merges moves of one register on several edges into one it may take the
 * lower half of a 64-bit value for the whole. Regions lost the upper halves of guest registers by that (a program crashed in one boot
 * of ten). V8 12.4 (Node 22) compiles the same module rightly. This is the first major version that is known to be right.
 */
const MENDED = 12;
/** Regions say what branches do nearly always (tier1/linker.ts); from this major version on V8 looks at that without being told to. */
const HINTS = 14;
/** Regions multiply and add in one operation (tier1/link/fused.ts), which V8 has from this major version on without being told to. */
const RELAXED_SIMD = 12;

/** To be called before regions are compiled. */
export function setV8Flags(): void {
  const version = Number.parseInt(process.versions.v8, 10);
  if (version < MENDED) setFlagsFromString("--no-turbo-move-optimization");
  if (version < RELAXED_SIMD) setFlagsFromString("--experimental-wasm-relaxed-simd");
  if (version < HINTS) setFlagsFromString("--experimental-wasm-branch-hinting");
}
