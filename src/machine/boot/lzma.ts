// LZMA2 decoder (the format is in the xz file format's description and the LZMA SDK's specification). The output array is
// the dictionary.

const TOP = 1 << 24;
const HALF = 1024;
const STATES = 12;

/** Indices into the one array of probabilities. */
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * 16;
const IS_REP0 = IS_REP + STATES;
const IS_REP1 = IS_REP0 + STATES;
const IS_REP2 = IS_REP1 + STATES;
const IS_REP0_LONG = IS_REP2 + STATES;
const SLOT = IS_REP0_LONG + STATES * 16;
const SPECIAL = SLOT + 4 * 64;
const ALIGN = SPECIAL + 128;
const MATCH_LENGTH = ALIGN + 16;
/** Length coders: choice, choice 2, low and mid (8 for each of 16 position states), high (256). */
const LENGTH_LOW = 2;
const LENGTH_MID = LENGTH_LOW + 128;
const LENGTH_HIGH = LENGTH_MID + 128;
const REP_LENGTH = MATCH_LENGTH + LENGTH_HIGH + 256;
const LITERAL = REP_LENGTH + LENGTH_HIGH + 256;

/** Total size of what the LZMA2 chunks at `start` unpack to, and where they end. */
export function lzma2Extent(input: Uint8Array, start: number): { size: number; end: number } {
  let size = 0;
  for (let at = start; ; ) {
    const control = input[at];
    if (control === undefined) throw new RangeError("LZMA2 data end too early");
    if (control === 0) return { size, end: at + 1 };
    const low = input[at + 1]! * 256 + input[at + 2]! + 1;
    if (control >= 0x80) {
      size += ((control & 0x1f) << 16) + low;
      at += (control >= 0xc0 ? 6 : 5) + input[at + 3]! * 256 + input[at + 4]! + 1;
    } else if (control <= 2) {
      size += low;
      at += 3 + low;
    } else throw new RangeError("LZMA2 data are damaged");
  }
}

/** Unpacks LZMA2 chunks from `at` into `out`, from `to` on. Returns the end of the output. */
export function unlzma2(input: Uint8Array, at: number, out: Uint8Array, to: number): number {
  const decoder = new Lzma(input, out, to);
  for (;;) {
    const control = input[at]!;
    if (control === 0) return decoder.to;
    const low = input[at + 1]! * 256 + input[at + 2]! + 1;
    if (control < 0x80) {
      // stored; 1 also begins a new dictionary
      if (control === 1) decoder.begin = decoder.to;
      out.set(input.subarray(at + 3, at + 3 + low), decoder.to);
      decoder.to += low;
      at += 3 + low;
      continue;
    }
    const size = ((control & 0x1f) << 16) + low;
    const packed = input[at + 3]! * 256 + input[at + 4]! + 1;
    at += 5;
    const reset = (control >> 5) & 3;
    if (reset === 3) decoder.begin = decoder.to;
    if (reset >= 2) decoder.setProperties(input[at++]!);
    if (reset >= 1) decoder.resetState();
    decoder.chunk(at, at + packed, decoder.to + size);
    at += packed;
  }
}

class Lzma {
  /** First byte of the dictionary in the output. */
  begin: number;
  private lc = 0;
  private literalMask = 0;
  private positionMask = 0;
  private probabilities = new Uint16Array(LITERAL);
  private state = 0;
  private readonly reps = new Int32Array(4);

  constructor(
    private readonly input: Uint8Array,
    private readonly out: Uint8Array,
    public to: number,
  ) {
    this.begin = to;
  }

  setProperties(byte: number): void {
    if (byte >= 225) fail();
    this.lc = byte % 9;
    const rest = Math.floor(byte / 9);
    this.literalMask = (1 << (rest % 5)) - 1;
    this.positionMask = (1 << Math.floor(rest / 5)) - 1;
    this.probabilities = new Uint16Array(LITERAL + (0x300 << (this.lc + (rest % 5))));
  }

  resetState(): void {
    this.probabilities.fill(HALF);
    this.state = 0;
    this.reps.fill(0);
  }

