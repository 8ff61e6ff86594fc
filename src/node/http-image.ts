// A disk image on a web server, read by ranges (RFC 9110, section 14) as the guest reads it. A server that has no ranges is refused, and
// so is an image that changes while it is used.

import { OnDemandImage } from "../block/backends/on-demand.js";
import { BlockError } from "../block/interfaces.js";
import { DISK_PIECE_BYTES, DISK_RETRY_MS } from "../tuning/host.js";

interface Part {
  readonly bytes: Uint8Array;
  readonly size: number;
  /** What tells this content of the file from another. */
  readonly version: string | null;
}

/** What will be no better the next time. */
class Final extends BlockError {}

export function isUrl(file: string): boolean {
  return /^https?:\/\//i.test(file);
}

/** Rejects with BlockError with one sentence saying why it cannot be used. */
export async function openHttpImage(url: string): Promise<OnDemandImage> {
  const first = await tried(url, 0, DISK_PIECE_BYTES, undefined);
  const fetchPiece = async (offset: number, length: number): Promise<Uint8Array> =>
    (await tried(url, offset, length, first)).bytes;
  return new OnDemandImage(first.size, fetchPiece, first.bytes);
}

/** Asked for again and again where the network fails. */
async function tried(url: string, offset: number, length: number, first: Part | undefined): Promise<Part> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await part(url, offset, length, first);
    } catch (error) {
      if (error instanceof Final || attempt >= DISK_RETRY_MS.length) {
        throw new BlockError(`Could not read '${url}' at offset ${offset}: ${reasonOf(error as Error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, DISK_RETRY_MS[attempt]));
    }
  }
}

async function part(url: string, offset: number, length: number, first: Part | undefined): Promise<Part> {
  const response = await fetch(url, {
    headers: { range: `bytes=${offset}-${offset + length - 1}`, "accept-encoding": "identity" },
  });
  const { status, headers } = response;
  const refuse = async (reason: string): Promise<never> => {
    await response.body?.cancel();
    throw new Final(reason);
  };
  if (status >= 500 || status === 429) {
    await response.body?.cancel();
    throw new Error(`the server answered ${status}`);
  }
  if (status === 200) await refuse("the server has no ranges, and sends the whole file");
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  if (status !== 206 || !range) return refuse(`the server answered ${status}`);
  const size = Number(range[3]);
  const version = headers.get("etag") ?? headers.get("last-modified");
  if (first && (size !== first.size || version !== first.version)) {
    return refuse("the file has been changed on the server");
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (Number(range[1]) !== offset || bytes.length !== Math.min(length, size - offset)) {
    throw new Error(`the server sent ${bytes.length} bytes from ${range[1]} on`);
  }
  return { bytes, size, version };
}

/** Of a failed connection the cause says more. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}
