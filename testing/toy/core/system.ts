// The toy's helpers.

import { log } from "../../../core/engine/host";
import { compareExchange128 } from "../../../core/engine/softmmu/atomic128";
import { dropPage, dropSpace, switchSpace } from "../../../core/engine/softmmu/spaces";
import { flushPage, flushTlb } from "../../../core/engine/softmmu/tlb";
import { icount, mmuIndex } from "../../../core/engine/state";
import { LOG_UNIMPLEMENTED } from "../../../src/layout/log";
import { S_ATTENTION, S_FAULT, S_HALTED, S_PC, S_WIDE } from "../../../src/layout/vcpu";
import {
  CAUSE_ALIGNMENT,
  CAUSE_RIGHTS,
  CAUSE_TRAP,
  CAUSE_UNDEFINED,
  CONTROL_DROP_PAGE,
  CONTROL_DROP_SPACE,
  CONTROL_ENABLE,
  CONTROL_FLUSH,
  CONTROL_FLUSH_PAGE,
  CONTROL_SPACE,
  CONTROL_TABLES,
  CONTROL_VECTOR,
  FLAG_ODD,
  FLAG_PRODUCT,
  SYS_BASE,
  SYS_COUNT,
  SYS_EXCEPTION,
  SYS_HALT,
  SYS_PROGRAM,
  SYS_RETURN,
  SYS_TRAP,
  T_BASE,
  T_ENABLED,
  T_EXC_ADDRESS,
  T_EXC_CAUSE,
  T_EXC_ENABLED,
  T_EXC_PC,
  T_EXC_USER,
  T_FLAGS,
  T_REG,
  T_TABLES,
  T_USER,
  T_VECTOR,
} from "../layout";
import { updateMode, wanted } from "./cpu";
import { raise } from "./raise";

/** a: SYS_*; b: which register; c: program counter after the instruction, which is where it goes on unless it says otherwise. */
export function toy_sys(cpu: i32, what: i64, register: i64, next: i64): i64 {
  const at = cpu + T_REG + ((<i32>register) << 3);
  if (what == SYS_COUNT) {
    store<u64>(at, <u64>icount(cpu) & 0xffffffff);
    store<i64>(cpu + S_PC, next);
    return 0;
  }
  if (what == SYS_TRAP) {
    raise(cpu, CAUSE_TRAP, 0);
    return 0;
  }
  if (load<i32>(cpu + T_USER)) {
    raise(cpu, CAUSE_RIGHTS, 0);
    return 0;
  }
  const value = load<u64>(at);
  store<i64>(cpu + S_PC, next);
  switch (<i32>what) {
    case SYS_HALT:
      store<i32>(cpu + S_HALTED, 1);
      break;
    case SYS_RETURN:
      store<u64>(cpu + S_PC, load<u64>(cpu + T_EXC_PC));
      store<i32>(cpu + T_USER, load<i32>(cpu + T_EXC_USER));
      store<i32>(cpu + T_ENABLED, load<i32>(cpu + T_EXC_ENABLED));
      break;
    case SYS_BASE:
      store<u64>(cpu + T_BASE, value);
      break;
    case SYS_EXCEPTION:
      store<u64>(at, load<u64>(cpu + (value == 0 ? T_EXC_PC : value == 1 ? T_EXC_CAUSE : T_EXC_ADDRESS)));
      break;
    case SYS_PROGRAM:
      store<u64>(cpu + T_EXC_PC, value);
      store<i32>(cpu + T_EXC_USER, 1);
      store<i32>(cpu + T_EXC_ENABLED, 1);
      break;
  }
  updateMode(cpu);
  if (wanted(cpu)) store<i32>(cpu + S_ATTENTION, 1);
  return 0;
}

/** a: CONTROL_*; b: the register's value; c: program counter after the instruction. */
export function toy_control(cpu: i32, what: i64, value: i64, next: i64): i64 {
  if (load<i32>(cpu + T_USER)) {
    raise(cpu, CAUSE_RIGHTS, 0);
    return 0;
  }
  store<i64>(cpu + S_PC, next);
  switch (<i32>what) {
    case CONTROL_TABLES:
      store<i64>(cpu + T_TABLES, value);
      flushTlb(cpu, true);
      break;
    case CONTROL_VECTOR:
      store<i64>(cpu + T_VECTOR, value);
      break;
    case CONTROL_FLUSH_PAGE:
      flushPage(cpu, value);
      break;
    case CONTROL_FLUSH:
      flushTlb(cpu, value == 1);
      break;
    case CONTROL_ENABLE:
      store<i32>(cpu + T_ENABLED, <i32>value & 1);
      if (wanted(cpu)) store<i32>(cpu + S_ATTENTION, 1);
      break;
    case CONTROL_SPACE:
      switchSpace(cpu, <i32>value);
      break;
    case CONTROL_DROP_SPACE:
      dropSpace(cpu, <i32>value);
      break;
    case CONTROL_DROP_PAGE:
      dropPage(cpu, <i32>value & 0xfff, value & ~0xfff);
      break;
  }
  return 0;
}

function note(cpu: i32, flags: i32): void {
  store<i32>(cpu + T_FLAGS, load<i32>(cpu + T_FLAGS) | flags);
}

/** a, b: bits of numbers; c: 0 for their product, else its negative. What is tiny is 0, what is huge or no number is 1. */
export function toy_product(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const product = reinterpret<f32>(<i32>a) * reinterpret<f32>(<i32>b);
  const usual = Mathf.abs(product) > <f32>1.1754943508222875e-38 && Mathf.abs(product) < Infinity;
  note(cpu, usual ? FLAG_PRODUCT : FLAG_PRODUCT | FLAG_ODD);
  if (!usual) return Mathf.abs(product) <= <f32>1.1754943508222875e-38 ? 0 : 0x3f800000;
  return <i64>reinterpret<u32>(c == 0 ? product : -product);
}

/** a, b: bits of numbers. */
export function toy_less(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = reinterpret<f32>(<i32>a);
  const y = reinterpret<f32>(<i32>b);
  if (f32.eq(x, x) && f32.eq(y, y)) return i64(x < y);
  note(cpu, FLAG_ODD);
  return 2;
}

export function toy_undefined(cpu: i32, a: i64, b: i64, c: i64): i64 {
  log(LOG_UNIMPLEMENTED, <u32>a, 0, 1);
  raise(cpu, CAUSE_UNDEFINED, 0);
  return 0;
}

/** a: address. */
export function toy_swap16(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (a & 15) {
    raise(cpu, CAUSE_ALIGNMENT, <u32>a);
    return 0;
  }
  const r = cpu + T_REG;
  const equal = compareExchange128(
    cpu,
    a,
    load<u64>(r),
    load<u64>(r, 8),
    load<u64>(r, 16),
    load<u64>(r, 24),
    mmuIndex(cpu),
  );
  if (load<i32>(cpu + S_FAULT) != 0 || equal) return i64(equal);
  store<u64>(r, load<u32>(cpu + S_WIDE));
  store<u64>(r, load<u32>(cpu + S_WIDE, 8), 8);
  return 0;
}
