// V8 11.3 (Node 20) miscompiles some large functions: where it merges moves of one register on several edges into one it may take the
// lower half of a 64-bit value for the whole. Regions lost the upper halves of guest registers by that (a program crashed in one boot
// of ten). V8 12.4 (Node 22) compiles the same module rightly.

import { setFlagsFromString } from "node:v8";

/** First major version that is known to be right. */
const MENDED = 12;

/** Regions say which of their branches are hardly ever taken (tier1/linker.ts); V8 looks at that only when it is told to. */
const HINTS = 14;

/** To be called before regions are compiled. */
export function avoidMiscompiles(): void {
  if (Number.parseInt(process.versions.v8, 10) < MENDED) setFlagsFromString("--no-turbo-move-optimization");
  if (Number.parseInt(process.versions.v8, 10) < HINTS) setFlagsFromString("--experimental-wasm-branch-hinting");
}
