// What becomes of the flags after an instruction: they are stored, or one condition decides a SETcc or a branch.

import type { Random } from "../../../../testing/random.js";
import { OUT_FLAGS, V_TAKEN } from "./layout.js";
import { NEXT_BLOCK, u32 } from "./writers.js";

/** Looks at the flags after the instruction. */
export interface Reader {
  text: string;
  /** The condition it tells the truth of, or -1: it stores the flags. */
  condition: number;
  /** Code right behind the instruction: no register may change. */
  first: readonly number[];
  /** Code that finds the outcome at RAX, may change RCX and has a stack. */
  last: readonly number[];
  /** What of the outcome's flags counts. */
  mask: number;
}

/** CF PF AF ZF SF DF OF. */
const FLAGS = 0xcd5;
/** Flags the eight pairs of conditions depend on. */
export const CONDITIONS = [0x800, 0x001, 0x040, 0x041, 0x080, 0x004, 0x880, 0x8c0];

/** Whether a condition (the low four bits of a Jcc's opcode) holds with these flags. */
export function holds(condition: number, flags: number): boolean {
  const signs = ((flags >> 7) ^ (flags >> 11)) & 1;
  const bits = CONDITIONS[condition >> 1]!;
  const plain = condition < 12 ? (flags & bits) !== 0 : signs === 1 || (condition >= 14 && (flags & 0x40) !== 0);
  return plain !== ((condition & 1) === 1);
}

export function chooseReader(random: Random, ignore: number): Reader {
  const kind = random.below(4);
  const pair = random.below(8);
  const negated = random.below(2);
  const gap = random.below(4) === 0 ? NEXT_BLOCK : [];
  const name = gap.length > 0 ? "jmp, " : "";
  if (kind < 2 || (CONDITIONS[pair]! & ignore) !== 0) {
    // pushfq; pop [rax+flags]
    const last = [0x9c, 0x8f, 0x80, ...u32(OUT_FLAGS)];
    return { text: `${name}pushfq`, condition: -1, first: gap, last, mask: FLAGS & ~ignore };
  }
  const condition = 2 * pair + negated;
  // movzx ecx, byte [taken]; mov [rax+flags], rcx
  const last = [0x0f, 0xb6, 0x0c, 0x25, ...u32(V_TAKEN), 0x48, 0x89, 0x88, ...u32(OUT_FLAGS)];
  const at = [0x04, 0x25, ...u32(V_TAKEN)];
  const first =
    kind === 2
      ? [0x0f, 0x90 + condition, ...at]
      : // mov byte [taken], 0; jcc past mov byte [taken], 1
        [0xc6, ...at, 0, 0x70 + condition, 8, 0xc6, ...at, 1];
  const text = `${name}${kind === 2 ? "set" : "j"}cc ${condition.toString(16)}`;
  // A taken branch leaves 0.
  const told = kind === 2 ? condition : condition ^ 1;
  return { text, condition: told, first: [...gap, ...first], last, mask: 0xff };
}
