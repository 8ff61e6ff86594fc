// Gives the registers that address memory values that lead into the memory window of an operand set.

import { type Encoding, STRING_WINDOW } from "./encodings.js";
import { bitOffset } from "./traits.js";
import type { Fast } from "./values.js";

const RCX = 1;
const RBX = 3;
const RSP = 4;
const RBP = 5;
const RSI = 6;
const RDI = 7;
/** Strings of up to so many elements, of up to 8 bytes, in either direction. */
const STRING_MOST = 15;
const STRING_MIDDLE = 136;
/** Stack pointers lie behind the part memory operands are in, and leave room for ENTER with all its levels. */
const STACK_MIDDLE = 400;

export class Placer {
  constructor(private readonly fast: Fast) {}

  /** The operand set from `words[from]` on, whose window is at the offset `window`, will lie at the address `guest`. Gives
   *  the offset of the memory operand. */
  place(e: Encoding, words: Uint32Array, from: number, window: number, guest: number): number {
    const { fast } = this;
    const start = guest + window;
    if (e.string) this.strings(e, words, from, start);
    if (e.stack) {
      for (const register of e.name === "enter" || e.name === "leave" ? [RSP, RBP] : [RSP]) {
        const offset = fast.below(4) === 0 ? fast.below(56) : 8 * fast.below(7);
        set(words, from, register, start + STACK_MIDDLE + offset);
      }
    }
    const { insn } = e;
    if (bitOffset(e.name, e.row[2].split(","))) {
      // Only a little beyond the operand.
      const offset = fast.below(256) - 128;
      words[from + 2 * insn.reg] = offset >>> 0;
      words[from + 2 * insn.reg + 1] = (offset >> 31) >>> 0;
    }
    let operand = e.address & 15;
    if (e.memory === "fixed") operand += 16;
    else operand = 16 + (e.aligned || fast.below(3) !== 0 ? 0 : fast.below(16));
    // What is reserved must be 0.
    if (e.name === "ldmxcsr") words[from + (window + operand) / 4]! &= 0xffff;
    if (e.memory === "registers") this.base(e, words, from, start + operand);
    return window + operand;
  }

  private strings(e: Encoding, words: Uint32Array, from: number, start: number): void {
    const { fast } = this;
    if (e.name === "xlat") {
      set(words, from, RBX, start + fast.below(STRING_WINDOW - 256));
      return;
    }
    const narrow = e.insn.addrSize === 4;
    for (const register of [RSI, RDI]) {
      const high = words[from + 2 * register + 1]!;
      set(words, from, register, start + STRING_MIDDLE + fast.below(48));
      // What is above a 32-bit address does not count.
      if (narrow) words[from + 2 * register + 1] = high;
    }
    if (e.insn.rep === 0) return;
    words[from + 2 * RCX] = fast.below(STRING_MOST + 1);
    if (!narrow) words[from + 2 * RCX + 1] = 0;
  }

  /** Whatever the index is, the base makes up for it. */
  private base(e: Encoding, words: Uint32Array, from: number, target: number): void {
    const { insn } = e;
    let high = 0;
    let low = target - insn.disp;
    if (insn.index >= 0) {
      const indexLow = words[from + 2 * insn.index]!;
      const indexHigh = words[from + 2 * insn.index + 1]!;
      const scaledLow = (indexLow << insn.scale) >>> 0;
      const scaledHigh = (indexHigh << insn.scale) | (insn.scale === 0 ? 0 : indexLow >>> (32 - insn.scale));
      low -= scaledLow;
      high = -scaledHigh;
    }
    high += Math.floor(low / 4294967296);
    words[from + 2 * insn.base] = low >>> 0;
    if (insn.addrSize !== 4) words[from + 2 * insn.base + 1] = high >>> 0;
  }
}

function set(words: Uint32Array, from: number, register: number, value: number): void {
  words[from + 2 * register] = value >>> 0;
  words[from + 2 * register + 1] = 0;
}
