// Lazy arithmetic flags (CC_* of src/arch/x86/layout.ts) to CF PF AF ZF SF OF, conditions, and the whole of RFLAGS.

import { S_ATTENTION } from "../../../src/layout/vcpu";
import {
  CC_ADC,
  CC_ADD,
  CC_BMI,
  CC_DEC,
  CC_EFLAGS,
  CC_INC,
  CC_LOGIC,
  CC_MUL,
  CC_PART,
  CC_POPCNT,
  CC_SAR,
  CC_SBB,
  CC_SHL,
  CC_SUB,
  F_AF,
  F_CF,
  F_DF,
  F_IF,
  F_OF,
  F_PF,
  F_SF,
  F_ZF,
  X_CC_DST,
  X_CC_OP,
  X_CC_SRC,
  X_CC_SRC2,
  X_DF,
  X_FLAGS,
  X_IRQ,
} from "../../../src/arch/x86/layout";
import { F_ARITH } from "./bits";
import { updateMode } from "./mode";

/** CF PF AF ZF SF OF, as bits of RFLAGS. */
export function computeFlags(cpu: i32): i32 {
  const op = load<i32>(cpu + X_CC_OP);
  const kind = op & ~3;
  const a = load<u64>(cpu + X_CC_SRC);
  if (kind == CC_EFLAGS) return <i32>a & F_ARITH;
  const r = load<u64>(cpu + X_CC_DST);
  const bits: u64 = <u64>(8 << (op & 3));
  const mask: u64 = 0xffffffffffffffff >> (64 - bits);
  const dst = r & mask;
  const src = a & mask;
  const top = bits - 1;
  if (kind == CC_POPCNT) return dst == 0 ? F_ZF : 0;
  let flags = popcnt<u32>(<u32>dst & 0xff) & 1 ? 0 : F_PF;
  if (dst == 0) flags |= F_ZF;
  if ((dst >> top) & 1) flags |= F_SF;
  let cf = false;
  let overflow = false;
  let af = false;
  switch (kind) {
    case CC_ADD:
    case CC_ADC: {
      const carry = kind == CC_ADC ? load<u64>(cpu + X_CC_SRC2) & 1 : 0;
      const first = (dst - src - carry) & mask;
      cf = carry ? dst <= src : dst < src;
      overflow = ((((first ^ dst) & (src ^ dst)) >> top) & 1) != 0;
      af = ((first ^ src ^ dst) & 16) != 0;
      break;
    }
    case CC_SUB:
    case CC_SBB: {
      const carry = kind == CC_SBB ? load<u64>(cpu + X_CC_SRC2) & 1 : 0;
      const first = (dst + src + carry) & mask;
      cf = carry ? first <= src : first < src;
      overflow = ((((first ^ src) & (first ^ dst)) >> top) & 1) != 0;
      af = ((first ^ src ^ dst) & 16) != 0;
      break;
    }
    case CC_LOGIC:
      break;
    case CC_INC:
      cf = (a & 1) != 0;
      overflow = dst == (<u64>1) << top;
      af = (dst & 15) == 0;
      break;
    case CC_DEC:
      cf = (a & 1) != 0;
      overflow = dst == ((<u64>1) << top) - 1;
      af = (dst & 15) == 15;
      break;
    case CC_SHL:
      cf = ((src >> top) & 1) != 0;
      overflow = (((src ^ dst) >> top) & 1) != 0;
      break;
    case CC_SAR:
      cf = (src & 1) != 0;
      overflow = (((src ^ dst) >> top) & 1) != 0;
      break;
    case CC_MUL:
      cf = overflow = src != 0;
      break;
    case CC_BMI:
      cf = src == 0;
      break;
    case CC_PART:
      return flags | (<i32>a & (F_CF | F_AF | F_OF));
  }
  if (cf) flags |= F_CF;
  if (overflow) flags |= F_OF;
  if (af) flags |= F_AF;
  return flags;
}

/** Helper: CF PF AF ZF SF OF. */
export function x86_flags(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return <i64>computeFlags(cpu);
}

/** Helper: condition `cc` (the low 4 bits of Jcc's opcode) as 0 or 1. */
export function x86_cond(cpu: i32, cc: i64, b: i64, c: i64): i64 {
  return condition(computeFlags(cpu), <i32>cc) ? 1 : 0;
}

/** Condition `cc` of the given flags. */
export function condition(flags: i32, cc: i32): bool {
  let result = false;
  switch ((cc >> 1) & 7) {
    case 0:
      result = (flags & F_OF) != 0;
      break;
    case 1:
      result = (flags & F_CF) != 0;
      break;
    case 2:
      result = (flags & F_ZF) != 0;
      break;
    case 3:
      result = (flags & (F_CF | F_ZF)) != 0;
      break;
    case 4:
      result = (flags & F_SF) != 0;
      break;
    case 5:
      result = (flags & F_PF) != 0;
      break;
    case 6:
      result = ((flags & F_SF) != 0) != ((flags & F_OF) != 0);
      break;
    case 7:
      result = (flags & F_ZF) != 0 || ((flags & F_SF) != 0) != ((flags & F_OF) != 0);
      break;
  }
  return result != ((cc & 1) != 0);
}

/** The whole of RFLAGS. */
export function getFlags(cpu: i32): i32 {
  return load<i32>(cpu + X_FLAGS) | computeFlags(cpu) | (load<i32>(cpu + X_DF) < 0 ? F_DF : 0) | 2;
}

/** Sets the whole of RFLAGS and what follows from it (mode, interrupts that become deliverable). */
export function setFlags(cpu: i32, flags: i32): void {
  store<i32>(cpu + X_CC_OP, CC_EFLAGS);
  store<u64>(cpu + X_CC_SRC, <u64>(flags & F_ARITH));
  store<i32>(cpu + X_DF, flags & F_DF ? -1 : 1);
  setSystemFlags(cpu, flags);
}

/** Sets IF, which no translation depends on. */
export function setInterruptFlag(cpu: i32): void {
  store<u64>(cpu + X_FLAGS, load<u64>(cpu + X_FLAGS) | F_IF);
  if (load<i32>(cpu + X_IRQ)) store<i32>(cpu + S_ATTENTION, 1);
}

/** Sets the part of RFLAGS that X_FLAGS holds. */
export function setSystemFlags(cpu: i32, flags: i32): void {
  store<u64>(cpu + X_FLAGS, <u64>((flags & ~(F_ARITH | F_DF)) | 2));
  if ((flags & F_IF) != 0 && load<i32>(cpu + X_IRQ) != 0) store<i32>(cpu + S_ATTENTION, 1);
  updateMode(cpu);
}
