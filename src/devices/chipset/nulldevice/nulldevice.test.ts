import { expect, test } from "vitest";
import { NullDevice } from "./nulldevice.js";

test("reads repeat the byte in every width", () => {
  const ones = new NullDevice("dma");
  expect([ones.read(0, 1), ones.read(0, 2), ones.read(0, 4)]).toEqual([0xff, 0xffff, 0xffffffff]);
  ones.write(0, 4, 0);
  expect(ones.read(0, 1)).toBe(0xff);
  expect(new NullDevice("x", 0).read(0, 4)).toBe(0);
});
