// MASKMOVDQU and MASKMOVQ: stores the bytes of `data` whose mask byte has bit 7 set, at address `va` (imm).

import { FAULT_NONE, S_FAULT } from "../../../../src/layout/vcpu";
import { M_AC } from "../../../../src/arch/x86/layout";
import { mmuIndex, mode } from "../../../engine/state";
import { probeWrite, st8 } from "../../../engine/softmmu/access";
import { raiseMisaligned } from "../raise";

/** All of the operand, 8 or 16 bytes, has to be writable whatever the mask, even one of zeros, and is aligned to 8 where that is checked (SDM
 *  volume 2 leaves both to the processor). */
function storeChosen(cpu: i32, data: v128, mask: v128, va: u64, bytes: i32): u64 {
  if ((mode(cpu) & M_AC) != 0 && (va & 7) != 0) {
    raiseMisaligned(cpu, va);
    return 0;
  }
  const mmu = mmuIndex(cpu);
  if (!probeWrite(cpu, va, bytes, mmu)) return 0;
  const chosen = i8x16.bitmask(mask);
  const lo = <u64>i64x2.extract_lane(data, 0);
  const hi = <u64>i64x2.extract_lane(data, 1);
  for (let i = 0; i < bytes; i++) {
    if (((chosen >> i) & 1) == 0) continue;
    st8(cpu, va + i, <u32>((i < 8 ? lo : hi) >> ((i & 7) << 3)) & 0xff, mmu);
    if (load<i32>(cpu + S_FAULT) != FAULT_NONE) return 0;
  }
  return 0;
}

export function x86_maskmovdqu(cpu: i32, data: v128, mask: v128, va: u64): u64 {
  return storeChosen(cpu, data, mask, va, 16);
}

export function x86_maskmovq(cpu: i32, data: v128, mask: v128, va: u64): u64 {
  return storeChosen(cpu, data, mask, va, 8);
}
