import { expect, it } from "vitest";
import { ArrivingImage } from "./backends/arriving.js";
import { MemoryOverlay } from "./overlay.js";

it("answers what is here and lets the rest wait", async () => {
  const image = new ArrivingImage(2000);
  image.append(new Uint8Array(600).fill(1));
  const bytes = new Uint8Array(512);
  expect(image.readSync(0, bytes)).toBe(true);
  expect(bytes[511]).toBe(1);
  expect(image.readSync(512, bytes)).toBe(false);
  let done = false;
  const read = image.read(1000, bytes).then(() => {
    done = true;
  });
  image.append(new Uint8Array(600).fill(2));
  await Promise.resolve();
  expect(done).toBe(false);
  image.append(new Uint8Array(800).fill(3));
  await read;
  expect([bytes[0], bytes[199], bytes[200]]).toEqual([2, 2, 3]);
  image.end();
  expect(image.readSync(1488, bytes)).toBe(true);
});

it("fails reads of what will not come, with a reason", async () => {
  const image = new ArrivingImage(2000);
  const waiting = image.read(0, new Uint8Array(100));
  image.append(new Uint8Array(50));
  image.end();
  await expect(waiting).rejects.toThrow("The image has 50 bytes instead of 2000");
  await expect(image.read(100, new Uint8Array(1))).rejects.toThrow("50 bytes");
  expect(image.readSync(0, new Uint8Array(50))).toBe(true);
});

it("takes writes through an overlay before the bytes below are here", async () => {
  const image = new ArrivingImage(1024);
  const disk = new MemoryOverlay(image);
  expect(disk.writeSync(512, new Uint8Array(512).fill(9))).toBe(true);
  image.append(new Uint8Array(1024).fill(1));
  const bytes = new Uint8Array(1024);
  await disk.read(0, bytes);
  expect([bytes[511], bytes[512]]).toEqual([1, 9]);
});
