// V 13, 14.3, 14.4: floating-point elements.

import * as V from "../../../vector.js";
import type { Row } from "../../row.js";
import { convert, floating, floatRegister, reduceFloat } from "../../vector/elements.js";
import { describe, MASKED, OP, OPFVF, OPFVV, type Shape } from "./shape.js";

/** The forms of an instruction, of "v f". */
function forms(name: string, funct6: string, kinds: string, op: number, shape: Shape = {}, reversed = false): Row[] {
  const order = (one: string) => (reversed ? `vd, ${one}, vs2${MASKED}` : `vd, vs2, ${one}${MASKED}`);
  const second = shape.width === 1 ? "w" : "v";
  return kinds.split(" ").map((kind): Row => {
    const full = `${name}.${second}${kind}`;
    if (kind === "v") {
      return [`${funct6} vm rs2 rs1 ${OPFVV} rd ${OP}`, full, order("vs1"), floating(describe(op, shape))];
    }
    const build = floating(describe(op, { ...shape, from: V.FROM_SCALAR }), floatRegister);
    return [`${funct6} vm rs2 rs1 ${OPFVF} rd ${OP}`, full, order("fs1"), build];
  });
}

const WIDENS: Shape = { to: V.TO_WIDE };
const ACCUMULATES: Shape = { ...WIDENS, accumulates: true };
const WIDE_SECOND: Shape = { to: V.TO_WIDE, width: 1 };
const COMPARES: Shape = { to: V.TO_MASK };

/** +, -product-addend, product-addend, -product+addend. */
const MACC = V.F_MACC;
const NMACC = V.F_MACC + V.F_NEGATE_PRODUCT + V.F_NEGATE_ADDEND;
const MSAC = V.F_MACC + V.F_NEGATE_ADDEND;
const NMSAC = V.F_MACC + V.F_NEGATE_PRODUCT;

const ARITHMETIC: readonly Row[] = [
  ...forms("vfadd", "000000", "v f", V.F_ADD),
  ...forms("vfsub", "000010", "v f", V.F_SUB),
  ...forms("vfmin", "000100", "v f", V.F_MIN),
  ...forms("vfmax", "000110", "v f", V.F_MAX),
  ...forms("vfsgnj", "001000", "v f", V.F_SGNJ),
  ...forms("vfsgnjn", "001001", "v f", V.F_SGNJN),
  ...forms("vfsgnjx", "001010", "v f", V.F_SGNJX),
  ...forms("vfdiv", "100000", "v f", V.F_DIV),
  ...forms("vfrdiv", "100001", "f", V.F_RDIV),
  ...forms("vfmul", "100100", "v f", V.F_MUL),
  ...forms("vfrsub", "100111", "f", V.F_RSUB),
  ...forms("vmfeq", "011000", "v f", V.F_EQ, COMPARES),
  ...forms("vmfle", "011001", "v f", V.F_LE, COMPARES),
  ...forms("vmflt", "011011", "v f", V.F_LT, COMPARES),
  ...forms("vmfne", "011100", "v f", V.F_NE, COMPARES),
  ...forms("vmfgt", "011101", "f", V.F_GT, COMPARES),
  ...forms("vmfge", "011111", "f", V.F_GE, COMPARES),
];

const FUSED: readonly Row[] = [
  ...forms("vfmadd", "101000", "v f", MACC + V.F_MULTIPLIES_VD, {}, true),
  ...forms("vfnmadd", "101001", "v f", NMACC + V.F_MULTIPLIES_VD, {}, true),
  ...forms("vfmsub", "101010", "v f", MSAC + V.F_MULTIPLIES_VD, {}, true),
  ...forms("vfnmsub", "101011", "v f", NMSAC + V.F_MULTIPLIES_VD, {}, true),
  ...forms("vfmacc", "101100", "v f", MACC, {}, true),
  ...forms("vfnmacc", "101101", "v f", NMACC, {}, true),
  ...forms("vfmsac", "101110", "v f", MSAC, {}, true),
  ...forms("vfnmsac", "101111", "v f", NMSAC, {}, true),
];

