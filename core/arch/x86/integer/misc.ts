// CMPXCHG16B, BOUND, INTO, random numbers.

import { S_FAULT, S_WIDE } from "../../../../src/layout/vcpu";
import { EXC_SOFT, F_OF, RAX, RBX, RCX, RDX, X_EXC_NEXT } from "../../../../src/arch/x86/layout";
import { random } from "../../../engine/host";
import { compareExchange128 } from "../../../engine/softmmu/atomic128";
import { mmuIndex } from "../../../engine/state";
import { raise, raiseGP } from "../raise";
import { computeFlags } from "../flags";

/** a = linear address: 1 if the 16 bytes there equalled RDX:RAX and are now RCX:RBX; else 0, and RDX:RAX holds them. */
export function x86_cmpxchg16b(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const va = <u64>a;
  if (va & 15) {
    raiseGP(cpu, 0);
    return 0;
  }
  const expectedLow = load<u64>(cpu + RAX);
  const expectedHigh = load<u64>(cpu + RDX);
  if (compareExchange128(cpu, va, expectedLow, expectedHigh, load<u64>(cpu + RBX), load<u64>(cpu + RCX), mmuIndex(cpu)))
    return 1;
  if (load<i32>(cpu + S_FAULT)) return 0;
  store<u64>(cpu + RAX, load<u64>(cpu + S_WIDE));
  store<u64>(cpu + RDX, load<u64>(cpu + S_WIDE, 8));
  return 0;
}

/** index, lower bound, upper bound: #BR outside. */
export function x86_bound(cpu: i32, index: i64, lower: i64, upper: i64): i64 {
  if (index < lower || index > upper) raise(cpu, 5, 0, 0);
  return 0;
}

/** #OF, as by INT, when OF is set; a = the next program counter. */
export function x86_into(cpu: i32, next: i64, b: i64, c: i64): i64 {
  if (computeFlags(cpu) & F_OF) {
    store<i64>(cpu + X_EXC_NEXT, next);
    raise(cpu, 4, 0, EXC_SOFT);
  }
  return 0;
}

export function x86_random(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return <i64>(<u64>random() | ((<u64>random()) << 32));
}
