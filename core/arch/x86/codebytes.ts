// The bytes of the instruction that raised an exception, for what depends on which instruction it was.

import { ACCESS_LOOK } from "../../../src/layout/access";
import { FAULT_NONE, S_WALK_PHYS } from "../../../src/layout/vcpu";
import { physHost } from "../../engine/physical";
import { mmuIndex } from "../../engine/state";
import { walk } from "./paging";

export const UNREADABLE: i32 = -1;

/** A byte of code, or UNREADABLE. */
export function codeByte(cpu: i32, va: u64): i32 {
  if (walk(cpu, va, ACCESS_LOOK, mmuIndex(cpu)) != FAULT_NONE) return UNREADABLE;
  const host = physHost(load<u64>(cpu + S_WALK_PHYS));
  return host ? <i32>load<u8>(host + <i32>(va & 0xfff)) : UNREADABLE;
}
