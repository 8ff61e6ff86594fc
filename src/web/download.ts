// Fetching files with their progress in bytes.

import type { LoadProgress } from "../api/api.js";
import { type ArrivingFile, MachineError } from "../machine/host.js";
import { fetchFrom } from "./fetch.js";
import type { Place } from "./names.js";

/** Bytes between two reports. */
const REPORT_BYTES = 256 << 10;

/** What is downloaded goes there; what it throws is the end of it. */
export interface Sink {
  /** Called once, before any bytes, with the size of the whole where the server says it. */
  begin(size: number | undefined): void;
  take(bytes: Uint8Array): void;
  /** All of it has come. */
  end(): void;
}

/** The answer for a file; undefined when there is no such file (404); rejects with MachineError for other failures. */
export async function request(name: string, place: Place): Promise<Response | undefined> {
  const { url } = place;
  let response: Response;
  try {
    response = await fetchFrom(place);
  } catch (error) {
    throw failure(name, url, (error as Error).message, error);
  }
  if (response.ok && response.body) return response;
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  throw failure(name, url, `the server answered ${status(response)}`);
}

/**
 * Hands the bytes of a file to `sink`, as they come. False when there is no such file (404); rejects with MachineError for
 * other failures.
 */
export async function download(
  name: string,
  place: Place,
  progress: (progress: LoadProgress) => void,
  sink: Sink,
): Promise<boolean> {
  const response = await request(name, place);
  if (!response) return false;
  await receive(name, place.url, response, progress, sink);
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
  progress({ name, loaded, total, done: false });
  try {
    sink.begin(total);
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
    sink.end();
  } catch (error) {
    throw failure(name, url, (error as Error).message, error);
  }
  progress({ name, loaded, total: loaded, done: true });
}

function failure(name: string, url: string, reason: string, cause?: unknown): MachineError {
  return new MachineError(`could not load '${name}' from ${url}: ${reason}`, { code: "ERR_FILE", url, cause });
}

function status(response: Response): string {
  return response.statusText ? `${response.status} (${response.statusText})` : String(response.status);
}

/** Content-Length counts compressed bytes where there is compression. */
function size(headers: Headers): number | undefined {
  const text = headers.get("x-file-size") ?? (headers.get("content-encoding") ? null : headers.get("content-length"));
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** A file that is being downloaded; where its size is not known, that shows when it is here. */
export class Download implements Sink, ArrivingFile {
  bytes = new Uint8Array(0);
  private size: number | undefined;
  private count = 0;
  private ended = false;
  private failed: Error | undefined;
  private waiting: { count: number; resolve(count: number): void; reject(error: Error): void }[] = [];

  /** `onSize` is called as soon as `bytes` has its size. */
  constructor(private readonly onSize?: (file: Download) => void) {}

  begin(size: number | undefined): void {
    this.size = size;
    if (size === undefined) return;
    this.bytes = new Uint8Array(size);
    this.onSize?.(this);
  }

  take(piece: Uint8Array): void {
    const count = this.count + piece.length;
    if (count > this.bytes.length) {
      if (this.size !== undefined) throw new RangeError(`it has more than the ${this.size} bytes that were announced`);
      const larger = new Uint8Array(Math.max(count, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(piece, this.count);
    this.count = count;
    this.tell();
  }

  end(): void {
    if (this.size === undefined) this.bytes = this.bytes.subarray(0, this.count);
    else if (this.count < this.size) throw new RangeError(`it ended after ${this.count} of ${this.size} bytes`);
    this.ended = true;
    this.tell();
  }

  fail(error: Error): void {
    this.failed = error;
    this.tell();
  }

  arrived(count: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ count, resolve, reject });
      this.tell();
    });
  }

  private tell(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const one of waiting) {
      if (this.ended || this.count >= one.count) one.resolve(this.count);
      else if (this.failed) one.reject(this.failed);
      else this.waiting.push(one);
    }
  }
}