const WIDENING: readonly Row[] = [
  ...forms("vfwadd", "110000", "v f", V.F_ADD, WIDENS),
  ...forms("vfwsub", "110010", "v f", V.F_SUB, WIDENS),
  ...forms("vfwadd", "110100", "v f", V.F_ADD, WIDE_SECOND),
  ...forms("vfwsub", "110110", "v f", V.F_SUB, WIDE_SECOND),
  ...forms("vfwmul", "111000", "v f", V.F_MUL, WIDENS),
  ...forms("vfwmacc", "111100", "v f", MACC, ACCUMULATES, true),
  ...forms("vfwnmacc", "111101", "v f", NMACC, ACCUMULATES, true),
  ...forms("vfwmsac", "111110", "v f", MSAC, ACCUMULATES, true),
  ...forms("vfwnmsac", "111111", "v f", NMSAC, ACCUMULATES, true),
];

const ONE = "vd, vs2, vm";
const FROM_NONE: Shape = { from: V.FROM_NONE };

const SINGLE_OPERAND: readonly Row[] = [
  ["010011 vm rs2 00000 001 rd 1010111", "vfsqrt.v", ONE, floating(describe(V.F_SQRT, FROM_NONE))],
  ["010011 vm rs2 00100 001 rd 1010111", "vfrsqrt7.v", ONE, floating(describe(V.F_RSQRT7, FROM_NONE))],
  ["010011 vm rs2 00101 001 rd 1010111", "vfrec7.v", ONE, floating(describe(V.F_REC7, FROM_NONE))],
  ["010011 vm rs2 10000 001 rd 1010111", "vfclass.v", ONE, floating(describe(V.F_CLASS, FROM_NONE))],
  [
    "010111 0 rs2 rs1 101 rd 1010111",
    "vfmerge.vfm",
    "vd, vs2, fs1, v0",
    floating(describe(V.F_MERGE, { from: V.FROM_SCALAR, carry: true }), floatRegister),
  ],
  [
    "010111 1 00000 rs1 101 rd 1010111",
    "vfmv.v.f",
    "vd, fs1",
    floating(describe(V.F_MOVE, { from: V.FROM_SCALAR }), floatRegister),
  ],
];

/** What vs1's field is of the conversions of one width to another. */
const CONVERSIONS: readonly (readonly [vs1: string, name: string, op: number])[] = [
  ["000", "xu.f", V.F_TO_UNSIGNED],
  ["001", "x.f", V.F_TO_SIGNED],
  ["010", "f.xu", V.F_FROM_UNSIGNED],
  ["011", "f.x", V.F_FROM_SIGNED],
  ["110", "rtz.xu.f", V.F_TO_UNSIGNED + V.F_TO_ZERO],
  ["111", "rtz.x.f", V.F_TO_SIGNED + V.F_TO_ZERO],
];
const FLOAT_TO_FLOAT = ["100", "f.f", V.F_TO_FLOAT] as const;
const TO_ODD = ["101", "rod.f.f", V.F_TO_FLOAT_ODD] as const;

function conversions(prefix: string, name: string, suffix: string, shape: Shape, kinds: typeof CONVERSIONS): Row[] {
  return kinds.map(
    ([vs1, kind, op]): Row => [
      `010010 vm rs2 ${prefix}${vs1} 001 rd 1010111`,
      `${name}.${kind}.${suffix}`,
      ONE,
      convert(describe(op, { ...shape, ...FROM_NONE })),
    ],
  );
}

function reduction(name: string, funct6: string, op: number, shape: Shape = {}): Row {
  return [`${funct6} vm rs2 rs1 001 rd 1010111`, `${name}.vs`, "vd, vs2, vs1, vm", reduceFloat(describe(op, shape))];
}

export const FLOATS: readonly Row[] = [
  ...ARITHMETIC,
  ...FUSED,
  ...WIDENING,
  ...SINGLE_OPERAND,
  ...conversions("00", "vfcvt", "v", {}, CONVERSIONS),
  ...conversions("01", "vfwcvt", "v", WIDENS, [...CONVERSIONS, FLOAT_TO_FLOAT]),
  ...conversions("10", "vfncvt", "w", { width: 1 }, [...CONVERSIONS, FLOAT_TO_FLOAT, TO_ODD]),
  reduction("vfredusum", "000001", V.R_FSUM),
  reduction("vfredosum", "000011", V.R_FSUM),
  reduction("vfredmin", "000101", V.R_FMIN),
  reduction("vfredmax", "000111", V.R_FMAX),
  reduction("vfwredusum", "110001", V.R_FSUM, WIDENS),
  reduction("vfwredosum", "110011", V.R_FSUM, WIDENS),
];
