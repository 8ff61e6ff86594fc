// Fetching files with their progress in bytes.

import { MachineError } from "../machine/host.js";
import type { LoadProgress } from "../remote/api.js";

/** Bytes between two reports. */
const REPORT_BYTES = 256 << 10;

export interface Sink {
  /** Called once, before any bytes, with the size of the whole where the server says it. */
  begin?(size: number | undefined): void;
  take(bytes: Uint8Array): void;
}

/** The answer for `url`; undefined when there is no such file (404); rejects with MachineError for other failures. */
export async function request(name: string, url: string): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw failure(name, url, (error as Error).message);
  }
  if (response.ok && response.body) return response;
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  throw failure(name, url, `the server answered ${status(response)}`);
}

/**
 * Hands the bytes of `url` to `sink`, as they come. False when there is no such file (404); rejects with MachineError for
 * other failures.
 */
export async function download(
  name: string,
  url: string,
  progress: (progress: LoadProgress) => void,
  sink: Sink,
): Promise<boolean> {
  const response = await request(name, url);
  if (!response) return false;
  await receive(name, url, response, progress, sink);
  return true;
}

/**
 * Hands the bytes of an answer to `sink`, as they come. A server that compresses can say in `X-File-Size` how many bytes the
 * whole has.
 */
export async function receive(
  name: string,
  url: string,
  response: Response,
  progress: (progress: LoadProgress) => void,
  sink: Sink,
): Promise<void> {
  const total = size(response.headers);
  let loaded = 0;
  let reported = 0;
  sink.begin?.(total);
  progress({ name, loaded, total, done: false });
  try {
    const reader = response.body!.getReader();
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      loaded += value.length;
      sink.take(value);
      if (loaded - reported >= REPORT_BYTES) {
        reported = loaded;
        progress({ name, loaded, total, done: false });
      }
    }
  } catch (error) {
    throw failure(name, url, (error as Error).message);
  }
  progress({ name, loaded, total: loaded, done: true });
}

function failure(name: string, url: string, reason: string): MachineError {
  return new MachineError(`could not load '${name}' from ${url}: ${reason}`);
}

function status(response: Response): string {
  return response.statusText ? `${response.status} (${response.statusText})` : String(response.status);
}

/** Content-Length counts compressed bytes where there is compression. */
function size(headers: Headers): number | undefined {
  const text = headers.get("x-file-size") ?? (headers.get("content-encoding") ? null : headers.get("content-length"));
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Joins bytes that come in pieces. */
export class Collector implements Sink {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  take(bytes: Uint8Array): void {
    this.pieces.push(bytes);
    this.length += bytes.length;
  }

  /** The whole; the pieces are let go. */
  join(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.pieces.length = 0;
    return whole;
  }
}
