import { expect, it } from "vitest";
import { DISK_AHEAD_PIECES, DISK_PIECE_BYTES } from "../tuning/host.js";
import { OnDemandImage } from "./backends/on-demand.js";

const PIECES = 40;
const SIZE = PIECES * DISK_PIECE_BYTES + 700;

/** What the image has at an offset. */
function byteAt(offset: number): number {
  return (offset * 7 + Math.floor(offset / 4096)) & 0xff;
}

function source() {
  const asked: [number, number][] = [];
  const fetch = async (offset: number, length: number): Promise<Uint8Array> => {
    asked.push([offset / DISK_PIECE_BYTES, length / DISK_PIECE_BYTES]);
    return Uint8Array.from({ length }, (_, k) => byteAt(offset + k));
  };
  return { asked, fetch };
}

async function expectBytes(image: OnDemandImage, offset: number, length: number): Promise<void> {
  const bytes = new Uint8Array(length);
  await image.read(offset, bytes);
  expect(bytes.findIndex((byte, k) => byte !== byteAt(offset + k))).toBe(-1);
}

it("fetches what is read and keeps it", async () => {
  const { asked, fetch } = source();
  const image = new OnDemandImage(SIZE, fetch);
  const inPiece20 = 20 * DISK_PIECE_BYTES + 100;
  expect(image.readSync(inPiece20, new Uint8Array(512))).toBe(false);
  await expectBytes(image, inPiece20, 512);
  await expectBytes(image, inPiece20 + 5000, 512);
  expect(image.readSync(inPiece20, new Uint8Array(512))).toBe(true);
  expect(asked).toEqual([[20, 1]]);
  await expectBytes(image, SIZE - 600, 600);
  expect(asked[1]).toEqual([PIECES, 700 / DISK_PIECE_BYTES]);
});

it("fetches only what is missing of a read, once for all who wait", async () => {
  const { asked, fetch } = source();
  const image = new OnDemandImage(SIZE, fetch);
  await expectBytes(image, 12 * DISK_PIECE_BYTES, 1);
  await Promise.all([
    expectBytes(image, 10 * DISK_PIECE_BYTES - 5, 4 * DISK_PIECE_BYTES),
    expectBytes(image, 11 * DISK_PIECE_BYTES, 100),
  ]);
  expect(asked).toEqual([
    [12, 1],
    [9, 3],
    [13, 1],
  ]);
});

it("fetches more at once for who reads on", async () => {
  const { asked, fetch } = source();
  const start = Uint8Array.from({ length: DISK_PIECE_BYTES }, (_, k) => byteAt(k));
  const image = new OnDemandImage(SIZE, fetch, start);
  for (let piece = 0; piece < 30; piece++) await expectBytes(image, piece * DISK_PIECE_BYTES, 4096);
  expect(asked).toEqual([
    [1, 2],
    [3, 4],
    [7, 8],
    [15, 8],
    [23, 8],
  ]);
  expect(DISK_AHEAD_PIECES).toBe(8);
});

it("fails a read whose bytes do not come, and asks again for the next", async () => {
  const { fetch } = source();
  let broken = true;
  const image = new OnDemandImage(SIZE, (offset, length) =>
    broken ? Promise.reject(new Error("no network")) : fetch(offset, length),
  );
  await expect(image.read(5, new Uint8Array(10))).rejects.toThrow("no network");
  broken = false;
  await expectBytes(image, 5, 10);
});

it("knows its bounds", async () => {
  const image = new OnDemandImage(100, () => Promise.reject(new Error("asked")), new Uint8Array(100).fill(3));
  const bytes = new Uint8Array(100);
  expect(image.readSync(0, bytes)).toBe(true);
  expect(bytes[99]).toBe(3);
  await expect(image.read(50, new Uint8Array(51))).rejects.toThrow("outside the image (100 bytes)");
});
