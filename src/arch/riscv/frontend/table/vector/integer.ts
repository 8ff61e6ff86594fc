// V 11, 12, 14.1, 14.2: integer elements.

import * as V from "../../../vector.js";
import type { Row } from "../../row.js";
import { integer, number, reduce, register } from "../../vector/elements.js";
import { describe, MASKED, OP, OPIVI, OPIVV, OPIVX, OPMVV, OPMVX, type Shape } from "./shape.js";

const BOTH: Shape = { signed1: true, signed2: true };
const NEITHER: Shape = {};

interface Style {
  /** Of the names of forms: what vs2 is, "v" or "w". */
  readonly second?: string;
  /** Multiply and add: the scalar stands before vs2. */
  readonly reversed?: boolean;
  /** The immediate has no sign. */
  readonly unsigned?: boolean;
  /** "vm" in the encoding, or what it is fixed at. */
  readonly vm?: string;
  /** Behind the operands. */
  readonly last?: string;
  /** Behind the form's name: m of a carry-in. */
  readonly suffix?: string;
}

/** The forms of an instruction, of "vv vx vi". OPM* instructions have no immediate. */
function forms(
  name: string,
  funct6: string,
  kinds: string,
  op: number,
  shape: Shape,
  style: Style = {},
  m = false,
): Row[] {
  const { second = "v", reversed, unsigned, vm = "vm", last = MASKED, suffix = "" } = style;
  const order = (one: string) => (reversed ? `vd, ${one}, vs2${last}` : `vd, vs2, ${one}${last}`);
  const scalar = { ...shape, from: V.FROM_SCALAR };
  return kinds.split(" ").map((kind): Row => {
    const full = `${name}.${second}${kind}${suffix}`;
    if (kind === "v") {
      return [
        `${funct6} ${vm} rs2 rs1 ${m ? OPMVV : OPIVV} rd ${OP}`,
        full,
        order("vs1"),
        integer(describe(op, shape)),
      ];
    }
    if (kind === "x") {
      const build = integer(describe(op, scalar), register);
      return [`${funct6} ${vm} rs2 rs1 ${m ? OPMVX : OPIVX} rd ${OP}`, full, order("rs1"), build];
    }
    const field = unsigned ? "uimm" : "imm";
    const build = integer(describe(op, scalar), number);
    return [`${funct6} ${vm} rs2 ${field}[4:0] ${OPIVI} rd ${OP}`, full, order(field), build];
  });
}

const opm = (name: string, funct6: string, kinds: string, op: number, shape: Shape, style: Style = {}): Row[] =>
  forms(name, funct6, kinds, op, shape, style, true);

const WIDENS: Shape = { to: V.TO_WIDE };
const ACCUMULATES: Shape = { ...WIDENS, accumulates: true };
const WIDE_SECOND: Shape = { to: V.TO_WIDE, width: 1 };
const WIDE: Style = { second: "w" };
const REVERSED: Style = { reversed: true };
const UNSIGNED: Style = { unsigned: true };
const NARROWS: Style = { second: "w", unsigned: true };
const COMPARES: Shape = { to: V.TO_MASK };
const COMPARES_SIGNED: Shape = { ...BOTH, to: V.TO_MASK };
const CARRY: Style = { vm: "0", last: ", v0", suffix: "m" };
const NO_CARRY: Style = { vm: "1", last: "" };

const ADD_AND_LOGIC: readonly Row[] = [
  ...forms("vadd", "000000", "v x i", V.I_ADD, BOTH),
  ...forms("vsub", "000010", "v x", V.I_SUB, BOTH),
  ...forms("vrsub", "000011", "x i", V.I_RSUB, BOTH),
  ...forms("vminu", "000100", "v x", V.I_MINU, NEITHER),
  ...forms("vmin", "000101", "v x", V.I_MIN, BOTH),
  ...forms("vmaxu", "000110", "v x", V.I_MAXU, NEITHER),
  ...forms("vmax", "000111", "v x", V.I_MAX, BOTH),
  ...forms("vand", "001001", "v x i", V.I_AND, BOTH),
  ...forms("vor", "001010", "v x i", V.I_OR, BOTH),
  ...forms("vxor", "001011", "v x i", V.I_XOR, BOTH),
  ...forms("vsll", "100101", "v x i", V.I_SLL, NEITHER, UNSIGNED),
  ...forms("vsrl", "101000", "v x i", V.I_SRL, NEITHER, UNSIGNED),
  ...forms("vsra", "101001", "v x i", V.I_SRA, { signed2: true }, UNSIGNED),
  ...forms("vnsrl", "101100", "v x i", V.I_SRL, { width: 1 }, NARROWS),
  ...forms("vnsra", "101101", "v x i", V.I_SRA, { width: 1, signed2: true }, NARROWS),
];

