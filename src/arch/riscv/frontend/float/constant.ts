// FLI: one of 32 constants (Zfa, unprivileged 26.1, table 37).

import type { Build } from "../row.js";
import type { Format } from "./format.js";
import { writesF } from "./unit.js";

/** By number; the second one is the least normal number of the format. */
const VALUES: readonly number[] = [
  ...[-1, 0, 2 ** -16, 2 ** -15, 2 ** -8, 2 ** -7, 0.0625, 0.125],
  ...[0.25, 0.3125, 0.375, 0.4375, 0.5, 0.625, 0.75, 0.875],
  ...[1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 8, 16, 128, 256, 2 ** 15, 2 ** 16],
  ...[Number.POSITIVE_INFINITY, Number.NaN],
];
const LEAST = 1;

/** Bits of the significand without the first, and of the exponent. */
const FORMATS = { h: [10, 5], s: [23, 8], d: [52, 11] } as const;

/** Bits of a number that has few: subnormal halves are among them, and what is too large is infinity. */
export function constantBits(letter: Format["letter"], number: number): bigint {
  const [fraction, exponent] = FORMATS[letter];
  const value = VALUES[number]!;
  const top = (1n << BigInt(exponent)) - 1n;
  const place = BigInt(fraction);
  if (number === LEAST) return 1n << place;
  if (Number.isNaN(value)) return (top << place) | (1n << (place - 1n));
  const bias = 2 ** (exponent - 1) - 1;
  const size = Math.abs(value);
  if (size >= 2 ** (bias + 1)) return top << place;
  const e = Math.max(Math.floor(Math.log2(size)), 1 - bias);
  const sign = value < 0 ? 1n << BigInt(fraction + exponent) : 0n;
  // A carry out of the significand is the first bit of a normal number.
  return sign + (BigInt(e + bias - 1) << place) + BigInt(size * 2 ** (fraction - e));
}

export function constant(format: Format): Build {
  return writesF((e, { rd, imm }) => {
    const bits = constantBits(format.letter, imm);
    format.set(e, rd, e.b.i64(Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n))));
  });
}
