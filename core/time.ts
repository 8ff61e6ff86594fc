// Virtual time as helpers see it. Asking the host takes as long as a hundred guest instructions, and kernels and programs look
// at the time once for every system call: for a few instructions after a look, time goes on by the instructions executed, a little
// slower than any host executes them, so it neither runs ahead nor back. Devices tell the host's time: after an access to
// one the next look is at the host, that a guest that compares clocks finds them equal.

import { ENGINE, E_ICOUNT, E_ICOUNT_SHIFT, E_TIME, E_TIME_COUNT, E_TIME_UNTIL } from "../src/layout";
import { TIME_LOOK_INSNS, TIME_LOOK_SHIFT } from "../src/tuning";
import { now } from "./host";
import { engine, icount } from "./state";

/** Nanoseconds. */
export function virtualTime(cpu: i32): i64 {
  const count = icount(cpu);
  if (engine(E_ICOUNT)) return count << engine(E_ICOUNT_SHIFT);
  if (count < load<i64>(ENGINE + E_TIME_UNTIL)) return load<i64>(ENGINE + E_TIME) + ((count - load<i64>(ENGINE + E_TIME_COUNT)) >> TIME_LOOK_SHIFT);
  const time = <i64>now();
  store<i64>(ENGINE + E_TIME, time);
  store<i64>(ENGINE + E_TIME_COUNT, count);
  store<i64>(ENGINE + E_TIME_UNTIL, count + TIME_LOOK_INSNS);
  return time;
}

/** The next look is at the host: time may have passed without instructions, or a device has told it. */
export function forgetTime(): void {
  store<i64>(ENGINE + E_TIME_UNTIL, i64.MIN_VALUE);
}
