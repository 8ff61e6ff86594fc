// What rows say of their operands (../../../vector.ts), in words.

import * as V from "../../../vector.js";

export interface Shape {
  /** log2 of (width of vs2's elements / SEW). */
  width?: number;
  to?: number;
  from?: number;
  /** The second operand's elements, and those of vs2. */
  signed1?: boolean;
  signed2?: boolean;
  carry?: boolean;
  /** vd is an operand too. */
  accumulates?: boolean;
}

export function describe(op: number, { width = 0, to = V.TO_SAME, from = V.FROM_VECTOR, ...shape }: Shape): number {
  return (
    op |
    ((width + V.V_WIDTH_BIAS) << V.V_WIDTH_SHIFT) |
    (to << V.V_TO_SHIFT) |
    (from << V.V_FROM_SHIFT) |
    (shape.signed1 ? V.V_SIGNED1 : 0) |
    (shape.signed2 ? V.V_SIGNED2 : 0) |
    (shape.carry ? V.V_CARRY : 0) |
    (shape.accumulates ? V.V_ACCUMULATES : 0)
  );
}

// funct3 of the categories of instructions (V 10.1).
export const OPIVV = "000";
export const OPFVV = "001";
export const OPMVV = "010";
export const OPIVI = "011";
export const OPIVX = "100";
export const OPFVF = "101";
export const OPMVX = "110";
export const OP = "1010111";

export const MASKED = ", vm";
