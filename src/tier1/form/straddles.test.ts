// Where accesses straddle pages, by the blocks they are in.

import { expect, it } from "vitest";
import { RETHINK_REMEMBERED } from "../../tuning/engine.js";
import { Straddles } from "./straddles.js";

it("finds an instruction in the blocks it belongs to", () => {
  const straddles = new Straddles();
  straddles.add(0x5010);
  expect(straddles.has(0x5010)).toBe(true);
  expect(straddles.has(0x5011)).toBe(false);
  expect(straddles.within(0x5010, 1)).toBe(true);
  expect(straddles.within(0x5000, 0x11)).toBe(true);
  expect(straddles.within(0x5000, 0x10)).toBe(false);
  expect(straddles.within(0x5011, 0x100)).toBe(false);
});

it("forgets the pages noted longest ago", () => {
  const straddles = new Straddles();
  straddles.add(0x1000);
  straddles.add(0x2000);
  straddles.add(0x1001);
  for (let page = 0; page < RETHINK_REMEMBERED - 1; page++) straddles.add((page + 0x100) * 4096);
  expect(straddles.has(0x2000)).toBe(false);
  expect(straddles.has(0x1000) && straddles.has(0x1001)).toBe(true);
});
