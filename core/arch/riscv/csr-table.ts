// Control and status registers that are a slot: number, slot, bits that can be written, bits that are seen, feature, effect. What is more
// than that is in csr.ts.

import {
  FEATURE_STATEEN,
  RV_MCAUSE,
  RV_MCOUNTEREN,
  RV_MEDELEG,
  RV_MEPC,
  RV_MHARTID,
  RV_MIDELEG,
  RV_MIE,
  RV_MISA,
  RV_MSCRATCH,
  RV_MSTATEEN,
  RV_MTVAL,
  RV_MTVEC,
  RV_SCAUSE,
  RV_SCOUNTEREN,
  RV_SENVCFG,
  RV_SEPC,
  RV_SSCRATCH,
  RV_SSTATEEN,
  RV_STVAL,
  RV_STVEC,
} from "../../../src/arch/riscv/layout";
import {
  ALL_INTERRUPTS,
  CBCFE,
  CBIE,
  CBZE,
  FIOM,
  MEDELEG_WRITABLE,
  S_INTERRUPTS,
  STATEEN_ENVCFG,
  STATEEN_SE,
} from "./bits";

const ALL: u64 = -1;
const NONE: u64 = 0;
/** Of addresses of code and of vectors. */
const CODE: u64 = ~1;
const VECTOR: u64 = ~2;

export const EFFECT_NONE: u64 = 0;
/** S_MODE depends on it. */
export const EFFECT_MODE: u64 = 1;
/** Whether an interrupt is due depends on it. */
export const EFFECT_INTERRUPTS: u64 = 2;

const COLUMNS = 5;
const ROWS: StaticArray<u64> = [
  0x105,
  RV_STVEC,
  VECTOR,
  0,
  EFFECT_NONE,
  0x106,
  RV_SCOUNTEREN,
  0xffffffff,
  0,
  EFFECT_NONE,
  0x10a,
  RV_SENVCFG,
  FIOM | CBIE | CBCFE | CBZE,
  0,
  EFFECT_MODE,
  0x10c,
  RV_SSTATEEN,
  NONE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x10d,
  RV_SSTATEEN + 8,
  NONE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x10e,
  RV_SSTATEEN + 16,
  NONE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x10f,
  RV_SSTATEEN + 24,
  NONE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x140,
  RV_SSCRATCH,
  ALL,
  0,
  EFFECT_NONE,
  0x141,
  RV_SEPC,
  CODE,
  0,
  EFFECT_NONE,
  0x142,
  RV_SCAUSE,
  ALL,
  0,
  EFFECT_NONE,
  0x143,
  RV_STVAL,
  ALL,
  0,
  EFFECT_NONE,
  0x301,
  RV_MISA,
  NONE,
  0,
  EFFECT_NONE,
  0x302,
  RV_MEDELEG,
  MEDELEG_WRITABLE,
  0,
  EFFECT_NONE,
  0x303,
  RV_MIDELEG,
  S_INTERRUPTS,
  0,
  EFFECT_INTERRUPTS,
  0x304,
  RV_MIE,
  ALL_INTERRUPTS,
  0,
  EFFECT_INTERRUPTS,
  0x305,
  RV_MTVEC,
  VECTOR,
  0,
  EFFECT_NONE,
  0x306,
  RV_MCOUNTEREN,
  0xffffffff,
  0,
  EFFECT_NONE,
  0x30c,
  RV_MSTATEEN,
  STATEEN_ENVCFG | STATEEN_SE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x30d,
  RV_MSTATEEN + 8,
  STATEEN_SE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x30e,
  RV_MSTATEEN + 16,
  STATEEN_SE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x30f,
  RV_MSTATEEN + 24,
  STATEEN_SE,
  FEATURE_STATEEN,
  EFFECT_NONE,
  0x340,
  RV_MSCRATCH,
  ALL,
  0,
  EFFECT_NONE,
  0x341,
  RV_MEPC,
  CODE,
  0,
  EFFECT_NONE,
  0x342,
  RV_MCAUSE,
  ALL,
  0,
  EFFECT_NONE,
  0x343,
  RV_MTVAL,
  ALL,
  0,
  EFFECT_NONE,
  0xf14,
  RV_MHARTID,
  NONE,
  0,
  EFFECT_NONE,
];

/** Address of the row of a register, 0: it has none. */
export function rowOf(number: i32): usize {
  const rows = changetype<usize>(ROWS);
  const end = rows + <usize>(ROWS.length << 3);
  for (let row = rows; row < end; row += COLUMNS << 3) if (load<u64>(row) == <u64>number) return row;
  return 0;
}

// @ts-ignore: decorator
@inline export function slotOf(row: usize): i32 {
  return <i32>load<u64>(row, 8);
}
// @ts-ignore: decorator
@inline export function writableOf(row: usize): u64 {
  return load<u64>(row, 16);
}
// @ts-ignore: decorator
@inline export function featureOf(row: usize): i32 {
  return <i32>load<u64>(row, 24);
}
// @ts-ignore: decorator
@inline export function effectOf(row: usize): u64 {
  return load<u64>(row, 32);
}
