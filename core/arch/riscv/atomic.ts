// AMOCAS.Q: 16 bytes, which no atomic instruction of the host does.

import { RV_X } from "../../../src/arch/riscv/layout";
import { FAULT_NONE, FAULT_RETRY, S_FAULT, S_ONE_INSN, S_WIDE } from "../../../src/layout/vcpu";
import { compareExchange128 } from "../../engine/softmmu/atomic128";
import { mmuIndex, setFault } from "../../engine/state";
import { STORE_MISALIGNED } from "./bits";
import { raise } from "./raise";

// @ts-ignore: decorator
@inline function pairAt(cpu: i32, register: i32, half: i32): u64 {
  return register ? load<u64>(cpu + RV_X + ((register + half) << 3)) : 0;
}

export function riscv_amocas_q(cpu: i32, encoding: i64, va: i64, c: i64): i64 {
  const mmu = mmuIndex(cpu);
  if (va & 15) {
    raise(cpu, STORE_MISALIGNED, va);
    return 0;
  }
  // Executed on its own: nothing of it is done twice, and it ends its block.
  if (!load<i32>(cpu + S_ONE_INSN)) {
    setFault(cpu, FAULT_RETRY);
    return 0;
  }
  const rd = (<i32>encoding >> 7) & 31;
  const rs2 = (<i32>encoding >> 20) & 31;
  const low = pairAt(cpu, rs2, 0);
  const high = pairAt(cpu, rs2, 1);
  compareExchange128(cpu, va, pairAt(cpu, rd, 0), pairAt(cpu, rd, 1), low, high, mmu);
  if (load<i32>(cpu + S_FAULT) != FAULT_NONE) return 0;
  if (rd) {
    store<u64>(cpu + RV_X + (rd << 3), load<u64>(cpu + S_WIDE));
    store<u64>(cpu + RV_X + ((rd + 1) << 3), load<u64>(cpu + S_WIDE, 8));
  }
  return 0;
}
