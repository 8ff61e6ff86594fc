// Instructions that do not exist here.

import { LOG_UNIMPLEMENTED } from "../../../src/layout/log";
import { log } from "../../engine/host";
import { raiseUD } from "./raise";

/** Helper: #UD. a = first 8 bytes of the instruction, b = its length; logged once for the same bytes by the host. */
export function x86_undefined(cpu: i32, a: i64, b: i64, c: i64): i64 {
  log(LOG_UNIMPLEMENTED, <u32>a, <u32>(a >> 32), <u32>b);
  return raiseUD(cpu);
}
