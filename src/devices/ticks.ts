// Exact conversion between nanoseconds of virtual time and ticks of a crystal. A plain multiplication would lose low bits
// after some seconds, and a timer could then fire a tick before its counter says so.

const NS_PER_S = 1_000_000_000;

/** Whole ticks of a clock of `hz` (below 9 MHz, so that products stay exact) in `ns` nanoseconds, rounded down. */
export function nsToTicks(ns: number, hz: number): number {
  const seconds = Math.floor(ns / NS_PER_S);
  const rest = ns - seconds * NS_PER_S;
  return seconds * hz + Math.floor((rest * hz) / NS_PER_S);
}

/** Nanoseconds until `ticks` ticks of a clock of `hz` have passed, rounded up: nsToTicks of the result gives `ticks`. */
export function ticksToNs(ticks: number, hz: number): number {
  const seconds = Math.floor(ticks / hz);
  const rest = ticks - seconds * hz;
  return seconds * NS_PER_S + Math.ceil((rest * NS_PER_S) / hz);
}
