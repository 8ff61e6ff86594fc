// The runner: goes on after a kill, counts and keeps failures, begins anew where it cannot go on.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { caseSeed, type Proof } from "./proof.js";
import { runProof } from "./runner.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wasmachine-proof-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A proof whose calls are noted; the case `bad` fails, and the run is cut at the case `cut`. */
function toy(options: { bad?: number; cut?: number } = {}): Proof & { calls: [number, number, number][] } {
  const calls: [number, number, number][] = [];
  return {
    name: "toy",
    proves: "nothing at all",
    total: 10,
    batch: 3,
    sample: 1,
    calls,
    run(seed, first, count) {
      const has = (number: number | undefined) => number !== undefined && number >= first && number < first + count;
      if (has(options.cut)) throw new Error("killed");
      calls.push([seed, first, count]);
      return has(options.bad) ? [`case ${options.bad}`] : [];
    },
  };
}

const run = (proof: Proof, options: { count?: number; seed?: number; commit?: string; newSeed?: number } = {}) =>
  runProof(proof, {
    newSeed: 7,
    commit: "abc",
    places: { state: join(folder, "state"), results: join(folder, "results") },
    say: () => {},
    ...options,
  });

const result = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder, "results", "toy.json"), "utf8"));

describe("a proof", () => {
  it("is run batch by batch and its result written", async () => {
    const proof = toy({ bad: 4 });
    expect(await run(proof)).toMatchObject({ seed: 7, done: 10, failed: 1 });
    expect(proof.calls).toEqual([
      [7, 0, 3],
      [7, 3, 3],
      [7, 6, 3],
      [7, 9, 1],
    ]);
    expect(result()).toMatchObject({
      proof: "toy",
      cases: 10,
      seed: 7,
      failed: 1,
      failures: ["case 4"],
      commit: "abc",
    });
  });

  it("goes on where it was when it was killed", async () => {
    await expect(run(toy({ cut: 7, bad: 1 }))).rejects.toThrow("killed");
    expect(() => result()).toThrow();
    const proof = toy();
    await run(proof, { newSeed: 8 });
    expect(proof.calls).toEqual([
      [7, 6, 3],
      [7, 9, 1],
    ]);
    expect(result()).toMatchObject({ cases: 10, failed: 1, failures: ["case 1"] });
  });

  it("that was killed is recorded as far as it came, when no more is asked for", async () => {
    for (const count of [6, 2]) {
      await expect(run(toy({ cut: 7 }), { seed: 7 })).rejects.toThrow("killed");
      const proof = toy();
      expect(await run(proof, { count, newSeed: 8 })).toMatchObject({ seed: 7, done: 6 });
      expect(proof.calls).toEqual([]);
      expect(result()).toMatchObject({ cases: 6, seed: 7 });
      const next = toy();
      await run(next, { count, newSeed: 8 });
      expect(next.calls[0]![0]).toBe(8);
      rmSync(join(folder, "state"), { recursive: true });
    }
  });

  it.each([
    ["of another commit", { commit: "def" }, 7],
    ["of another seed", { seed: 9 }, 9],
  ])("%s begins anew", async (_, options, seed) => {
    await expect(run(toy({ cut: 7 }))).rejects.toThrow("killed");
    const proof = toy();
    await run(proof, options);
    expect(proof.calls[0]).toEqual([seed, 0, 3]);
  });

  it("that has ended is extended by a larger count of its seed, and else begins with a new seed", async () => {
    await run(toy(), { count: 4 });
    const more = toy();
    await run(more, { count: 6, seed: 7 });
    expect(more.calls).toEqual([[7, 4, 2]]);
    const again = toy();
    await run(again, { count: 6, newSeed: 8 });
    expect(again.calls[0]).toEqual([8, 0, 3]);
  });
});

it("cases have seeds of their own", () => {
  const seeds = new Set<number>();
  for (let seed = 0; seed < 100; seed++) for (let k = 0; k < 100; k++) seeds.add(caseSeed(seed, k));
  expect(seeds.size).toBeGreaterThan(9990);
});
