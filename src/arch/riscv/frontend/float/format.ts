// Formats of what an f register holds. A float is NaN-boxed: its upper half is ones, and what is not boxed is the canonical NaN
// (unprivileged 22.2).

import type { Value } from "../../../../ir/builder.js";
import type { Emitter } from "../emitter.js";

const CANONICAL = 0x7fc00000;

export interface Format {
  /** In names of helpers. */
  readonly letter: "s" | "d";
  /** In an I64; above its sign are zeros. */
  get(e: Emitter, register: number): Value;
  /** Above its sign there may be anything. */
  set(e: Emitter, register: number, value: Value): void;
  /** The sign, in an I64. */
  sign(e: Emitter): Value;
}

export const SINGLE: Format = {
  letter: "s",
  get(e, register) {
    const { b } = e;
    const value = e.f(register);
    return b.select(b.leu(b.i64(0, -1), value), b.zext(value, 32), b.u64(CANONICAL));
  },
  set(e, register, value) {
    e.setF(register, e.b.or(value, e.b.i64(0, -1)));
  },
  sign: (e) => e.b.i64(0x80000000 | 0, 0),
};

export const DOUBLE: Format = {
  letter: "d",
  get: (e, register) => e.f(register),
  set: (e, register, value) => e.setF(register, value),
  sign: (e) => e.b.i64(0, 0x80000000 | 0),
};