  /** One chunk: input up to `end` gives output up to `limit`. The decoding of a bit stands here a dozen times because a boot
   *  waits for it: as a function it takes twice as long, for the range coder then lives in memory. */
  chunk(at: number, end: number, limit: number): void {
    const { input, out, begin, lc, literalMask, positionMask, probabilities: p, reps } = this;
    if (limit > out.length || end > input.length) fail();
    let { state, to } = this;
    let rep0 = reps[0]! | 0;
    let rep1 = reps[1]! | 0;
    let rep2 = reps[2]! | 0;
    let rep3 = reps[3]! | 0;
    let range = -1;
    let code = (input[at + 1]! << 24) | (input[at + 2]! << 16) | (input[at + 3]! << 8) | input[at + 4]!;
    at += 5;
    // Scratch of the bit in hand.
    let index = 0;
    let probability = 0;
    let bound = 0;

    while (to < limit) {
      const position = (to - begin) & positionMask;
      index = IS_MATCH + (state << 4) + position;
      if (range >>> 0 < TOP) {
        range <<= 8;
        code = (code << 8) | input[at++]!;
      }
      probability = p[index]!;
      bound = Math.imul(range >>> 11, probability);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        p[index] = probability + ((2048 - probability) >> 5);
        // A literal.
        const previous = to > begin ? out[to - 1]! : 0;
        const base = LITERAL + 0x300 * ((((to - begin) & literalMask) << lc) + (previous >> (8 - lc)));
        let symbol = 1;
        if (state >= 7) {
          let match = out[to - rep0 - 1]!;
          let equal = true;
          do {
            const expected = match & 0x80;
            match <<= 1;
            index = base + 0x100 + (expected << 1) + symbol;
            if (range >>> 0 < TOP) {
              range <<= 8;
              code = (code << 8) | input[at++]!;
            }
            probability = p[index]!;
            bound = Math.imul(range >>> 11, probability);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              p[index] = probability + ((2048 - probability) >> 5);
              symbol <<= 1;
              equal = expected === 0;
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              p[index] = probability - (probability >> 5);
              symbol = (symbol << 1) | 1;
              equal = expected !== 0;
            }
          } while (equal && symbol < 0x100);
        }
        while (symbol < 0x100) {
          index = base + symbol;
          if (range >>> 0 < TOP) {
            range <<= 8;
            code = (code << 8) | input[at++]!;
          }
          probability = p[index]!;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            p[index] = probability + ((2048 - probability) >> 5);
            symbol <<= 1;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            p[index] = probability - (probability >> 5);
            symbol = (symbol << 1) | 1;
          }
        }
        out[to++] = symbol;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        p[index] = probability - (probability >> 5);
      }
      let lengths = MATCH_LENGTH;
      let repeated = false;
      index = IS_REP + state;
      if (range >>> 0 < TOP) {
        range <<= 8;
        code = (code << 8) | input[at++]!;
      }
      probability = p[index]!;
      bound = Math.imul(range >>> 11, probability);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        p[index] = probability + ((2048 - probability) >> 5);
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        p[index] = probability - (probability >> 5);
        repeated = true;
        lengths = REP_LENGTH;
        index = IS_REP0 + state;
        if (range >>> 0 < TOP) {
          range <<= 8;
          code = (code << 8) | input[at++]!;
        }
        probability = p[index]!;
        bound = Math.imul(range >>> 11, probability);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = probability + ((2048 - probability) >> 5);
          index = IS_REP0_LONG + (state << 4) + position;
          if (range >>> 0 < TOP) {
            range <<= 8;
            code = (code << 8) | input[at++]!;
          }
          probability = p[index]!;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            p[index] = probability + ((2048 - probability) >> 5);
            state = state < 7 ? 9 : 11;
            if (rep0 < 0 || rep0 >= to - begin) fail();
            out[to] = out[to - rep0 - 1]!;
            to++;
            continue;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            p[index] = probability - (probability >> 5);
          }
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = probability - (probability >> 5);
          let distance = rep1;
          index = IS_REP1 + state;
          if (range >>> 0 < TOP) {
            range <<= 8;
            code = (code << 8) | input[at++]!;
          }
          probability = p[index]!;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            p[index] = probability + ((2048 - probability) >> 5);
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            p[index] = probability - (probability >> 5);
            distance = rep2;
            index = IS_REP2 + state;
            if (range >>> 0 < TOP) {
              range <<= 8;
              code = (code << 8) | input[at++]!;
            }
            probability = p[index]!;
            bound = Math.imul(range >>> 11, probability);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              p[index] = probability + ((2048 - probability) >> 5);
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              p[index] = probability - (probability >> 5);
              distance = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = distance;
        }
      }
      // The length: which of three trees, then the tree.
      let base = lengths + LENGTH_HIGH;
      let leaves = 256;
      let count = 18;
      index = lengths;
      if (range >>> 0 < TOP) {
        range <<= 8;
        code = (code << 8) | input[at++]!;
      }
      probability = p[index]!;
      bound = Math.imul(range >>> 11, probability);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        p[index] = probability + ((2048 - probability) >> 5);
        base = lengths + LENGTH_LOW + (position << 3);
        leaves = 8;
        count = 2;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        p[index] = probability - (probability >> 5);
        index = lengths + 1;
        if (range >>> 0 < TOP) {
          range <<= 8;
          code = (code << 8) | input[at++]!;
        }
        probability = p[index]!;
        bound = Math.imul(range >>> 11, probability);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = probability + ((2048 - probability) >> 5);
          base = lengths + LENGTH_MID + (position << 3);
          leaves = 8;
          count = 10;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = probability - (probability >> 5);
        }
      }
      let node = 1;
      while (node < leaves) {
        index = base + node;
        if (range >>> 0 < TOP) {
          range <<= 8;
          code = (code << 8) | input[at++]!;
        }
        probability = p[index]!;
        bound = Math.imul(range >>> 11, probability);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = probability + ((2048 - probability) >> 5);
          node <<= 1;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = probability - (probability >> 5);
          node = (node << 1) | 1;
        }
      }
      count += node - leaves;
      if (repeated) state = state < 7 ? 8 : 11;
      else {
        state = state < 7 ? 7 : 10;
        base = SLOT + ((count < 6 ? count - 2 : 3) << 6);
        node = 1;
        while (node < 64) {
          index = base + node;
          if (range >>> 0 < TOP) {
            range <<= 8;
            code = (code << 8) | input[at++]!;
          }
          probability = p[index]!;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            p[index] = probability + ((2048 - probability) >> 5);
            node <<= 1;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            p[index] = probability - (probability >> 5);
            node = (node << 1) | 1;
          }
        }
        const slot = node - 64;
        if (slot < 4) rep0 = slot;
        else {
          let bits = (slot >> 1) - 1;
          rep0 = (2 | (slot & 1)) << bits;
          if (slot < 14) base = SPECIAL + rep0 - slot;
          else {
            let direct = 0;
            for (let i = bits - 4; i > 0; i--) {
              if (range >>> 0 < TOP) {
                range <<= 8;
                code = (code << 8) | input[at++]!;
              }
              range >>>= 1;
              direct <<= 1;
              if (code >>> 0 >= range >>> 0) {
                code = (code - range) | 0;
                direct |= 1;
              }
            }
            rep0 += direct << 4;
            base = ALIGN;
            bits = 4;
          }
          node = 1;
          for (let i = 0; i < bits; i++) {
            index = base + node;
            if (range >>> 0 < TOP) {
              range <<= 8;
              code = (code << 8) | input[at++]!;
            }
            probability = p[index]!;
            bound = Math.imul(range >>> 11, probability);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              p[index] = probability + ((2048 - probability) >> 5);
              node <<= 1;
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              p[index] = probability - (probability >> 5);
              node = (node << 1) | 1;
              rep0 += 1 << i;
            }
          }
        }
      }
      if (rep0 < 0 || rep0 >= to - begin || to + count > limit) fail();
      for (let from = to - rep0 - 1; count > 0; count--) out[to++] = out[from++]!;
    }
    if (at > end) fail();
    this.state = state;
    this.to = to;
    reps.set([rep0, rep1, rep2, rep3]);
  }
}

function fail(): never {
  throw new RangeError("LZMA2 data are damaged");
}
