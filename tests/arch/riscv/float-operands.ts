// Random operands of floating-point instructions, with a generator that gives the same ones for the same seed.

export class Random {
  constructor(private state: number) {}

  word(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) | 0;
    const x = this.state ^ (this.state >>> 15);
    return Math.imul(x, 0x2c1b3c6d) ^ (x >>> 12);
  }

  below(n: number): number {
    return (this.word() >>> 1) % n;
  }

  wide(): bigint {
    return (BigInt(this.word() >>> 0) << 32n) | BigInt(this.word() >>> 0);
  }
}

/** Any integer of 64 bits, small ones as often as large ones. */
export function integer(r: Random): bigint {
  return BigInt.asIntN(64, r.wide()) >> BigInt(r.below(64));
}

/** Of any exponent, of exponents near 1 and near the ends, short significands, and special values. */
export function operand(r: Random, bits: 32 | 64): bigint {
  const fraction = bits === 64 ? 52 : 23;
  const top = bits === 64 ? 2047 : 255;
  const one = top >> 1;
  const exponents = [0, 1, 2, top - 2, top - 1, top, one, one - fraction, one + fraction];
  const kind = r.below(8);
  const usual = one + r.below(2 * fraction) - fraction;
  const exponent = kind === 0 ? r.below(top + 1) : kind === 1 ? exponents[r.below(exponents.length)]! : usual;
  let significand = r.wide() & ((1n << BigInt(fraction)) - 1n);
  // Products and sums that are exact, or lie in the middle between two numbers.
  const shape = r.below(6);
  if (shape === 0) significand &= ~0n << BigInt(r.below(fraction + 1));
  if (shape === 1) significand >>= BigInt(r.below(fraction + 1));
  const sign = BigInt(r.below(2)) << BigInt(bits - 1);
  return BigInt.asIntN(64, sign | (BigInt(exponent) << BigInt(fraction)) | significand);
}
