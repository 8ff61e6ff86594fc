// Where a name of the command line leads. Whoever writes the command line (a link, the guest's user) is not who made the page: a
// name stays inside the folder `filesUrl`, and an answer comes from the origins that the page's author trusts.

import { MachineError } from "../machine/host.js";

/** Where names that were not given with the machine are. */
export interface NamedFiles {
  /** A folder, as an absolute URL; undefined: there are none. */
  filesUrl: string | undefined;
  /** Origins that the page's author names: besides the page's own and that of `filesUrl`. */
  origins: readonly string[];
  /** The page's own origin. */
  pageOrigin: string;
}

/** An address, and the origins its answer may come from after redirections; undefined: from any. */
export interface Place {
  url: string;
  origins: ReadonlySet<string> | undefined;
}

/** A name that is meant as an address; other colons are part of a name. */
const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/|(data|blob|about|javascript|filesystem):)/i;
/** Times a server and what stands before it may decode a path. */
const DECODINGS = 4;

/** The place of a name; undefined when there are no named files. Throws MachineError for a name that leads elsewhere. */
export function locateName(name: string, { filesUrl, origins, pageOrigin }: NamedFiles): Place | undefined {
  if (filesUrl === undefined) return undefined;
  const folder = folderOf(filesUrl);
  const trusted = new Set([pageOrigin, folder.origin, ...origins]);
  if (ADDRESS.test(name)) {
    const url = httpUrl(name);
    if (url && origins.includes(url.origin)) return { url: url.href, origins: trusted };
    throw new MachineError(
      `could not load '${name}': a command line names files in ${folder.href}, no addresses (the page's author can name its origin)`,
      { code: "ERR_FILE" },
    );
  }
  const segments = name.split("/").filter((segment, at) => at === 0 || (segment !== "" && segment !== "."));
  if (name === "" || segments[0] === "" || segments.some(leavesFolder)) {
    throw new MachineError(
      `could not load '${name}': a command line names files in ${folder.href}, and this name leads out of it`,
      { code: "ERR_FILE" },
    );
  }
  const url = new URL(`./${segments.map(encodeURIComponent).join("/")}`, folder);
  // What the lines above have seen to already.
  if (!url.href.startsWith(folder.href)) throw new Error(`'${name}' has become ${url.href}`);
  return { url: url.href, origins: trusted };
}

/** `url` as a folder: without query and fragment, and with a slash at its end. */
export function folderOf(url: string | URL, base?: string): URL {
  const folder = new URL(url, base);
  folder.search = folder.hash = "";
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  return folder;
}

/** An address of http or https without a user's name; undefined for anything else. */
export function httpUrl(text: string, base?: string): URL | undefined {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    return undefined;
  }
  // The origin of a blob: is that of the page that made it.
  return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" ? url : undefined;
}

/** Whether a server that decodes once more than it should would take a part of a path for another folder. */
function leavesFolder(segment: string): boolean {
  let text = segment;
  for (let k = 0; k <= DECODINGS; k++) {
    if (text === ".." || /[\\/\0]/.test(text)) return true;
    try {
      text = decodeURIComponent(text);
    } catch {
      return false;
    }
  }
  return false;
}
