// What a format does with its file, a step at a time. Who does the steps is apart from what they are: the same code is done at once
// where the file answers at once, and waits where it does not.

import type { BlockBackend } from "../interfaces.js";

export interface Step {
  /** True when it was done; false, and nothing happened, when it has to be done later. */
  now(): boolean;
  later(): Promise<void>;
}

/** A piece of work that has its steps done by whoever runs it. */
export type Steps<T> = Generator<Step, T, void>;

/** In place of a result: some step has to wait. */
export const LATER = Symbol("later");

/** Does all steps at once; where one has to wait the work is given up, and what it was going to do is not done. */
export function runNow<T>(steps: Steps<T>): T | typeof LATER {
  let next = steps.next();
  while (!next.done) {
    let done: boolean;
    try {
      done = next.value.now();
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    if (!done) {
      steps.return(undefined as never);
      return LATER;
    }
    next = steps.next();
  }
  return next.value;
}

export async function runLater<T>(steps: Steps<T>): Promise<T> {
  let next = steps.next();
  while (!next.done) {
    try {
      if (!next.value.now()) await next.value.later();
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next();
  }
  return next.value;
}

/** Reads of another image, several at a time. */
export function reads(parts: readonly { image: BlockBackend; offset: number; into: Uint8Array }[]): Step {
  return {
    now: () => parts.every(({ image, offset, into }) => image.readSync?.(offset, into) ?? false),
    later: async () => {
      await Promise.all(parts.map(({ image, offset, into }) => image.read(offset, into)));
    },
  };
}
