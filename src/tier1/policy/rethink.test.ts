// Which regions are given up together, and how often.

import { expect, it } from "vitest";
import { RETHINK_ENTRIES, RETHINK_LEAST, RETHINK_MOST_BYTES, RETHINK_PATIENCE_NS } from "../../tuning/engine.js";
import type { LiveRegion } from "../cache/live.js";
import { frequent, Rethinking } from "./rethink.js";

/** A region that starts at `phys` and has executed `warm` often. */
function region(phys: number, warm: readonly number[] = [phys], bytes = 100): LiveRegion {
  return {
    code: 0,
    bytes,
    mode: 0,
    entries: [{ phys, record: 0, seen: 0, missed: 0 }],
    blocks: [...warm, phys + 1],
    warm,
    spans: [],
    slot: 0,
    insns: 1,
    usedAt: 0,
    alive: true,
  };
}

const phys = (groups: readonly ReadonlySet<LiveRegion>[]) =>
  groups.map((group) => [...group].map((r) => r.entries[0]!.phys).sort((x, y) => x - y));

it("gives up together what leads to one another, and remembers what that executed often", () => {
  const [a, b, c, d, e] = [region(10, [10, 11]), region(20), region(30, [30, 31]), region(40), region(50)] as const;
  const rethinking = new Rethinking();
  const groups = rethinking.groups(
    [
      { from: a, to: b, times: 9 },
      { from: b, to: c, times: 8 },
      { from: d, to: e, times: 7 },
    ],
    0,
  );
  expect(phys(groups).sort()).toEqual([
    [10, 20, 30],
    [40, 50],
  ]);
  expect([...rethinking.codeAt(20)!].sort()).toEqual([10, 11, 20, 30, 31]);
  expect(rethinking.codeAt(60)).toBeUndefined();
});

it("leaves what has been chosen anew alone for a while, each time twice as long", () => {
  const pair = [{ from: region(10), to: region(20), times: 9 }];
  const rethinking = new Rethinking();
  const at = (now: number) => rethinking.groups([...pair], now).length;
  expect(at(0)).toBe(1);
  expect(at(RETHINK_PATIENCE_NS - 1)).toBe(0);
  expect(at(RETHINK_PATIENCE_NS)).toBe(1);
  expect(at(RETHINK_PATIENCE_NS * 3 - 1)).toBe(0);
  expect(at(RETHINK_PATIENCE_NS * 3)).toBe(1);
});

it("keeps apart what would be too large", () => {
  const half = RETHINK_MOST_BYTES / 2;
  const [a, b, c] = [region(10, [10], half), region(20, [20], half), region(30, [30], half)] as const;
  const groups = new Rethinking().groups(
    [
      { from: a, to: b, times: 9 },
      { from: b, to: c, times: 8 },
    ],
    0,
  );
  expect(phys(groups)).toEqual([[10, 20]]);
});

it("gives up once what is entered and misses", () => {
  const [a, b] = [region(10), region(20)] as const;
  const rethinking = new Rethinking();
  const within = { from: a, to: b, times: 9, crossing: 20 };
  expect(phys(rethinking.groups([within], 0))).toEqual([[10, 20]]);
  expect(rethinking.crossings.has(20)).toBe(true);
  expect(rethinking.groups([within], RETHINK_PATIENCE_NS)).toEqual([]);
  // Too early for these: noted when their time has come.
  const other = { ...within, crossing: 25 };
  expect(rethinking.groups([other], RETHINK_PATIENCE_NS - 1)).toEqual([]);
  expect(rethinking.crossings.has(25)).toBe(false);
  expect(phys(rethinking.groups([other], RETHINK_PATIENCE_NS))).toEqual([[10, 20]]);
});

it("takes what is frequent by itself, or together most of what there is, or misses", () => {
  const [a, b] = [region(10), region(20)] as const;
  const some = Math.ceil(RETHINK_ENTRIES * 0.6);
  const pair = [
    { from: a, to: b, times: some },
    { from: b, to: a, times: some },
  ];
  expect(frequent(pair, 4 * some)).toEqual([]);
  expect(frequent(pair, 2 * some)).toEqual(pair);
  expect(frequent(pair.slice(1), some)).toEqual([]);
  const often = { from: a, to: b, times: RETHINK_ENTRIES + 1 };
  expect(frequent([...pair, often], 10 * some)).toEqual([often]);
  const across = { from: a, to: b, times: RETHINK_LEAST + 1, crossing: 20 };
  expect(frequent([...pair, across], 10 * some)).toEqual([across]);
});
