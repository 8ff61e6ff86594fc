// What the page walk of a guest (E_HOOK_WALK) answers.

import { ACCESS_EXEC, ACCESS_WRITE, PERM_EXEC, PERM_READ, PERM_WRITE } from "../../../src/layout/access";
import { FAULT_NONE, S_WALK_PERM, S_WALK_PHYS, S_WALK_SHIFT } from "../../../src/layout/vcpu";

/** The page that the address is in: its physical address, what may be done there (PERM_*), and log2 of the bytes that the entry maps. */
export function walked(cpu: i32, phys: u64, perm: i32, shift: i32): i32 {
  store<u64>(cpu + S_WALK_PHYS, phys);
  store<i32>(cpu + S_WALK_PERM, perm);
  store<i32>(cpu + S_WALK_SHIFT, shift);
  return FAULT_NONE;
}

/** Whether rights are enough for an access. */
export function permits(perm: i32, access: i32): bool {
  return (perm & (access == ACCESS_WRITE ? PERM_WRITE : access == ACCESS_EXEC ? PERM_EXEC : PERM_READ)) != 0;
}
