// How long an acknowledgement takes, and when a segment is sent again (RFC 6298).

import { NET_RTO_FIRST_NS, NET_RTO_LEAST_NS, NET_RTO_MOST_NS } from "../../../tuning/network.js";

export class RoundTrip {
  /** Times that the timeout has doubled since something was acknowledged. */
  retries = 0;
  private smoothed: number | undefined;
  private variation = 0;

  /** A segment that was sent once was acknowledged after so many nanoseconds. */
  measured(ns: number): void {
    if (this.smoothed === undefined) {
      this.smoothed = ns;
      this.variation = ns / 2;
      return;
    }
    this.variation += (Math.abs(this.smoothed - ns) - this.variation) / 4;
    this.smoothed += (ns - this.smoothed) / 8;
  }

  get timeout(): number {
    const base = this.smoothed === undefined ? NET_RTO_FIRST_NS : this.smoothed + 4 * this.variation;
    return Math.min(Math.max(base, NET_RTO_LEAST_NS) * 2 ** this.retries, NET_RTO_MOST_NS);
  }
}
