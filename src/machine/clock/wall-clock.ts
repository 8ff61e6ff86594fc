// The date as the guest's real-time clock has it: -rtc.

import type { Clock, WallClock } from "../../devices/interfaces.js";
import type { RtcConfig } from "../../options/config.js";

/** What the host says of time: milliseconds since 1970 UTC, and nanoseconds of its monotonic clock. */
export interface HostDate {
  date(): number;
  monotonic(): number;
}

/**
 * clock=host follows the host's date, clock=rt the host's monotonic clock, clock=vm virtual time. A fixed base counts
 * from it; localtime shifts by the host's time zone as it is at the time of reading.
 */
export function createWallClock(rtc: RtcConfig, host: HostDate, virtual: Clock): WallClock {
  const start = host.date();
  const startMonotonic = host.monotonic();
  const running = (): number => {
    if (rtc.clock === "vm") return start + virtual.now() / 1e6;
    if (rtc.clock === "rt") return start + (host.monotonic() - startMonotonic) / 1e6;
    return host.date();
  };
  const { base } = rtc;
  if (typeof base === "number") return { now: () => base + running() - start };
  if (base === "utc") return { now: running };
  return {
    now() {
      const utc = running();
      return utc - new Date(utc).getTimezoneOffset() * 60_000;
    },
  };
}
