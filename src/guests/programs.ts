// The programs: one for each guest.

import type { GuestName } from "./guests.js";

/** The guest where nobody names one. */
export const DEFAULT_GUEST: GuestName = "x86_64";

/** As QEMU's programs are called. */
export function programName(guest: string): string {
  return `wasmachine-system-${guest}`;
}

const PROGRAM = /(?:^|[/\\])(?:wasmachine|qemu)-system-(\w+)$/;

/** Guests of QEMU's that run on the machines of another. */
const HOSTS: Readonly<Record<string, GuestName>> = { i386: "x86_64" };

/** The guest of a program's name, with its folder or without; undefined for any other word. There need not be such a guest here. */
export function programGuest(word: string): string | undefined {
  const name = PROGRAM.exec(word)?.[1];
  return name !== undefined && Object.hasOwn(HOSTS, name) ? HOSTS[name] : name;
}
