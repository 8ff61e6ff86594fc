// The programs: one for each guest.

import type { GuestName } from "./guests.js";

/** The guest where nobody names one. */
export const DEFAULT_GUEST: GuestName = "x86_64";

/** As QEMU's programs are called. */
export function programName(guest: GuestName): string {
  return `wasmachine-system-${guest}`;
}
