// Address translation for the monitor and logs: no effects on the guest.

import { ACCESS_LOOK } from "../../../src/layout/access";
import { E_HOOK_WALK } from "../../../src/layout/engine";
import { FAULT_NONE, S_WALK_PHYS } from "../../../src/layout/vcpu";
import { engine } from "../state";

/** Physical address of a virtual one (halves) into S_WALK_PHYS as it is seen in an MMU mode; false when it is not mapped. */
export function debugTranslate(cpu: i32, lo: u32, hi: u32, mmu: i32): bool {
  const va = <u64>lo | ((<u64>hi) << 32);
  if (call_indirect<i32>(engine(E_HOOK_WALK), cpu, va, ACCESS_LOOK, mmu) != FAULT_NONE) return false;
  store<u64>(cpu + S_WALK_PHYS, load<u64>(cpu + S_WALK_PHYS) | (va & 0xfff));
  return true;
}
