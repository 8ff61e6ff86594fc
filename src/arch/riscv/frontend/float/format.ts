// Formats of what an f register holds. A half or float is NaN-boxed: all above it is ones, and what is not boxed is the canonical NaN
// (unprivileged 22.2).

import type { Value } from "../../../../ir/builder.js";
import type { Emitter } from "../emitter.js";

export interface Format {
  /** In names of helpers. */
  readonly letter: "h" | "s" | "d";
  /** Bits of the encodings: fmt, and width of loads and stores. */
  readonly code: string;
  readonly width: string;
  /** In an I64; above its sign are zeros. */
  get(e: Emitter, register: number): Value;
  /** Above its sign there may be anything. */
  set(e: Emitter, register: number, value: Value): void;
  /** The sign, in an I64. */
  sign(e: Emitter): Value;
}

type Mask = readonly [low: number, high: number];

/** `above`: the bits above it; `canonical`: the NaN. */
function boxed(
  names: Pick<Format, "letter" | "code" | "width">,
  bits: 16 | 32,
  [low, high]: Mask,
  canonical: number,
): Format {
  return {
    ...names,
    get(e, register) {
      const { b } = e;
      const value = e.f(register);
      return b.select(b.leu(b.i64(low, high), value), b.zext(value, bits), b.u64(canonical));
    },
    set: (e, register, value) => e.setF(register, e.b.or(value, e.b.i64(low, high))),
    sign: (e) => e.b.i64((1 << (bits - 1)) | 0, 0),
  };
}

export const HALF = boxed({ letter: "h", code: "10", width: "001" }, 16, [0xffff0000 | 0, -1], 0x7e00);
export const SINGLE = boxed({ letter: "s", code: "00", width: "010" }, 32, [0, -1], 0x7fc00000);

export const DOUBLE: Format = {
  letter: "d",
  code: "01",
  width: "011",
  get: (e, register) => e.f(register),
  set: (e, register, value) => e.setF(register, value),
  sign: (e) => e.b.i64(0, 0x80000000 | 0),
};
