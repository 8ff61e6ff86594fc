// Virtual time as helpers see it. Asking the host takes as long as a hundred guest instructions, in a browser as long as five hundred,
// and kernels read the time for every system call. So reads within a window after a read of the host's clock are extrapolated from the
// instruction count, slower than any host executes instructions: time never goes back. Devices use the host's time. After an access to
// a device the next read asks the host, so that a guest which compares clocks finds them equal. Record: clock-reads.

import { E_ICOUNT, E_ICOUNT_SHIFT } from "../../src/layout/engine";
import { S_TIME, S_TIME_COUNT, S_TIME_UNTIL } from "../../src/layout/vcpu";
import { TIME_LOOK_LEAST, TIME_LOOK_MOST, TIME_LOOK_NS, TIME_LOOK_SHIFT } from "../../src/tuning/engine";
import { now } from "./host";
import { engine, icount } from "./state";

/** Nanoseconds. */
export function virtualTime(cpu: i32): i64 {
  const count = icount(cpu);
  if (engine(E_ICOUNT)) return count << engine(E_ICOUNT_SHIFT);
  if (count < load<i64>(cpu + S_TIME_UNTIL))
    return load<i64>(cpu + S_TIME) + ((count - load<i64>(cpu + S_TIME_COUNT)) >> TIME_LOOK_SHIFT);
  const insns = count - load<i64>(cpu + S_TIME_COUNT);
  const before = load<i64>(cpu + S_TIME);
  const host = <i64>now();
  const until = count + untilNextLook(insns, host - before);
  // A browser's clock goes in steps. Where it is behind the extrapolated time, extrapolation goes on.
  const time = max(host, before + (min(insns, <i64>TIME_LOOK_MOST) >> TIME_LOOK_SHIFT));
  store<i64>(cpu + S_TIME, time);
  store<i64>(cpu + S_TIME_COUNT, count);
  store<i64>(cpu + S_TIME_UNTIL, until);
  return time;
}

/** Instructions that take TIME_LOOK_NS at the speed since the last look: `insns` took `nanoseconds`. */
function untilNextLook(insns: i64, nanoseconds: i64): i64 {
  if (nanoseconds <= 0) return TIME_LOOK_MOST;
  return max(<i64>TIME_LOOK_LEAST, min(<i64>TIME_LOOK_MOST, (insns * TIME_LOOK_NS) / nanoseconds));
}

/** The next read of time asks the host: time may have passed without instructions, or a device was given the host's time. */
export function forgetTime(cpu: i32): void {
  store<i64>(cpu + S_TIME_UNTIL, i64.MIN_VALUE);
}
