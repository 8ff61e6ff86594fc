// The bytes of the instruction that raised an exception, for what depends on which instruction it was.

import { ACCESS_READ } from "../../../src/layout/access";
import { FAULT_NONE, S_FAULT, S_WALK_PHYS } from "../../../src/layout/vcpu";
import { X_CR2 } from "../../../src/arch/x86/layout";
import { physHost } from "../../engine/physical";
import { mmuIndex } from "../../engine/state";
import { walk } from "./paging";

export const UNREADABLE: i32 = -1;

/** A byte of code, or UNREADABLE; leaves no fault behind. */
export function codeByte(cpu: i32, va: u64): i32 {
  const cr2 = load<u64>(cpu + X_CR2);
  if (walk(cpu, va, ACCESS_READ, mmuIndex(cpu)) != FAULT_NONE) {
    store<i32>(cpu + S_FAULT, FAULT_NONE);
    store<u64>(cpu + X_CR2, cr2);
    return UNREADABLE;
  }
  const host = physHost(load<u64>(cpu + S_WALK_PHYS));
  return host ? <i32>load<u8>(host + <i32>(va & 0xfff)) : UNREADABLE;
}

