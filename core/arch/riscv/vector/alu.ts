// What an integer instruction does to an element (V 11, 12).

import {
  I_AADD,
  I_AADDU,
  I_ADC,
  I_ADD,
  I_AND,
  I_ASUB,
  I_ASUBU,
  I_DIV,
  I_DIVU,
  I_EXTEND,
  I_MACC,
  I_MADC,
  I_MADD,
  I_MAX,
  I_MAXU,
  I_MERGE,
  I_MIN,
  I_MINU,
  I_MOVE,
  I_MSBC,
  I_MUL,
  I_MULH,
  I_MULHSU,
  I_MULHU,
  I_NCLIP,
  I_NCLIPU,
  I_NMSAC,
  I_NMSUB,
  I_OR,
  I_REM,
  I_REMU,
  I_RSUB,
  I_SADD,
  I_SADDU,
  I_SBC,
  I_SEQ,
  I_SGTU,
  I_SLE,
  I_SLEU,
  I_SLL,
  I_SLT,
  I_SLTU,
  I_SMUL,
  I_SNE,
  I_SRA,
  I_SRL,
  I_SSRA,
  I_SSRL,
  I_SSUB,
  I_SSUBU,
  I_SUB,
  I_XOR,
} from "../../../../src/arch/riscv/vector";
import { mulHigh64 } from "../../../float/wide";
import * as fixed from "./fixed";

/**
 * `a` of vs2, `b` the second operand, extended as the row says; `d` of vd; `v` the bit of v0. `width`: that of the result, or of what is
 * compared; `shift`: the bits of b that count as a shift's distance.
 */
export function integer(cpu: i32, op: i32, a: i64, b: i64, d: i64, v: i32, width: i32, shift: i32): i64 {
  switch (op) {
    case I_ADD:
      return a + b;
    case I_SUB:
      return a - b;
    case I_RSUB:
      return b - a;
    case I_AND:
      return a & b;
    case I_OR:
      return a | b;
    case I_XOR:
      return a ^ b;
    case I_MINU:
      return <u64>a < <u64>b ? a : b;
    case I_MIN:
      return a < b ? a : b;
    case I_MAXU:
      return <u64>a > <u64>b ? a : b;
    case I_MAX:
      return a > b ? a : b;
    case I_SLL:
      return a << (b & shift);
    case I_SRL:
      return <u64>a >> (b & shift);
    case I_SRA:
      return a >> (b & shift);
    case I_MUL:
      return a * b;
    case I_MULHU:
      return width < 3 ? (a * b) >> (8 << width) : <i64>mulHigh64(a, b);
    case I_MULHSU:
      return width < 3 ? (a * b) >> (8 << width) : fixed.highSignedUnsigned(a, b);
    case I_MULH:
      return width < 3 ? (a * b) >> (8 << width) : fixed.highSigned(a, b);
    // No exceptions: as scalar ones (V 11.11).
    case I_DIVU:
      return b == 0 ? -1 : <u64>a / <u64>b;
    case I_DIV:
      return b == 0 ? -1 : b == -1 ? -a : a / b;
    case I_REMU:
      return b == 0 ? a : <u64>a % <u64>b;
    case I_REM:
      return b == 0 ? a : b == -1 ? 0 : a % b;
    case I_MACC:
      return d + a * b;
    case I_NMSAC:
      return d - a * b;
    case I_MADD:
      return b * d + a;
    case I_NMSUB:
      return a - b * d;
    case I_ADC:
      return a + b + v;
    case I_SBC:
      return a - b - v;
    case I_MERGE:
      return v ? b : a;
    case I_MOVE:
      return b;
    case I_EXTEND:
      return a;
    case I_SADDU:
      return fixed.addUnsigned(cpu, a, b, width);
    case I_SADD:
      return fixed.addSigned(cpu, a, b, width);
    case I_SSUBU:
      return fixed.subUnsigned(cpu, a, b);
    case I_SSUB:
      return fixed.subSigned(cpu, a, b, width);
    case I_AADDU:
      return fixed.averageAdd(cpu, a, b, width, false);
    case I_AADD:
      return fixed.averageAdd(cpu, a, b, width, true);
    case I_ASUBU:
      return fixed.averageSub(cpu, a, b, width, false);
    case I_ASUB:
      return fixed.averageSub(cpu, a, b, width, true);
    case I_SMUL:
      return fixed.multiplyFractions(cpu, a, b, width);
    case I_SSRL:
      return fixed.roundUnsigned(cpu, a, <i32>b & shift);
    case I_SSRA:
      return fixed.roundSigned(cpu, a, <i32>b & shift);
    case I_NCLIPU:
      return fixed.narrow(cpu, a, <i32>b & shift, width, false);
    case I_NCLIP:
      return fixed.narrow(cpu, a, <i32>b & shift, width, true);
    default:
      return bitOf(op, a, b, v, width) ? 1 : 0;
  }
}

/** Carries and comparisons. */
function bitOf(op: i32, a: i64, b: i64, v: i32, width: i32): bool {
  switch (op) {
    case I_MADC: {
      const sum = a + b;
      if (width < 3) return (sum + v) >> (8 << width) != 0;
      return <u64>sum < <u64>a || (v != 0 && sum == -1);
    }
    case I_MSBC:
      return <u64>a < <u64>b || (v != 0 && a == b);
    case I_SEQ:
      return a == b;
    case I_SNE:
      return a != b;
    case I_SLTU:
      return <u64>a < <u64>b;
    case I_SLT:
      return a < b;
    case I_SLEU:
      return <u64>a <= <u64>b;
    case I_SLE:
      return a <= b;
    case I_SGTU:
      return <u64>a > <u64>b;
    default:
      return a > b;
  }
}
