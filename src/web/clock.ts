// The browser's monotonic clock in nanoseconds. Browsers round it (to 1 ms where the page is not isolated); a guest that
// reads a clock in a loop must see it move, so readings within one step of the host's clock creep on a little.

/** Nanoseconds a reading is later than the one before it, within a step of the host's clock. */
const CREEP = 20;
/** Farthest the creeping may get ahead of the host's clock, nanoseconds. */
const AHEAD = 900_000;

export function createMonotonicClock(host: () => number = () => performance.now()): () => number {
  let last = 0;
  return () => {
    const now = host() * 1e6;
    if (now > last) last = now;
    else if (last + CREEP - now < AHEAD) last += CREEP;
    return last;
  };
}
