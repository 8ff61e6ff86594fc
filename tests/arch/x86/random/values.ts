// Operand values in bulk: pools of interesting 64-bit values, made anew from the seed, and a generator quick enough to draw
// hundreds of millions of them.

import { Random } from "../../../../testing/random.js";
import { type Kind, makeOperands } from "../simd/operands.js";
import { IN_XMM, RECORD } from "../simd/records.js";

/** sfc32: 32 bits a call, and its whole state in one object of small integers. */
export class Fast {
  private a = 0;
  private b = 0;
  private c = 0;
  private n = 1;

  seed(a: number, b: number): void {
    this.a = a | 0;
    this.b = b | 0;
    this.c = 0x2545f491;
    this.n = 1;
    for (let k = 0; k < 12; k++) this.u32();
  }

  u32(): number {
    const t = (((this.a + this.b) | 0) + this.n) | 0;
    this.n = (this.n + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    this.c |= 0;
    return t >>> 0;
  }

  /** For small n: the remainder's bias does not matter here. */
  below(n: number): number {
    return this.u32() % n;
  }
}

/** 64-bit values of a pool: low and high words in turn. */
const POOL = 4096;
export const POOL_MASK = POOL - 1;

export interface Pools {
  /** For general registers and the memory they work on. */
  readonly general: Uint32Array;
  readonly vector: Readonly<Record<Kind, Uint32Array>>;
}

export function makePools(seed: number): Pools {
  return {
    general: generalPool(new Random(seed)),
    vector: {
      int: vectorPool("int", seed + 1),
      single: vectorPool("single", seed + 2),
      double: vectorPool("double", seed + 3),
      string: vectorPool("string", seed + 4),
    },
  };
}

function generalPool(random: Random): Uint32Array {
  const pool = new BigUint64Array(POOL);
  for (let k = 0; k < POOL; k++) pool[k] = general(random);
  return new Uint32Array(pool.buffer);
}

/** Around powers of two, sign bits of every operand size, counts, masks, repeated bytes. */
function general(random: Random): bigint {
  const near = BigInt(random.below(5)) - 2n;
  switch (random.below(10)) {
    case 0:
    case 1:
      return BigInt(random.below(random.below(2) ? 4 : 72));
    case 2:
    case 3:
      return BigInt.asUintN(64, (1n << BigInt(random.below(65))) + near);
    case 4:
      return BigInt.asUintN(64, near - (1n << BigInt(random.below(64))));
    case 5: {
      const edge = 1n << BigInt(random.pick([7, 8, 15, 16, 31, 32, 63]));
      // The edge in the low part, anything above it: what a narrower operand sees.
      return BigInt.asUintN(64, edge + near + (random.u64() << BigInt(random.pick([8, 16, 32, 64]))));
    }
    case 6:
      return BigInt(random.pick([0x00, 0x01, 0x55, 0x7f, 0x80, 0x81, 0xaa, 0xfe, 0xff])) * 0x0101010101010101n;
    case 7:
      return BigInt.asUintN(64, BigInt.asIntN(random.pick([8, 16, 32]), random.u64()));
    case 8:
      return BigInt.asUintN(random.pick([8, 16, 32]), random.u64());
    default:
      return random.u64();
  }
}

/** Elements as the tests of vector instructions make them. */
function vectorPool(kind: Kind, seed: number): Uint32Array {
  const random = new Random(seed);
  const pool = new Uint32Array(2 * POOL);
  const record = new DataView(new ArrayBuffer(RECORD));
  // XMM1 and XMM2.
  const words = new Uint32Array(record.buffer, IN_XMM + 16, 8);
  for (let at = 0; at < pool.length; at += words.length) {
    makeOperands(record, 0, kind, random);
    pool.set(words, at);
  }
  return pool;
}
