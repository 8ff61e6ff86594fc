// The sizes of RAM that are tried: on both sides of where an address no longer fits into a signed number, where the PC's RAM is
// split, and the most there is room for.

import { X86 } from "../../../src/arch/x86/arch.js";
import { mostRam } from "../../../src/engine/memory.js";

export const MIB = 2 ** 20;

/** In MiB. */
export const RAM_SIZES: readonly number[] = [128, 2047, 2048, 3072, 3500, mostRam(X86) / MIB];
