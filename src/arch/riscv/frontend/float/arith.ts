// Arithmetic and conversions: helpers, which are given the rounding mode and set fflags (unprivileged 21.6, 21.7).

import type { Value } from "../../../../ir/builder.js";
import { RV_RM } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Build } from "../row.js";
import type { Format } from "./format.js";
import { rounds } from "./unit.js";

/** rm: round to nearest, ties to even. */
const NEAREST = 0;

export function binary(name: string, format: Format): Build {
  const id = helperId(`riscv_${name}_${format.letter}`);
  return rounds((e, { rd, rs1, rs2 }, rm) =>
    format.set(e, rd, e.b.call(id, format.get(e, rs1), format.get(e, rs2), e.b.i64(rm))),
  );
}

export function root(format: Format): Build {
  return round("fsqrt", format);
}

/** Of one operand. */
export function round(name: string, format: Format): Build {
  const id = helperId(`riscv_${name}_${format.letter}`);
  return rounds((e, { rd, rs1 }, rm) => format.set(e, rd, e.b.call(id, format.get(e, rs1), e.b.i64(rm))));
}

/** rs1 * rs2 + rs3, where the product or what is added may be negated first: of a NaN nothing is seen of that. */
export function fused(negateProduct: boolean, negateAddend: boolean, format: Format): Build {
  const id = helperId(`riscv_fma_${format.letter}`);
  const near = format.letter === "h" ? undefined : helperId(`riscv_fma_near_${format.letter}`);
  const operand = (e: Emitter, register: number, negated: boolean) => {
    const value = format.get(e, register);
    return negated ? e.b.xor(value, format.sign(e)) : value;
  };
  return rounds((e, { rd, rs1, rs2, rs3 }, rm) => {
    const nearest = rm === NEAREST ? near : undefined;
    if (nearest === undefined) e.b.st(RV_RM, e.b.i32(rm));
    const [x, y, z] = [operand(e, rs1, negateProduct), format.get(e, rs2), operand(e, rs3, negateAddend)];
    format.set(e, rd, e.b.call(nearest ?? id, x, y, z));
  });
}

/** From a format to an integer: w, wu, l, lu. */
export function toInteger(integer: string, format: Format): Build {
  const id = helperId(`riscv_fcvt_${integer}_${format.letter}`);
  return rounds((e, { rd, rs1 }, rm) => {
    const result = e.b.call(id, format.get(e, rs1), e.b.i64(rm));
    e.setX(rd, result);
  });
}

type Extend = (e: Emitter, value: Value) => Value;
const FROM: Readonly<Record<string, readonly [helper: string, extend: Extend]>> = {
  w: ["l", (e, value) => e.b.sext(value, 32)],
  wu: ["l", (e, value) => e.b.zext(value, 32)],
  l: ["l", (_e, value) => value],
  lu: ["lu", (_e, value) => value],
};

export function fromInteger(integer: string, format: Format): Build {
  const [helper, extend] = FROM[integer]!;
  const id = helperId(`riscv_fcvt_${format.letter}_${helper}`);
  return rounds((e, { rd, rs1 }, rm) => format.set(e, rd, e.b.call(id, extend(e, e.x(rs1)), e.b.i64(rm))));
}

export function convert(to: Format, from: Format): Build {
  const id = helperId(`riscv_fcvt_${to.letter}_${from.letter}`);
  return rounds((e, { rd, rs1 }, rm) => to.set(e, rd, e.b.call(id, from.get(e, rs1), e.b.i64(rm))));
}
