// MASKMOVDQU and MASKMOVQ: stores the bytes of `data` whose mask byte has bit 7 set, at address `va` (imm).

import { FAULT_NONE, S_FAULT } from "../../../src/layout";
import { mmuIndex } from "../../state";
import { probeWrite, st8 } from "../../softmmu/access";

export function x86_maskmov(cpu: i32, data: v128, mask: v128, va: u64): u64 {
  const chosen = i8x16.bitmask(mask);
  if (chosen == 0) return 0;
  const mmu = mmuIndex(cpu);
  // Nothing is written unless all of it can be; bytes that are not chosen cannot fault. A fault names the first that fails.
  const inPage = 4096 - (<i32>va & 0xfff);
  const rest = inPage < 16 ? (chosen >> inPage) << inPage : 0;
  if (chosen != rest && !probeWrite(cpu, va + ctz(chosen), 1, mmu)) return 0;
  if (rest != 0 && !probeWrite(cpu, va + ctz(rest), 1, mmu)) return 0;
  const lo = <u64>i64x2.extract_lane(data, 0);
  const hi = <u64>i64x2.extract_lane(data, 1);
  for (let i = 0; i < 16; i++) {
    if (((chosen >> i) & 1) == 0) continue;
    st8(cpu, va + i, <u32>((i < 8 ? lo : hi) >> ((i & 7) << 3)) & 0xff, mmu);
    if (load<i32>(cpu + S_FAULT) != FAULT_NONE) return 0;
  }
  return 0;
}
