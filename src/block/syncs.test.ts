import { describe, expect, it } from "vitest";
import { Syncs } from "./syncs.js";

/** Syncs that end when the test says so. */
function setup() {
  const running: { end(error?: Error): void }[] = [];
  const syncs = new Syncs(
    () =>
      new Promise((resolve, reject) => {
        running.push({ end: (error) => (error ? reject(error) : resolve()) });
      }),
  );
  const log: string[] = [];
  const flush = (name: string): void => {
    syncs.flush().then(
      () => log.push(name),
      (error: Error) => log.push(`${name}: ${error.message}`),
    );
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await undefined;
  };
  return { syncs, running, log, flush, settle };
}

describe("Syncs", () => {
  it("does not take for granted what was there before", async () => {
    const { syncs, running, log, flush, settle } = setup();
    expect(syncs.done).toBe(false);
    flush("first");
    await settle();
    expect(log).toEqual([]);
    running[0]!.end();
    await settle();
    expect(log).toEqual(["first"]);
    expect(syncs.done).toBe(true);
    flush("nothing new");
    await settle();
    expect([log.length, running.length]).toEqual([2, 1]);
  });

  it("answers a second flush of the same writes with the first", async () => {
    const { syncs, running, log, flush, settle } = setup();
    syncs.wrote();
    flush("a");
    await settle();
    flush("b");
    await settle();
    expect(log).toEqual([]);
    running[0]!.end();
    await settle();
    expect(log).toEqual(["a", "b"]);
    expect(running).toHaveLength(1);
  });

  it("answers a flush after a write during a sync only when a second sync has ended, and several with one", async () => {
    const { syncs, running, log, flush, settle } = setup();
    syncs.wrote();
    flush("a");
    await settle();
    syncs.wrote();
    flush("b");
    syncs.wrote();
    flush("c");
    await settle();
    running[0]!.end();
    await settle();
    expect(log).toEqual(["a"]);
    expect(running).toHaveLength(2);
    expect(syncs.done).toBe(false);
    running[1]!.end();
    await settle();
    expect(log).toEqual(["a", "b", "c"]);
    expect(syncs.done).toBe(true);
  });

  it("fails every flush of what a failed sync was to write, and all that come later", async () => {
    const { syncs, running, log, flush, settle } = setup();
    syncs.wrote();
    flush("a");
    flush("b");
    await settle();
    syncs.wrote();
    flush("c");
    running[0]!.end(new Error("EIO"));
    await settle();
    syncs.wrote();
    flush("d");
    flush("e");
    await settle();
    expect(log).toEqual(["a: EIO", "b: EIO", "c: EIO", "d: EIO", "e: EIO"]);
    expect([syncs.done, running.length]).toEqual([false, 1]);
  });
});
