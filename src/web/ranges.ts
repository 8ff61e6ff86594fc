// Images of disks by HTTP ranges (RFC 9110, section 14): what the guest reads is fetched when it reads it.

import type { LoadProgress } from "../api/api.js";
import { OnDemandImage } from "../block/backends/on-demand.js";
import { BlockError } from "../block/interfaces.js";
import { DISK_PIECE_BYTES, DISK_RETRY_MS } from "../tuning/host.js";
import { request } from "./download.js";
import { fetchFrom } from "./fetch.js";
import type { Place } from "./names.js";

/** Makes whatever it is given count as a download under way. */
type Counted = <T>(action: () => Promise<T>) => Promise<T>;

interface Part {
  bytes: Uint8Array;
  start: number;
  /** Bytes of the whole. */
  size: number;
  /** What tells this content of the file from another. */
  version: string | null;
}

/**
 * An image to be fetched as it is read, or, from a server that has no ranges, the answer with the whole of it. Undefined when
 * there is no such file (404); rejects with MachineError for other failures. Reads that fail for good are told to `warn` too.
 */
export async function openByRanges(
  name: string,
  place: Place,
  counted: Counted,
  progress: (progress: LoadProgress) => void,
  warn: (message: string) => void,
): Promise<OnDemandImage | Response | undefined> {
  const begin = await requestRange(place, 0, DISK_PIECE_BYTES).catch(() => undefined);
  if (begin?.status === 200) return begin;
  const first = begin && (await partOf(begin).catch(() => undefined));
  // Also where a page may not see which part it got (another origin), and for an empty file, which has no range.
  if (first?.start !== 0 || first.bytes.length !== Math.min(first.size, DISK_PIECE_BYTES)) {
    return request(name, place);
  }
  progress({ name, loaded: first.bytes.length, total: first.size, done: true });
  const fetchPiece = async (offset: number, length: number): Promise<Uint8Array> => {
    try {
      return await counted(() => piece(first, place, offset, length));
    } catch (error) {
      const message = `could not load bytes ${offset} to ${offset + length} of '${name}' from ${place.url}: ${(error as Error).message}`;
      warn(message);
      throw new BlockError(message);
    }
  };
  return new OnDemandImage(first.size, fetchPiece, first.bytes);
}

/** Bytes of the same content as `first`; asked for again and again where the network fails. */
async function piece(first: Part, place: Place, offset: number, length: number): Promise<Uint8Array> {
  for (let attempt = 0; ; attempt++) {
    let reason: string;
    try {
      const response = await requestRange(place, offset, length);
      const part = await partOf(response);
      if (part && (part.size !== first.size || part.version !== first.version)) {
        throw new BlockError("the file has been changed on the server");
      }
      if (part?.start === offset && part.bytes.length === length) return part.bytes;
      reason = `the server answered ${response.status} instead of that part`;
    } catch (error) {
      if (error instanceof BlockError) throw error;
      reason = (error as Error).message;
    }
    if (attempt >= DISK_RETRY_MS.length) throw new Error(reason);
    await new Promise((resolve) => setTimeout(resolve, DISK_RETRY_MS[attempt]));
  }
}

function requestRange(place: Place, offset: number, length: number): Promise<Response> {
  return fetchFrom(place, { headers: { range: `bytes=${offset}-${offset + length - 1}` } });
}

/** What an answer has; undefined when it is no part, or does not say which. */
async function partOf(response: Response): Promise<Part | undefined> {
  const { headers } = response;
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  if (response.status !== 206 || !range || headers.has("content-encoding")) {
    await response.body?.cancel();
    return undefined;
  }
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    start: Number(range[1]),
    size: Number(range[3]),
    version: headers.get("etag") ?? headers.get("last-modified"),
  };
}
