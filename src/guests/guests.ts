import type { CpuChoice, GuestType } from "../arch/guest.js";
import { GUEST_TYPES } from "./list.js";

export type GuestName = (typeof GUEST_TYPES)[number]["name"];

/** A CPU as an object, typed by the rows of the guests. */
export type AnyCpuChoice = CpuChoice<(typeof GUEST_TYPES)[number]>;

/** The guest of a name. Throws Error where there is none. */
export function findGuest(name: string): GuestType {
  const found = GUEST_TYPES.find((type) => type.name === name);
  if (!found) throw new Error(`there is no guest '${name}'`);
  return found;
}

/** Imports the code of one. Rejects where there is none of that name. */
export async function loadGuest(name: string): Promise<void> {
  await findGuest(name).load();
}
