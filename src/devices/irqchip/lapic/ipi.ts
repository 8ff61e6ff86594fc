// Interrupts between processors: what a value of the interrupt command register sends, and to whom (Intel SDM volume 3, 11.6.1).

import type { ApicMessage } from "./bus.js";
import { DELIVER_FIXED, DELIVER_INIT, DELIVER_LOWEST, ICR_ASSERT, ICR_LEVEL, ICR_LOGICAL } from "./registers.js";

/** The destination shorthands, by their numbers. */
const RECEIVERS = ["destination", "self", "all", "others"] as const;

export interface Ipi {
  readonly message: ApicMessage;
  readonly to: (typeof RECEIVERS)[number];
  /** The destination is a logical one. */
  readonly logical: boolean;
}

/** What the low half of the register sends; undefined for nothing. */
export function ipiOf(icr: number): Ipi | "bad vector" | undefined {
  const vector = icr & 0xff;
  const mode = (icr >> 8) & 7;
  // INIT level de-assert only synchronised arbitration ids of old APICs.
  if (mode === DELIVER_INIT && icr & ICR_LEVEL && !(icr & ICR_ASSERT)) return undefined;
  if (vector < 16 && (mode === DELIVER_FIXED || mode === DELIVER_LOWEST)) return "bad vector";
  return {
    // IPIs are edge-triggered but for INIT de-assert, whatever the trigger bit says.
    message: { vector, mode, level: false },
    to: RECEIVERS[(icr >>> 18) & 3]!,
    logical: (icr & ICR_LOGICAL) !== 0,
  };
}
