import { expect, it } from "vitest";
import { SparseMemory } from "./backends/sparse.js";

it("keeps what is appended in pieces of any length, and nothing for zeros", () => {
  const whole = new Uint8Array(300_000);
  whole.fill(7, 70_000, 70_100);
  whole[299_999] = 9;
  const image = new SparseMemory();
  for (let at = 0; at < whole.length; at += 12_345) image.append(whole.subarray(at, at + 12_345));
  const read = new Uint8Array(whole.length).fill(1);
  image.readSync(0, read);
  expect(read.every((byte, k) => byte === whole[k])).toBe(true);
  expect(image.size).toBe(300_000);
  expect(image.allocated).toBe(2 * 65536);
});

it("reads back writes across chunks and refuses what lies past the end", () => {
  const image = new SparseMemory();
  image.append(new Uint8Array(200_000));
  expect(image.allocated).toBe(0);
  const bytes = Uint8Array.from({ length: 1000 }, (_, k) => k & 255);
  image.writeSync(65_000, bytes);
  const read = new Uint8Array(1000);
  image.readSync(65_000, read);
  expect(read).toEqual(bytes);
  expect(() => image.writeSync(199_999, bytes)).toThrow();
});
