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

/**
 * Hands the bytes of `url` to `sink`, as they come. False when there is no such file (404); rejects with MachineError for
 * other failures. A server that compresses can say in `X-File-Size` how many bytes the whole has.
 */
export async function download(
  name: string,
  url: string,
  progress: (progress: LoadProgress) => void,
  sink: Sink,
): Promise<boolean> {
  let loaded = 0;
  let total: number | undefined;
  let reported = 0;
  try {
    const response = await fetch(url);
    if (response.status === 404) {
      await response.body?.cancel();
      return false;
    }
    if (!response.ok || !response.body) {
      throw new MachineError(`could not load '${name}' from ${url}: the server answered ${status(response)}`);
    }
    total = size(response.headers);
    sink.begin?.(total);
    progress({ name, loaded, total, done: false });
    const reader = response.body.getReader();
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
    if (error instanceof MachineError) throw error;
    throw new MachineError(`could not load '${name}' from ${url}: ${(error as Error).message}`);
  }
  progress({ name, loaded, total: loaded, done: true });
  return true;
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
