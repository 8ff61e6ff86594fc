// Instructions of elements: a helper each, which is given the encoding, what the row says, and the scalar that stands in vs1's place.

import type { Value } from "../../../../ir/builder.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import type { Build } from "../row.js";
import { vector, vectorFloat } from "./unit.js";

const H_INTEGER = helperId("riscv_v_integer");
const H_GATHER = helperId("riscv_v_gather");
const H_SLIDE1 = helperId("riscv_v_slide1");
const H_COMPRESS = helperId("riscv_v_compress");
const H_MOVE_WHOLE = helperId("riscv_v_move_whole");
const H_TO_SCALAR = helperId("riscv_v_to_scalar");
const H_FROM_SCALAR = helperId("riscv_v_from_scalar");
const H_SCAN = helperId("riscv_v_mask_scan");
const H_REDUCE = helperId("riscv_v_reduce");
const H_LOGICAL = helperId("riscv_v_mask_logical");
const H_PREFIX = helperId("riscv_v_mask_prefix");
const H_FLOAT = helperId("riscv_v_float");
const H_CONVERT = helperId("riscv_v_convert");
const H_REDUCE_FLOAT = helperId("riscv_v_reduce_float");

/** What stands in vs1's place. */
export type Scalar = (e: Emitter, insn: Insn) => Value;
export const none: Scalar = (e) => e.b.i64(0);
export const register: Scalar = (e, { rs1 }) => e.x(rs1);
export const number: Scalar = (e, { imm }) => e.b.i64(imm);

/** The encoding below, `what` above. */
const described = (e: Emitter, insn: Insn, what: number): Value => e.b.i64(insn.raw, what);

function kind(helper: number): (what: number, scalar?: Scalar) => Build {
  return (what, scalar = none) =>
    vector((e, insn) => void e.b.call(helper, described(e, insn, what), scalar(e, insn), e.b.i64(0)));
}

export const integer = kind(H_INTEGER);
export const gather = kind(H_GATHER);
export const slide1 = kind(H_SLIDE1);
export const compress = kind(H_COMPRESS);
export const moveWhole = kind(H_MOVE_WHOLE);
export const reduce = kind(H_REDUCE);
export const maskLogical = kind(H_LOGICAL);
export const maskPrefix = kind(H_PREFIX);

/** A mask's bits, as a number. */
export function maskScan(what: number): Build {
  return vector((e, insn) => {
    const result = e.b.call(H_SCAN, described(e, insn, what));
    e.setX(insn.rd, result);
  });
}

export const toX: Build = vector((e, insn) => {
  const result = e.b.call(H_TO_SCALAR, described(e, insn, 0), e.b.i64(0));
  e.setX(insn.rd, result);
});

export const fromX: Build = vector(
  (e, insn) => void e.b.call(H_FROM_SCALAR, described(e, insn, 0), e.x(insn.rs1), e.b.i64(0)),
);

// With f registers.

function floatKind(helper: number): (what: number, scalar?: Scalar) => Build {
  return (what, scalar = none) =>
    vectorFloat((e, insn, rm) => void e.b.call(helper, described(e, insn, what), scalar(e, insn), e.b.i64(rm)));
}

export const floatRegister: Scalar = (e, { rs1 }) => e.f(rs1);
export const floating = floatKind(H_FLOAT);
export const convert = floatKind(H_CONVERT);
export const reduceFloat = floatKind(H_REDUCE_FLOAT);

export function slide1Float(what: number): Build {
  return vectorFloat((e, insn) => void e.b.call(H_SLIDE1, described(e, insn, what), e.f(insn.rs1), e.b.i64(1)));
}

export const toF: Build = vectorFloat((e, insn) => {
  const result = e.b.call(H_TO_SCALAR, described(e, insn, 0), e.b.i64(1));
  e.setF(insn.rd, result);
});

export const fromF: Build = vectorFloat(
  (e, insn) => void e.b.call(H_FROM_SCALAR, described(e, insn, 0), e.f(insn.rs1), e.b.i64(1)),
);
