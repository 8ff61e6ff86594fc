// How much a disk may do in a second (-drive throttling.*), as QEMU says it.

/** Bytes or requests a second; 0: as many as it likes. */
export interface Rate {
  readonly average: number;
  /** In a burst; 0: what a tenth of a second gives. */
  readonly most: number;
  /** Seconds that a burst may last. */
  readonly seconds: number;
}

export const DIRECTIONS = ["total", "read", "write"] as const;
export type Direction = (typeof DIRECTIONS)[number];
export const KINDS = ["bps", "iops"] as const;
export type Kind = (typeof KINDS)[number];

export interface ThrottleRules {
  readonly rates: Readonly<Partial<Record<`${Kind}-${Direction}`, Rate>>>;
  /** Larger requests count as several; 0: they do not. */
  readonly requestBytes: number;
  /** Disks of one group share the limits. */
  readonly group: string | undefined;
}
