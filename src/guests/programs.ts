// The programs: one for each guest.

import type { GuestName } from "./guests.js";
import { GUEST_TYPES } from "./list.js";

/** The guest where nobody names one. */
export const DEFAULT_GUEST: GuestName = GUEST_TYPES[0].name;

/** As QEMU's programs are called. */
export function programName(guest: GuestName): string {
  return `wasmachine-system-${guest}`;
}
