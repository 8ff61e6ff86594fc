// LZMA2 (the format is in the xz file format's description and the LZMA SDK's specification). The output is the dictionary.
// The input may come in pieces: whole chunks are unpacked, and what goes on from one to the next is kept.
//
// A boot waits for this, hence its shape: the range coder (range, code, at) lives in locals of one function, and the
// decoding of a bit stands in it wherever one is needed. Where a bit decides what comes next, it is a branch; within a
// tree, where one in two would be mispredicted, state and path are computed instead, and both probabilities that may come
// next are loaded before it is known which will.

import { UNPACK_TABLES } from "../../src/layout/memory";

const TOP: u32 = 1 << 24;
const HALF: u16 = 1024;
const STATES = 12;

// Offsets into the probabilities (u16 each).
const IS_MATCH = 0;
const IS_REP = IS_MATCH + 2 * STATES * 16;
const IS_REP0 = IS_REP + 2 * STATES;
const IS_REP1 = IS_REP0 + 2 * STATES;
const IS_REP2 = IS_REP1 + 2 * STATES;
const IS_REP0_LONG = IS_REP2 + 2 * STATES;
const SLOT = IS_REP0_LONG + 2 * STATES * 16;
const SPECIAL = SLOT + 2 * 4 * 64;
const ALIGN = SPECIAL + 2 * 128;
const MATCH_LENGTH = ALIGN + 2 * 16;
// Length coders: choice, choice 2, low and mid (8 for each of 16 position states), high (256).
const LENGTH_LOW = 2 * 2;
const LENGTH_MID = LENGTH_LOW + 2 * 128;
const LENGTH_HIGH = LENGTH_MID + 2 * 128;
const REP_LENGTH = MATCH_LENGTH + LENGTH_HIGH + 2 * 256;
const LITERAL = REP_LENGTH + LENGTH_HIGH + 2 * 256;
/** LZMA2 has at most 4 bits of literal context. */
const LITERAL_BITS: u32 = 4;
const PROBABILITIES_SIZE: usize = LITERAL + ((2 * 0x300) << 4);

const PROBABILITIES: usize = UNPACK_TABLES;

// What goes on from one chunk to the next.
let begin: usize = 0;
let to: usize = 0;
let lc: u32 = 0;
let literalMask: u32 = 0;
let positionMask: u32 = 0;
let state: u32 = 0;
let rep0: u32 = 0;
let rep1: u32 = 0;
let rep2: u32 = 0;
let rep3: u32 = 0;

/** Begins to unpack to `out`. */
export function unpack_lzma2_begin(out: usize): void {
  to = out;
  begin = out;
  setProperties(0);
  resetState();
}

/** Where what has been unpacked ends. */
export function unpack_lzma2_end(): usize {
  return to;
}

/** Unpacks the chunks at `at` that are wholly below `end`; the output has room up to `limit` and 16 bytes more that may be
 *  written to. Returns where the first chunk begins that is not, or the byte 0 that follows the last; 0 when the data are damaged. */
export function unpack_lzma2(at: usize, end: usize, limit: usize): usize {
  while (at < end) {
    const control: u32 = load<u8>(at);
    if (control === 0) return at;
    const header: usize = control < 0x80 ? 3 : control >= 0xc0 ? 6 : 5;
    if (at + header > end) return at;
    const low = ((<u32>load<u8>(at, 1)) << 8) + load<u8>(at, 2) + 1;
    if (control < 0x80) {
      // Stored; 1 also begins a new dictionary.
      if (control > 2) return 0;
      if (at + header + low > end) return at;
      if (control === 1) begin = to;
      if (to > limit || low > <u32>(limit - to)) return 0;
      memory.copy(to, at + header, low);
      to += low;
      at += header + low;
      continue;
    }
    const size = ((control & 0x1f) << 16) + low;
    const packed = ((<u32>load<u8>(at, 3)) << 8) + load<u8>(at, 4) + 1;
    const data = at + header;
    if (data + packed > end) return at;
    const reset = (control >> 5) & 3;
    if (reset === 3) begin = to;
    if (reset >= 2 && !setProperties(load<u8>(at, 5))) return 0;
    if (reset >= 1) resetState();
    if (to > limit || size > <u32>(limit - to) || !chunk(data, data + packed, to + size)) return 0;
    at = data + packed;
  }
  return at;
}