const CARRIES: readonly Row[] = [
  ...forms("vadc", "010000", "v x i", V.I_ADC, { carry: true }, CARRY),
  ...forms("vmadc", "010001", "v x i", V.I_MADC, { ...COMPARES, carry: true }, CARRY),
  ...forms("vmadc", "010001", "v x i", V.I_MADC, { ...COMPARES, carry: true }, NO_CARRY),
  ...forms("vsbc", "010010", "v x", V.I_SBC, { carry: true }, CARRY),
  ...forms("vmsbc", "010011", "v x", V.I_MSBC, { ...COMPARES, carry: true }, CARRY),
  ...forms("vmsbc", "010011", "v x", V.I_MSBC, { ...COMPARES, carry: true }, NO_CARRY),
  ...forms("vmerge", "010111", "v x i", V.I_MERGE, { ...BOTH, carry: true }, CARRY),
  ["010111 1 00000 rs1 000 rd 1010111", "vmv.v.v", "vd, vs1", integer(describe(V.I_MOVE, {}))],
  [
    "010111 1 00000 rs1 100 rd 1010111",
    "vmv.v.x",
    "vd, rs1",
    integer(describe(V.I_MOVE, { from: V.FROM_SCALAR }), register),
  ],
  [
    "010111 1 00000 imm[4:0] 011 rd 1010111",
    "vmv.v.i",
    "vd, imm",
    integer(describe(V.I_MOVE, { from: V.FROM_SCALAR }), number),
  ],
];

const COMPARISONS: readonly Row[] = [
  ...forms("vmseq", "011000", "v x i", V.I_SEQ, COMPARES_SIGNED),
  ...forms("vmsne", "011001", "v x i", V.I_SNE, COMPARES_SIGNED),
  ...forms("vmsltu", "011010", "v x", V.I_SLTU, COMPARES),
  ...forms("vmslt", "011011", "v x", V.I_SLT, COMPARES_SIGNED),
  ...forms("vmsleu", "011100", "v x i", V.I_SLEU, COMPARES),
  ...forms("vmsle", "011101", "v x i", V.I_SLE, COMPARES_SIGNED),
  ...forms("vmsgtu", "011110", "x i", V.I_SGTU, COMPARES),
  ...forms("vmsgt", "011111", "x i", V.I_SGT, COMPARES_SIGNED),
];

const FIXED: readonly Row[] = [
  ...forms("vsaddu", "100000", "v x i", V.I_SADDU, NEITHER),
  ...forms("vsadd", "100001", "v x i", V.I_SADD, BOTH),
  ...forms("vssubu", "100010", "v x", V.I_SSUBU, NEITHER),
  ...forms("vssub", "100011", "v x", V.I_SSUB, BOTH),
  ...forms("vsmul", "100111", "v x", V.I_SMUL, BOTH),
  ...forms("vssrl", "101010", "v x i", V.I_SSRL, NEITHER, UNSIGNED),
  ...forms("vssra", "101011", "v x i", V.I_SSRA, { signed2: true }, UNSIGNED),
  ...forms("vnclipu", "101110", "v x i", V.I_NCLIPU, { width: 1 }, NARROWS),
  ...forms("vnclip", "101111", "v x i", V.I_NCLIP, { width: 1, signed2: true }, NARROWS),
  ...opm("vaaddu", "001000", "v x", V.I_AADDU, NEITHER),
  ...opm("vaadd", "001001", "v x", V.I_AADD, BOTH),
  ...opm("vasubu", "001010", "v x", V.I_ASUBU, NEITHER),
  ...opm("vasub", "001011", "v x", V.I_ASUB, BOTH),
];

