// guests.json: the machines that the page offers. A folder of files need not have one.

export interface OfferedGuest {
  /** Its name in a link: `?guest=NAME`. */
  name: string;
  title: string;
  arguments: string;
}

const LISTING = "guests.json";

/** The guests of a folder of files; none where it lists none. Rejects with a sentence for the user where the list is not one. */
export async function offeredGuests(filesUrl: URL): Promise<OfferedGuest[]> {
  const url = new URL(LISTING, filesUrl);
  const response = await fetch(url).catch(() => undefined);
  return response?.ok ? readGuests(await response.text(), url.href) : [];
}

/** Throws Error with a sentence for the user. */
export function readGuests(text: string, url: string): OfferedGuest[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Error(`${url}: ${(error as Error).message}`);
  }
  if (!Array.isArray(list)) throw new Error(`${url}: must be a list of guests`);
  const names = new Set<string>();
  return list.map((one: unknown, k) => {
    const entry: Record<string, unknown> = typeof one === "object" && one !== null ? { ...one } : {};
    const field = (name: string): string => {
      const value = entry[name];
      if (typeof value !== "string" || value === "")
        throw new Error(`${url}: guest ${k + 1} has no "${name}", which must be a text`);
      return value;
    };
    const guest = { name: field("name"), title: field("title"), arguments: field("arguments") };
    if (names.has(guest.name)) throw new Error(`${url}: there are two guests of the name "${guest.name}"`);
    names.add(guest.name);
    return guest;
  });
}

/** The guest of a name. Throws Error with a sentence for the user where it is not offered. */
export function chooseGuest(guests: readonly OfferedGuest[], name: string): OfferedGuest {
  const found = guests.find((guest) => guest.name === name);
  if (found) return found;
  const offered = guests.map((guest) => guest.name).join(", ");
  throw new Error(`?guest=${name}: ${offered ? `the page offers ${offered}` : "the page has no list of guests"}`);
}
