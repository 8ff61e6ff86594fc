// Where accesses cross pages, by the blocks they are in.

import { expect, it } from "vitest";
import { RETHINK_REMEMBERED } from "../../tuning/engine.js";
import { PageCrossings } from "./page-crossings.js";

it("finds an instruction in the blocks it belongs to", () => {
  const crossings = new PageCrossings();
  crossings.add(0x5010);
  expect(crossings.has(0x5010)).toBe(true);
  expect(crossings.has(0x5011)).toBe(false);
  expect(crossings.within(0x5010, 1)).toBe(true);
  expect(crossings.within(0x5000, 0x11)).toBe(true);
  expect(crossings.within(0x5000, 0x10)).toBe(false);
  expect(crossings.within(0x5011, 0x100)).toBe(false);
});

it("forgets the pages noted longest ago", () => {
  const crossings = new PageCrossings();
  crossings.add(0x1000);
  crossings.add(0x2000);
  crossings.add(0x1001);
  for (let page = 0; page < RETHINK_REMEMBERED - 1; page++) crossings.add((page + 0x100) * 4096);
  expect(crossings.has(0x2000)).toBe(false);
  expect(crossings.has(0x1000) && crossings.has(0x1001)).toBe(true);
});
