// Loads, stores and moves of f registers, and what is done to their bits (unprivileged 21.5, 21.7, 21.9).

import type { IrBuilder, Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { helperId } from "../helpers.js";
import { HALF as HALF_WORD, DOUBLE as LONG, WORD } from "../integer/memory.js";
import type { Build } from "../row.js";
import type { Format } from "./format.js";
import { readsF, writesF } from "./unit.js";

/** MEM_* of its size, and its bits. */
const SIZES = { h: [HALF_WORD, 16], s: [WORD, 32], d: [LONG, 64] } as const;

export function loadF(format: Format): Build {
  const [size] = SIZES[format.letter];
  return writesF((e, insn) => format.set(e, insn.rd, e.b.load(Ty.I64, e.address(insn), size)));
}

/** What is lowest, boxed or not. */
export function storeF(format: Format): Build {
  const [size] = SIZES[format.letter];
  return readsF((e, insn) => e.b.store(e.address(insn), e.f(insn.rs2), size));
}

/** To an x register: sign-extended, boxed or not. */
export function toX(format: Format): Build {
  const [, bits] = SIZES[format.letter];
  return readsF((e, insn) => {
    const value = e.f(insn.rs1);
    e.setX(insn.rd, bits === 64 ? value : e.b.sext(value, bits));
  });
}

export function fromX(format: Format): Build {
  return writesF((e, insn) => format.set(e, insn.rd, e.x(insn.rs1)));
}

/** The sign of the result, given those of both operands. */
export type Sign = (b: IrBuilder, x: Value, y: Value) => Value;
export const same: Sign = (_b, _x, y) => y;
export const opposite: Sign = (b, _x, y) => b.not(y);
export const product: Sign = (b, x, y) => b.xor(x, y);

export function inject(sign: Sign, format: Format): Build {
  return writesF((e, { rd, rs1, rs2 }) => {
    const { b } = e;
    const x = format.get(e, rs1);
    const top = format.sign(e);
    const value = b.or(b.and(x, b.not(top)), b.and(sign(b, x, format.get(e, rs2)), top));
    format.set(e, rd, value);
  });
}

export function classify(format: Format): Build {
  const id = helperId(`riscv_fclass_${format.letter}`);
  return readsF((e, { rd, rs1 }) => e.setX(rd, e.b.call(id, format.get(e, rs1))));
}
