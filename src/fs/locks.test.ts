import { expect, it } from "vitest";
import { type RangeLock, RangeLocks } from "./locks.js";

const lock = (owner: string, start: number, end: number, exclusive = true): RangeLock => ({
  owner,
  pid: 1,
  exclusive,
  start,
  end,
});

it("keeps owners apart, and one's own locks never in one's way", () => {
  const locks = new RangeLocks();
  expect(locks.lock(lock("a", 0, 10))).toBe(true);
  expect(locks.lock(lock("b", 9, 20))).toBe(false);
  expect(locks.lock(lock("b", 10, Number.POSITIVE_INFINITY))).toBe(true);
  expect(locks.conflict(lock("a", 100, 101))).toMatchObject({ owner: "b", start: 10 });
  expect(locks.lock(lock("a", 2, 4, false))).toBe(true);
  expect([locks.conflict(lock("c", 2, 4, false)), locks.conflict(lock("c", 1, 2, false))?.start]).toEqual([
    undefined,
    0,
  ]);
  expect(locks.size).toBe(4);
});

it("lets go of a part in the middle, and of all that an owner has", () => {
  const locks = new RangeLocks();
  locks.lock(lock("a", 0, 10));
  locks.unlock({ owner: "b", start: 0, end: 10 });
  locks.unlock({ owner: "a", start: 3, end: 5 });
  expect([locks.lock(lock("b", 3, 5)), locks.lock(lock("b", 2, 3)), locks.lock(lock("b", 5, 6))]).toEqual([
    true,
    false,
    false,
  ]);
  locks.release("a");
  expect(locks.lock(lock("b", 0, 10))).toBe(true);
  expect(locks.size).toBe(1);
});
