// What the machine says, on its way to the terminal. Drawing takes a processor that the machine could have: while there is more
// and more to show, it is shown some times a second; what comes after a pause, such as the echo of a key, at once.

import { SCREEN_MS } from "../../tuning/host.js";

/** The terminal, as far as it is used: `done` is called when the bytes have been taken in. */
export interface Sink {
  write(bytes: Uint8Array, done?: () => void): void;
}

/** Bytes that wait to be shown before the machine has to wait. */
const MOST_WAITING = 256 << 10;

/** A stream into the terminal; a machine that writes faster than the terminal draws has to wait. */
export function screenOf(terminal: Sink, now: () => number = () => performance.now()): WritableStream<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytesWaiting = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  /** Resolves when what waits has been shown, while something does. */
  let showing: Promise<void> | undefined;
  let taken: Promise<void> = Promise.resolve();

  const show = (): void => {
    shownAt = now();
    const pieces = waiting;
    waiting = [];
    bytesWaiting = 0;
    showing = undefined;
    taken = new Promise((resolve) => {
      pieces.forEach((bytes, n) => {
        terminal.write(bytes, n === pieces.length - 1 ? resolve : undefined);
      });
    });
  };
  return new WritableStream({
    async write(bytes) {
      await taken;
      waiting.push(bytes);
      bytesWaiting += bytes.length;
      if (!showing) {
        const left = shownAt + SCREEN_MS - now();
        if (left <= 0) return show();
        showing = new Promise((resolve) => setTimeout(resolve, left)).then(show);
      }
      if (bytesWaiting >= MOST_WAITING) await showing;
    },
    async close() {
      await showing;
      await taken;
    },
  });
}
