import { expect, it } from "vitest";
import { Download } from "./download.js";

const piece = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

it("has its whole size from the start where that is known, and tells what is here", async () => {
  let begun: Download | undefined;
  const file = new Download((of) => {
    begun = of;
  });
  file.begin(5);
  expect(begun).toBe(file);
  const { bytes } = file;
  expect(bytes.length).toBe(5);
  const two = file.arrived(2);
  const all = file.arrived(5);
  file.take(piece(1, 2, 3));
  expect(await two).toBe(3);
  expect([...bytes]).toEqual([1, 2, 3, 0, 0]);
  file.take(piece(4, 5));
  expect(await all).toBe(5);
  file.end();
  expect(await file.arrived(100)).toBe(5);
  expect(file.bytes).toBe(bytes);
});

it("takes what comes where the size is not known", async () => {
  const file = new Download(() => {
    throw new Error("no size");
  });
  file.begin(undefined);
  const all = file.arrived(Number.POSITIVE_INFINITY);
  for (let k = 0; k < 100; k++) file.take(piece(k, k));
  file.end();
  expect(await all).toBe(200);
  expect(file.bytes.length).toBe(200);
  expect([file.bytes[198], file.bytes[199]]).toEqual([99, 99]);
});

it("says when there are more or fewer bytes than were announced", () => {
  const more = new Download();
  more.begin(2);
  expect(() => more.take(piece(1, 2, 3))).toThrow("more than the 2 bytes");
  const fewer = new Download();
  fewer.begin(2);
  fewer.take(piece(1));
  expect(() => fewer.end()).toThrow("1 of 2 bytes");
});

it("fails those who wait for what does not come, and only those", async () => {
  const file = new Download();
  file.begin(10);
  const waiting = file.arrived(8);
  file.take(piece(1, 2, 3));
  file.fail(new Error("cut off"));
  await expect(waiting).rejects.toThrow("cut off");
  await expect(file.arrived(4)).rejects.toThrow("cut off");
  expect(await file.arrived(3)).toBe(3);
});
