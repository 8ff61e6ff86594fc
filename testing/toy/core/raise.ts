// Raising exceptions: the pending one is taken by the hook that delivers.

import { FAULT_EXCEPTION, S_FAULT } from "../../../src/layout/vcpu";
import { T_ADDRESS, T_CAUSE } from "../layout";

export function raise(cpu: i32, cause: i32, address: u32): i32 {
  store<i32>(cpu + T_CAUSE, cause);
  store<u32>(cpu + T_ADDRESS, address);
  store<i32>(cpu + S_FAULT, FAULT_EXCEPTION);
  return FAULT_EXCEPTION;
}
