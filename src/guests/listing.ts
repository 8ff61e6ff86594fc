// guests.json: the machines that a page offers, each with its command line. It stands in the folder that the page is served with.

export const LISTING = "guests.json";

export interface ListedGuest {
  /** Its name in a link to the page (?guest=NAME). */
  name: string;
  /** What people read. */
  title: string;
  /** Its command line; files are named as seen from the listing's folder. */
  arguments: string;
}

/** The guests of a listing, which is at `place`. Throws Error with a sentence for the user. */
export function readListing(text: string, place: string): ListedGuest[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Error(`${place}: ${(error as Error).message}`);
  }
  if (!Array.isArray(list)) throw new Error(`${place}: must be a list of guests`);
  const names = new Set<string>();
  return list.map((one: unknown, k) => {
    const entry: Record<string, unknown> = typeof one === "object" && one !== null ? { ...one } : {};
    const field = (name: string): string => {
      const value = entry[name];
      if (typeof value !== "string" || value === "")
        throw new Error(`${place}: guest ${k + 1} has no "${name}", which must be a text`);
      return value;
    };
    const guest = { name: field("name"), title: field("title"), arguments: field("arguments") };
    if (names.has(guest.name)) throw new Error(`${place}: there are two guests of the name "${guest.name}"`);
    names.add(guest.name);
    return guest;
  });
}
