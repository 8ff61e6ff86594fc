// `?files=` of a link to the page: another folder of files.

import { folderOf, httpUrl } from "../names.js";

export interface Link {
  filesUrl: URL;
  /** The host that the files come from, when that is neither the page's own origin nor one that its author trusts. */
  foreignHost: string | undefined;
}

/** The page's own folder of files. */
const OWN_FILES = "pack/";

/** `pageUrl` is where the page is, `origins` are those its author trusts. Throws Error with a sentence for the user. */
export function readLink(pageUrl: string, baseUrl: string, origins: readonly string[]): Link {
  const files = new URL(pageUrl).searchParams.get("files") ?? OWN_FILES;
  const url = httpUrl(files, baseUrl);
  if (!url) throw new Error(`?files=${files}: must be a folder's address, of http or https and without a user's name`);
  const own = url.origin === new URL(pageUrl).origin || origins.includes(url.origin);
  return {
    filesUrl: folderOf(url),
    foreignHost: own ? undefined : url.host,
  };
}
