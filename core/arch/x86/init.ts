// Tells the engine this guest's hooks.

import {
  E_HOOK_ATTENTION,
  E_HOOK_DELIVER,
  E_HOOK_MISALIGNED,
  E_HOOK_NO_CODE,
  E_HOOK_WALK,
} from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import { X_EXC_NESTING } from "../../../src/arch/x86/layout";
import { NAN_FIRST, fpRules } from "../../float/env";
import { attention } from "./attention";
import { deliver } from "./deliver";
import { walk } from "./paging";
import { misaligned, noCode } from "./raise";

/** Stores the hooks' function-table indices in ENGINE; to be called once, before x86_reset. */
export function x86_init(cpu: i32): void {
  store<i32>(ENGINE + E_HOOK_WALK, <i32>walk.index);
  store<i32>(ENGINE + E_HOOK_DELIVER, <i32>deliver.index);
  store<i32>(ENGINE + E_HOOK_ATTENTION, <i32>attention.index);
  store<i32>(ENGINE + E_HOOK_MISALIGNED, <i32>misaligned.index);
  store<i32>(ENGINE + E_HOOK_NO_CODE, <i32>noCode.index);
  // SDM vol. 1, table 4-7 and 4.9.1.5.
  fpRules(NAN_FIRST, true, false);
  store<i32>(cpu + X_EXC_NESTING, -1);
}
