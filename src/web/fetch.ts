import type { Place } from "./names.js";

/** fetch(), whose answer may come only from the origins of the place; rejects when a redirection leads to another. */
export async function fetchFrom({ url, origins }: Place, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const { origin } = new URL(response.url || url, "http://no.origin");
  if (response.redirected && origins && !origins.has(origin)) {
    await response.body?.cancel();
    throw new ForeignRedirect(origin);
  }
  return response;
}

export class ForeignRedirect extends Error {
  constructor(origin: string) {
    super(`it redirects to ${origin}, which the page's author has not named`);
  }
}