const MULTIPLY: readonly Row[] = [
  ...opm("vdivu", "100000", "v x", V.I_DIVU, NEITHER),
  ...opm("vdiv", "100001", "v x", V.I_DIV, BOTH),
  ...opm("vremu", "100010", "v x", V.I_REMU, NEITHER),
  ...opm("vrem", "100011", "v x", V.I_REM, BOTH),
  ...opm("vmulhu", "100100", "v x", V.I_MULHU, NEITHER),
  ...opm("vmul", "100101", "v x", V.I_MUL, BOTH),
  ...opm("vmulhsu", "100110", "v x", V.I_MULHSU, { signed2: true }),
  ...opm("vmulh", "100111", "v x", V.I_MULH, BOTH),
  ...opm("vmadd", "101001", "v x", V.I_MADD, BOTH, REVERSED),
  ...opm("vnmsub", "101011", "v x", V.I_NMSUB, BOTH, REVERSED),
  ...opm("vmacc", "101101", "v x", V.I_MACC, BOTH, REVERSED),
  ...opm("vnmsac", "101111", "v x", V.I_NMSAC, BOTH, REVERSED),
];

const WIDENING: readonly Row[] = [
  ...opm("vwaddu", "110000", "v x", V.I_ADD, WIDENS),
  ...opm("vwadd", "110001", "v x", V.I_ADD, { ...WIDENS, ...BOTH }),
  ...opm("vwsubu", "110010", "v x", V.I_SUB, WIDENS),
  ...opm("vwsub", "110011", "v x", V.I_SUB, { ...WIDENS, ...BOTH }),
  ...opm("vwaddu", "110100", "v x", V.I_ADD, WIDE_SECOND, WIDE),
  ...opm("vwadd", "110101", "v x", V.I_ADD, { ...WIDE_SECOND, ...BOTH }, WIDE),
  ...opm("vwsubu", "110110", "v x", V.I_SUB, WIDE_SECOND, WIDE),
  ...opm("vwsub", "110111", "v x", V.I_SUB, { ...WIDE_SECOND, ...BOTH }, WIDE),
  ...opm("vwmulu", "111000", "v x", V.I_MUL, WIDENS),
  ...opm("vwmulsu", "111010", "v x", V.I_MUL, { ...WIDENS, signed2: true }),
  ...opm("vwmul", "111011", "v x", V.I_MUL, { ...WIDENS, ...BOTH }),
  ...opm("vwmaccu", "111100", "v x", V.I_MACC, ACCUMULATES, REVERSED),
  ...opm("vwmacc", "111101", "v x", V.I_MACC, { ...ACCUMULATES, ...BOTH }, REVERSED),
  ...opm("vwmaccus", "111110", "x", V.I_MACC, { ...ACCUMULATES, signed2: true }, REVERSED),
  ...opm("vwmaccsu", "111111", "v x", V.I_MACC, { ...ACCUMULATES, signed1: true }, REVERSED),
];

const EXTENSIONS: readonly Row[] = [8, 4, 2].flatMap((factor) =>
  ["z", "s"].map((kind): Row => {
    const width = -Math.log2(factor);
    const vs1 = ((width + 4) * 2 + (kind === "s" ? 1 : 0)).toString(2).padStart(5, "0");
    const what = describe(V.I_EXTEND, { width, from: V.FROM_NONE, signed2: kind === "s" });
    return [`010010 vm rs2 ${vs1} 010 rd 1010111`, `v${kind}ext.vf${factor}`, "vd, vs2, vm", integer(what)];
  }),
);

function reduction(name: string, funct6: string, funct3: string, op: number, shape: Shape): Row {
  return [`${funct6} vm rs2 rs1 ${funct3} rd ${OP}`, `${name}.vs`, "vd, vs2, vs1, vm", reduce(describe(op, shape))];
}

const REDUCTIONS: readonly Row[] = [
  reduction("vredsum", "000000", OPMVV, V.R_SUM, BOTH),
  reduction("vredand", "000001", OPMVV, V.R_AND, BOTH),
  reduction("vredor", "000010", OPMVV, V.R_OR, BOTH),
  reduction("vredxor", "000011", OPMVV, V.R_XOR, BOTH),
  reduction("vredminu", "000100", OPMVV, V.R_MINU, NEITHER),
  reduction("vredmin", "000101", OPMVV, V.R_MIN, BOTH),
  reduction("vredmaxu", "000110", OPMVV, V.R_MAXU, NEITHER),
  reduction("vredmax", "000111", OPMVV, V.R_MAX, BOTH),
  reduction("vwredsumu", "110000", OPIVV, V.R_SUM, WIDENS),
  reduction("vwredsum", "110001", OPIVV, V.R_SUM, { ...WIDENS, ...BOTH }),
];

export const INTEGERS: readonly Row[] = [
  ...ADD_AND_LOGIC,
  ...CARRIES,
  ...COMPARISONS,
  ...FIXED,
  ...MULTIPLY,
  ...WIDENING,
  ...EXTENSIONS,
  ...REDUCTIONS,
];
