// Tells the engine this guest's hooks.

import {
  E_HOOK_ATTENTION,
  E_HOOK_DELIVER,
  E_HOOK_MISALIGNED,
  E_HOOK_NO_CODE,
  E_HOOK_NO_DEVICE,
  E_HOOK_WALK,
} from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import { NAN_DEFAULT, fpRules } from "../../float/env";
import { walk } from "./paging";
import { misaligned, noCode, raiseAccess } from "./raise";
import { attention, deliver } from "./trap";

export function riscv_init(cpu: i32): void {
  store<i32>(ENGINE + E_HOOK_WALK, <i32>walk.index);
  store<i32>(ENGINE + E_HOOK_DELIVER, <i32>deliver.index);
  store<i32>(ENGINE + E_HOOK_ATTENTION, <i32>attention.index);
  store<i32>(ENGINE + E_HOOK_MISALIGNED, <i32>misaligned.index);
  store<i32>(ENGINE + E_HOOK_NO_CODE, <i32>noCode.index);
  store<i32>(ENGINE + E_HOOK_NO_DEVICE, <i32>raiseAccess.index);
  // Unprivileged 21.3, 21.2: the canonical NaN; a result is tiny after rounding.
  fpRules(NAN_DEFAULT, false, false);
}
