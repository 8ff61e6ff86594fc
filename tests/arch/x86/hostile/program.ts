// A hostile program: what its number makes of the seed.

import { Random } from "../../../../testing/random.js";
import { IDIOMS } from "./idioms.js";
import * as A from "./layout.js";
import { MODES, type Mode } from "./modes.js";
import { selectors } from "./places.js";
import { writeTables } from "./tables.js";

export interface Program {
  mode: Mode;
  /** All of RAM. */
  memory: Uint8Array;
  /** Beginnings of its instructions, where it is entered: mostly at the first. */
  entries: readonly number[];
}

const HLT = 0xf4;
const WEIGHT = IDIOMS.reduce((sum, [weight]) => sum + weight, 0);

function idiom(random: Random) {
  let at = random.below(WEIGHT);
  for (const [weight, make] of IDIOMS) {
    at -= weight;
    if (at < 0) return make;
  }
  throw new Error("weights");
}

export function makeProgram(seed: number): Program {
  const random = new Random(seed);
  const mode = random.pick(MODES);
  const memory = new Uint8Array(A.RAM);
  // What strays does not run through zeros for long: there is HLT where nothing else is.
  memory.fill(HLT, 0, A.PML4);
  memory.fill(HLT, A.CODE, A.DATA);
  memory.fill(HLT, A.STACKS_END);
  const view = new DataView(memory.buffer);
  for (let at = A.DATA; at < A.DATA + A.DATA_BYTES; at += 4)
    view.setUint32(at, random.below(3) ? random.u32() : A.DATA + random.below(A.DATA_BYTES), true);
  // What is popped without having been pushed leads somewhere, too.
  for (let at = A.DATA + A.DATA_BYTES; at < A.STACKS_END; at += 4) {
    const where = A.CODE + random.below(A.CODE_BYTES);
    view.setUint32(at, random.below(3) ? where : random.pick(selectors) | random.below(4), true);
  }
  writeTables(view, mode, random);
  const entries: number[] = [];
  // Some programs are short, so that what they do happens again and again; some of those lie across the end of a page.
  const bytes = random.pick([0x80, 0x200, 0x600, A.CODE_BYTES - 0x80]);
  const start = bytes <= 0x200 && random.below(2) ? A.CODE + 0x1000 - random.below(bytes) : A.CODE;
  const end = start + bytes;
  let at = start;
  while (at < end) {
    const made = idiom(random)(random, mode, at);
    entries.push(at);
    memory.set(made, at);
    at += made.length;
  }
  // Back to the beginning.
  const back = start - (at + (mode.bits === 16 ? 3 : 5));
  memory.set(
    [0xe9, back & 255, (back >> 8) & 255, (back >> 16) & 255, (back >>> 24) & 255].slice(0, mode.bits === 16 ? 3 : 5),
    at,
  );
  return { mode, memory, entries };
}
