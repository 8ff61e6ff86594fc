// CMPXCHG16B, BOUND, INTO, random numbers.

import { S_FAULT } from "../../../../src/layout/vcpu";
import { EXC_SOFT, F_OF, RAX, RBX, RCX, RDX, X_EXC_NEXT } from "../../../../src/arch/x86/layout";
import { random } from "../../../engine/host";
import { ld64, probeWrite, st64 } from "../../../engine/softmmu/access";
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
  const mmu = mmuIndex(cpu);
  if (!probeWrite(cpu, va, 16, mmu)) return 0;
  const low = ld64(cpu, va, mmu);
  if (load<i32>(cpu + S_FAULT)) return 0;
  const high = ld64(cpu, va + 8, mmu);
  if (load<i32>(cpu + S_FAULT)) return 0;
  const equal = low == load<u64>(cpu + RAX) && high == load<u64>(cpu + RDX);
  // The bus sees a write in either case.
  st64(cpu, va, equal ? load<u64>(cpu + RBX) : low, mmu);
  if (load<i32>(cpu + S_FAULT)) return 0;
  st64(cpu, va + 8, equal ? load<u64>(cpu + RCX) : high, mmu);
  if (load<i32>(cpu + S_FAULT)) return 0;
  if (equal) return 1;
  store<u64>(cpu + RAX, low);
  store<u64>(cpu + RDX, high);
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
  return <i64>(<u64>random() | (<u64>random() << 32));
}
