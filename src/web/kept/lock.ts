// Who uses an overlay: one of the page's origin, in whichever tab and worker, until that worker ends.

import { IN_USE_TRIES, IN_USE_WAIT_MS } from "../../tuning/host.js";
import { inUse } from "./errors.js";

const lockOf = (name: string): string => `wasmachine overlay ${name}`;

/** Takes it; the function it gives lets it go. Rejects with BlockError while another one has it. */
export async function lockOverlay(name: string): Promise<() => void> {
  // The worker of a page that was reloaded may not have ended yet.
  for (let tries = IN_USE_TRIES; tries >= 0; tries--) {
    const release = await tryLock(name);
    if (release) return release;
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, IN_USE_WAIT_MS));
  }
  throw inUse(name);
}

export function tryLock(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(lockOf(name), { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(undefined);
      return new Promise<void>((release) => resolve(release));
    });
    held.catch(reject);
  });
}
