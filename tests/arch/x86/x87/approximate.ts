// Comparison of transcendental instructions, whose last bit processors may choose: results within a number of units in
// the last place, the rounding direction (C1) free, everything else equal.

import { OUT_FSW, RECORD, STACK } from "./records.js";

const C1 = 0x200;

/** Distance of two 10-byte numbers in units in the last place (of the exponent they share or nearly share). */
export function distance(a: DataView, b: DataView, at: number): number {
  const order = (view: DataView): bigint => {
    const se = view.getUint16(at + 8, true);
    const sig = view.getBigUint64(at, true);
    // The integer bit is left out, so that the numbers of neighbouring exponents follow each other.
    const magnitude = (BigInt(se & 0x7fff) << 63n) + (sig & 0x7fffffffffffffffn);
    return se & 0x8000 ? -magnitude : magnitude;
  };
  const d = order(a) - order(b);
  return Math.min(Number(d < 0n ? -d : d), 1e9);
}

/** The larger distance of ST(0) and ST(1), or Infinity where anything else differs. */
export function resultDistance(a: DataView, b: DataView, at: number): number {
  for (let k = 0; k < RECORD; k += 2) {
    if (k >= STACK && k < STACK + 20) continue;
    const x = a.getUint16(at + k, true);
    const y = b.getUint16(at + k, true);
    if (x !== y && (k !== OUT_FSW || (x | C1) !== (y | C1))) return Number.POSITIVE_INFINITY;
  }
  return Math.max(distance(a, b, at + STACK), distance(a, b, at + STACK + 10));
}
