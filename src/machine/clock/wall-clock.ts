// The date as the guest's real-time clock has it: -rtc.

import type { Clock, DeviceState, Stateful, WallClock } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";
import type { RtcConfig } from "../../options/config.js";

/** What the host says of time: milliseconds since 1970 UTC, and nanoseconds of its monotonic clock. */
export interface HostDate {
  date(): number;
  monotonic(): number;
}

/**
 * While virtual time is behind the host's by `owed` nanoseconds, the date is too: a kernel that reads it at its start and counts on by
 * its own clock would else be ahead by so much once that has caught up.
 * clock=host follows the host's date, clock=rt the host's monotonic clock, clock=vm virtual time. A fixed base counts
 * from it; localtime shifts by the host's time zone as it is at the time of reading.
 */
export function createWallClock(
  rtc: RtcConfig,
  host: HostDate,
  virtual: Clock,
  owed: () => number = () => 0,
): WallClock & Stateful {
  // From a fixed base in virtual time, which begins at 0, the host's date has no part.
  let start = typeof rtc.base === "number" && rtc.clock === "vm" ? 0 : host.date();
  let startMonotonic = host.monotonic();
  const running = (): number => {
    if (rtc.clock === "vm") return start + virtual.now() / 1e6;
    const behind = owed() / 1e6;
    if (rtc.clock === "rt") return start + (host.monotonic() - startMonotonic) / 1e6 - behind;
    return host.date() - behind;
  };
  const { base } = rtc;
  const now = (): number => {
    if (typeof base === "number") return base + running() - start;
    const utc = running();
    return base === "utc" ? utc : utc - new Date(utc).getTimezoneOffset() * 60_000;
  };
  return {
    now,
    stateVersion: 1,
    save(): DeviceState {
      // The monotonic clocks of two hosts have nothing in common but their rate.
      return { start, elapsed: rtc.clock === "rt" ? host.monotonic() - startMonotonic : 0 };
    },
    load(state: StateReader): void {
      start = state.num("start");
      startMonotonic = host.monotonic() - state.num("elapsed");
    },
  };
}
