// Where instructions of hostile programs point to.

import type { Random } from "../../../../testing/random.js";
import * as A from "./layout.js";
import type { Mode } from "./modes.js";

/** Makes instructions; `at`: where they will lie. */
export type Idiom = (random: Random, mode: Mode, at: number) => number[];

export const selectors = Object.values(A.SEL);

export function selector(random: Random): number {
  const any = random.pick(selectors) | random.below(4);
  return random.below(8) === 0 ? any | 4 : random.below(8) === 0 ? random.below(4) : any;
}

/** Somewhere in the program. */
export const code = (random: Random) => A.CODE + random.below(A.CODE_BYTES);
export const data = (random: Random) =>
  A.DATA + (random.below(3) === 0 ? 4096 * random.below(8) - random.below(9) : random.below(A.DATA_BYTES));

/** The top of the stack, or nearly. */
export const stackTop = (random: Random, { user }: Mode): number =>
  (user ? A.STACK3 : A.STACK0) - (random.below(4) === 0 ? random.below(64) : 8 * random.below(32));