function setProperties(byte: u32): bool {
  if (byte >= 225) return false;
  const rest = byte / 9;
  lc = byte % 9;
  literalMask = (1 << (rest % 5)) - 1;
  positionMask = (1 << (rest / 5)) - 1;
  return lc + (rest % 5) <= LITERAL_BITS;
}

function resetState(): void {
  for (let at = PROBABILITIES; at < PROBABILITIES + PROBABILITIES_SIZE; at += 2) store<u16>(at, HALF);
  state = 0;
  rep0 = 0;
  rep1 = 0;
  rep2 = 0;
  rep3 = 0;
}

/** A probability after a bit: `bit` is 0 or 1. */
// @ts-ignore: decorator
@inline function adapted(probability: u32, bit: u32): u16 {
  return <u16>(probability - (<i32>(probability + ((bit - 1) & (31 - 2048))) >> 5));
}

// @ts-ignore: decorator
@inline function towards0(probability: u32): u16 {
  return <u16>(probability + ((2048 - probability) >> 5));
}

// @ts-ignore: decorator
@inline function towards1(probability: u32): u16 {
  return <u16>(probability - (probability >> 5));
}

/** One chunk: input up to `end` gives output up to `limit`. */
function chunk(at: usize, end: usize, limit: usize): bool {
  // The range coder's first byte is always 0.
  if (load<u8>(at) !== 0) return false;
  const first = begin;
  const lc_ = lc;
  const literals = literalMask;
  const positions = positionMask;
  let o = to;
  let s = state;
  let r0 = rep0;
  let r1 = rep1;
  let r2 = rep2;
  let r3 = rep3;
  let range: u32 = 0xffffffff;
  let code: u32 = bswap<u32>(load<u32>(at, 1));
  at += 5;
  // Scratch of the bit in hand.
  let p: usize = 0;
  let probability: u32 = 0;
  let bound: u32 = 0;
  let bit: u32 = 0;
  let next: usize = 0;

  while (o < limit) {
    const position = <u32>(o - first) & positions;
    p = PROBABILITIES + IS_MATCH + ((s << 4) + position) * 2;
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(at++);
    }
    probability = load<u16>(p);
    bound = (range >>> 11) * probability;
    if (code < bound) {
      range = bound;
      store<u16>(p, towards0(probability));
      const previous: u32 = o > first ? <u32>load<u8>(o - 1) : 0;
      const base = PROBABILITIES + LITERAL + 0x600 * (((<u32>(o - first) & literals) << lc_) + (previous >> (8 - lc_)));
      if (s < 7) {
        p = base + 2;
        probability = load<u16>(p);
        do {
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(at++);
          }
          bound = (range >>> 11) * probability;
          next = 2 * p - base;
          bit = u32(code >= bound);
          store<u16>(p, adapted(probability, bit));
          probability = select<u32>(load<u16>(next), load<u16>(next, 2), code < bound);
          range = bit ? range - bound : bound;
          code -= bit ? bound : 0;
          p = next + 2 * bit;
        } while (p < base + 2 * 0x100);
        store<u8>(o++, <u32>(p - base) >>> 1);
        s = s < 4 ? 0 : s - 3;
      } else {
        // The byte at the last distance says which probabilities are taken, up to the first bit that differs.
        let match: u32 = load<u8>(o - r0 - 1);
        let offset: u32 = 0x100;
        let symbol: u32 = 1;
        do {
          match <<= 1;
          const expected = match & offset;
          p = base + (offset + expected + symbol) * 2;
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(at++);
          }
          probability = load<u16>(p);
          bound = (range >>> 11) * probability;
          bit = u32(code >= bound);
          range = bit ? range - bound : bound;
          code -= bit ? bound : 0;
          store<u16>(p, adapted(probability, bit));
          symbol = (symbol << 1) + bit;
          offset &= expected ^ (bit - 1);
        } while (symbol < 0x100);
        store<u8>(o++, symbol);
        s = s < 10 ? s - 3 : s - 6;
      }
      continue;
    }
    range -= bound;
    code -= bound;
    store<u16>(p, towards1(probability));
    let lengths = PROBABILITIES + MATCH_LENGTH;
    let repeated = false;
    p = PROBABILITIES + IS_REP + s * 2;
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(at++);
    }
    probability = load<u16>(p);
    bound = (range >>> 11) * probability;
    if (code < bound) {
      range = bound;
      store<u16>(p, towards0(probability));
      r3 = r2;
      r2 = r1;
      r1 = r0;
    } else {
      range -= bound;
      code -= bound;
      store<u16>(p, towards1(probability));
      repeated = true;
      lengths = PROBABILITIES + REP_LENGTH;
      p = PROBABILITIES + IS_REP0 + s * 2;
      if (range < TOP) {
        range <<= 8;
        code = (code << 8) | load<u8>(at++);
      }
      probability = load<u16>(p);
      bound = (range >>> 11) * probability;
      if (code < bound) {
        range = bound;
        store<u16>(p, towards0(probability));
        p = PROBABILITIES + IS_REP0_LONG + ((s << 4) + position) * 2;
        if (range < TOP) {
          range <<= 8;
          code = (code << 8) | load<u8>(at++);
        }
        probability = load<u16>(p);
        bound = (range >>> 11) * probability;
        if (code < bound) {
          range = bound;
          store<u16>(p, towards0(probability));
          s = s < 7 ? 9 : 11;
          if (r0 >= <u32>(o - first)) return false;
          store<u8>(o, load<u8>(o - r0 - 1));
          o++;
          continue;
        }
        range -= bound;
        code -= bound;
        store<u16>(p, towards1(probability));
      } else {
        range -= bound;
        code -= bound;
        store<u16>(p, towards1(probability));
        let distance = r1;
        p = PROBABILITIES + IS_REP1 + s * 2;
        if (range < TOP) {
          range <<= 8;
          code = (code << 8) | load<u8>(at++);
        }
        probability = load<u16>(p);
        bound = (range >>> 11) * probability;
        if (code < bound) {
          range = bound;
          store<u16>(p, towards0(probability));
        } else {
          range -= bound;
          code -= bound;
          store<u16>(p, towards1(probability));
          distance = r2;
          p = PROBABILITIES + IS_REP2 + s * 2;
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(at++);
          }
          probability = load<u16>(p);
          bound = (range >>> 11) * probability;
          if (code < bound) {
            range = bound;
            store<u16>(p, towards0(probability));
          } else {
            range -= bound;
            code -= bound;
            store<u16>(p, towards1(probability));
            distance = r3;
            r3 = r2;
          }
          r2 = r1;
        }
        r1 = r0;
        r0 = distance;
      }
    }
    // The length: which of three trees, then the tree.
    let base = lengths + LENGTH_HIGH;
    let leaves: u32 = 256;
    let count: u32 = 18;
    p = lengths;
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(at++);
    }
    probability = load<u16>(p);
    bound = (range >>> 11) * probability;
    if (code < bound) {
      range = bound;
      store<u16>(p, towards0(probability));
      base = lengths + LENGTH_LOW + (position << 4);
      leaves = 8;
      count = 2;
    } else {
      range -= bound;
      code -= bound;
      store<u16>(p, towards1(probability));
      p = lengths + 2;
      if (range < TOP) {
        range <<= 8;
        code = (code << 8) | load<u8>(at++);
      }
      probability = load<u16>(p);
      bound = (range >>> 11) * probability;
      if (code < bound) {
        range = bound;
        store<u16>(p, towards0(probability));
        base = lengths + LENGTH_MID + (position << 4);
        leaves = 8;
        count = 10;
      } else {
        range -= bound;
        code -= bound;
        store<u16>(p, towards1(probability));
      }
    }
    p = base + 2;
    probability = load<u16>(p);
    do {
      if (range < TOP) {
        range <<= 8;
        code = (code << 8) | load<u8>(at++);
      }
      bound = (range >>> 11) * probability;
      next = 2 * p - base;
      bit = u32(code >= bound);
      store<u16>(p, adapted(probability, bit));
      probability = select<u32>(load<u16>(next), load<u16>(next, 2), code < bound);
      range = bit ? range - bound : bound;
      code -= bit ? bound : 0;
      p = next + 2 * bit;
    } while (p < base + leaves * 2);
    count += (<u32>(p - base) >>> 1) - leaves;
    if (repeated) s = s < 7 ? 8 : 11;
    else {
      s = s < 7 ? 7 : 10;
      base = PROBABILITIES + SLOT + (min<u32>(count - 2, 3) << 7);
      p = base + 2;
      probability = load<u16>(p);
      do {
        if (range < TOP) {
          range <<= 8;
          code = (code << 8) | load<u8>(at++);
        }
        bound = (range >>> 11) * probability;
        next = 2 * p - base;
        bit = u32(code >= bound);
        store<u16>(p, adapted(probability, bit));
        probability = select<u32>(load<u16>(next), load<u16>(next, 2), code < bound);
        range = bit ? range - bound : bound;
        code -= bit ? bound : 0;
        p = next + 2 * bit;
      } while (p < base + 2 * 64);
      const slot = (<u32>(p - base) >>> 1) - 64;
      if (slot < 4) r0 = slot;
      else {
        let bits = (slot >> 1) - 1;
        r0 = (2 | (slot & 1)) << bits;
        if (slot < 14) base = PROBABILITIES + SPECIAL + (r0 - slot) * 2;
        else {
          // Bits without a probability; the last four have one again.
          let direct: u32 = 0;
          for (let i = bits - 4; i > 0; i--) {
            if (range < TOP) {
              range <<= 8;
              code = (code << 8) | load<u8>(at++);
            }
            range >>>= 1;
            bit = u32(code >= range);
            code -= bit ? range : 0;
            direct = (direct << 1) + bit;
          }
          r0 += direct << 4;
          base = PROBABILITIES + ALIGN;
          bits = 4;
        }
        let node: u32 = 1;
        for (let i: u32 = 0; i < bits; i++) {
          p = base + node * 2;
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(at++);
          }
          probability = load<u16>(p);
          bound = (range >>> 11) * probability;
          bit = u32(code >= bound);
          range = bit ? range - bound : bound;
          code -= bit ? bound : 0;
          store<u16>(p, adapted(probability, bit));
          node = (node << 1) + bit;
          r0 += bit << i;
        }
      }
    }
    if (r0 >= <u32>(o - first) || <u32>(limit - o) < count) return false;
    let from = o - r0 - 1;
    const stop = o + count;
    // Several bytes at a time go past the end: what comes next overwrites that.
    if (r0 >= 15) {
      do {
        v128.store(o, v128.load(from));
        o += 16;
        from += 16;
      } while (o < stop);
    } else if (r0 >= 3) {
      do {
        store<u32>(o, load<u32>(from));
        o += 4;
        from += 4;
      } while (o < stop);
    } else {
      do store<u8>(o++, load<u8>(from++));
      while (o < stop);
    }
    o = stop;
  }
  to = o;
  state = s;
  rep0 = r0;
  rep1 = r1;
  rep2 = r2;
  rep3 = r3;
  return at <= end;
}
