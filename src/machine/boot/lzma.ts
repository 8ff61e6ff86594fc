// LZMA2 decoder (the format is in the xz file format's description and the LZMA SDK's specification). The output array is
// the dictionary.

const TOP = 1 << 24;
const HALF = 1024;
const STATES = 12;

/** Indices into the range coder. */
const RANGE = 0;
const CODE = 1;

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
  /** The range coder. Not variables: captured by closures they would be boxed numbers. */
  private readonly coder = new Uint32Array(2);
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

  /** One chunk: input up to `end` gives output up to `limit`. */
  chunk(at: number, end: number, limit: number): void {
    const { input, out, begin, lc, literalMask, positionMask, probabilities: p, reps } = this;
    if (limit > out.length || end > input.length) fail();
    let { state, to } = this;
    let rep0 = reps[0]!;
    let rep1 = reps[1]!;
    let rep2 = reps[2]!;
    let rep3 = reps[3]!;
    const coder = this.coder;
    coder[RANGE] = 0xffffffff;
    coder[CODE] = (input[at + 1]! << 24) | (input[at + 2]! << 16) | (input[at + 3]! << 8) | input[at + 4]!;
    at += 5;

    const bit = (index: number): number => {
      let range = coder[RANGE]!;
      let code = coder[CODE]!;
      if (range < TOP) {
        range = (range << 8) >>> 0;
        code = ((code << 8) | input[at++]!) >>> 0;
      }
      const probability = p[index]!;
      const bound = (range >>> 11) * probability;
      if (code < bound) {
        coder[RANGE] = bound;
        coder[CODE] = code;
        p[index] = probability + ((2048 - probability) >> 5);
        return 0;
      }
      coder[RANGE] = range - bound;
      coder[CODE] = code - bound;
      p[index] = probability - (probability >> 5);
      return 1;
    };
    const tree = (base: number, bits: number): number => {
      let node = 1;
      for (let i = 0; i < bits; i++) node = (node << 1) | bit(base + node);
      return node - (1 << bits);
    };
    const reverse = (base: number, bits: number): number => {
      let node = 1;
      let value = 0;
      for (let i = 0; i < bits; i++) {
        const b = bit(base + node);
        node = (node << 1) | b;
        value |= b << i;
      }
      return value;
    };
    const length = (base: number, position: number): number => {
      if (bit(base) === 0) return 2 + tree(base + LENGTH_LOW + (position << 3), 3);
      if (bit(base + 1) === 0) return 10 + tree(base + LENGTH_MID + (position << 3), 3);
      return 18 + tree(base + LENGTH_HIGH, 8);
    };

    while (to < limit) {
      const position = (to - begin) & positionMask;
      if (bit(IS_MATCH + (state << 4) + position) === 0) {
        const previous = to > begin ? out[to - 1]! : 0;
        const base = LITERAL + 0x300 * ((((to - begin) & literalMask) << lc) + (previous >> (8 - lc)));
        let symbol = 1;
        if (state >= 7) {
          let match = out[to - rep0 - 1]!;
          do {
            const expected = (match >> 7) & 1;
            match <<= 1;
            const b = bit(base + ((1 + expected) << 8) + symbol);
            symbol = (symbol << 1) | b;
            if (b !== expected) break;
          } while (symbol < 0x100);
        }
        while (symbol < 0x100) symbol = (symbol << 1) | bit(base + symbol);
        out[to++] = symbol;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      let count: number;
      if (bit(IS_REP + state) === 0) {
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        count = length(MATCH_LENGTH, position);
        state = state < 7 ? 7 : 10;
        const slot = tree(SLOT + (Math.min(count - 2, 3) << 6), 6);
        if (slot < 4) rep0 = slot;
        else {
          const bits = (slot >> 1) - 1;
          rep0 = (2 | (slot & 1)) << bits;
          if (slot < 14) rep0 += reverse(SPECIAL + rep0 - slot, bits);
          else {
            let direct = 0;
            let range: number = coder[RANGE]!;
            let code: number = coder[CODE]!;
            for (let i = bits - 4; i > 0; i--) {
              if (range < TOP) {
                range = (range << 8) >>> 0;
                code = ((code << 8) | input[at++]!) >>> 0;
              }
              range >>>= 1;
              direct <<= 1;
              if (code >= range) {
                code -= range;
                direct |= 1;
              }
            }
            coder[RANGE] = range;
            coder[CODE] = code;
            rep0 += (direct << 4) + reverse(ALIGN, 4);
          }
        }
      } else {
        if (bit(IS_REP0 + state) === 0) {
          if (bit(IS_REP0_LONG + (state << 4) + position) === 0) {
            state = state < 7 ? 9 : 11;
            if (rep0 >= to - begin) fail();
            out[to] = out[to - rep0 - 1]!;
            to++;
            continue;
          }
        } else {
          let distance = rep1;
          if (bit(IS_REP1 + state) !== 0) {
            distance = rep2;
            if (bit(IS_REP2 + state) !== 0) {
              distance = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = distance;
        }
        count = length(REP_LENGTH, position);
        state = state < 7 ? 8 : 11;
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
