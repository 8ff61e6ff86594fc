// The machines that the page offers (guests.json). A folder of files need not have a list.

import { LISTING, type ListedGuest, readListing } from "../../guests/listing.js";

/** What a server says of a file that it does not have, or keeps for itself. */
const NO_FILE: readonly number[] = [401, 403, 404, 410];

/** The guests of a folder of files; none where it lists none. Rejects with a sentence for the user where the list is not one, and where it
 *  cannot be known whether there is one. */
export async function offeredGuests(filesUrl: URL): Promise<ListedGuest[]> {
  const { href } = new URL(LISTING, filesUrl);
  const response = await fetch(href).catch((error: Error) => {
    throw new Error(`${href}: cannot be fetched (${error.message})`);
  });
  if (NO_FILE.includes(response.status)) return [];
  if (!response.ok) throw new Error(`${href}: the server answers ${response.status} ${response.statusText}`.trimEnd());
  return readListing(await response.text(), href);
}

/** The guest of a name. Throws Error with a sentence for the user where it is not offered. */
export function chooseGuest(guests: readonly ListedGuest[], name: string): ListedGuest {
  const found = guests.find((guest) => guest.name === name);
  if (found) return found;
  const offered = guests.map((guest) => guest.name).join(", ");
  throw new Error(`?guest=${name}: ${offered ? `the page offers ${offered}` : "the page has no list of guests"}`);
}
