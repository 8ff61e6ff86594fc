import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../backends/memory.js";
import { CLUSTER, SECTOR } from "../clusters.js";
import type { BlockBackend } from "../interfaces.js";
import { Layers } from "./layers.js";
import { HEADER_BYTES, RECORD_BYTES } from "./record.js";
import { CutFolder } from "./testing.js";

const SIZE = 3 * CLUSTER + 5 * SECTOR + 100;

const image = (salt = 0): Uint8Array => new Uint8Array(SIZE).map((_, n) => (n >> 9) + n * 7 + salt);

async function open(folder: CutFolder, bytes = image()): Promise<{ layers: Layers; disk: BlockBackend }> {
  const base = new MemoryBackend(bytes, true);
  const layers = await Layers.open(folder, base);
  return { layers, disk: layers.over(base) };
}

async function all(disk: BlockBackend): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  return bytes;
}

describe("layers", () => {
  it("keep what was written for the next opening", async () => {
    const folder = new CutFolder();
    const before = await open(folder);
    await before.disk.write(CLUSTER - 700, new Uint8Array(2000).fill(9));
    await before.disk.flush();
    await before.disk.close();
    const expected = image();
    expected.fill(9, CLUSTER - 700, CLUSTER + 1300);
    const after = await open(folder);
    expect(Buffer.compare(await all(after.disk), expected)).toBe(0);
    expect(after.layers.allocated).toBe(2 * CLUSTER);
  });

  it("freeze: a generation stays as it is, and the next one goes on from it", async () => {
    const folder = new CutFolder();
    const { layers, disk } = await open(folder);
    disk.writeSync!(0, new Uint8Array(SECTOR).fill(1));
    expect(await layers.freeze()).toBe(0);
    const lower = folder.files.get("0.data")!.bytes.slice();
    const upper = layers.over(new MemoryBackend(image(), true));
    upper.writeSync!(SECTOR, new Uint8Array(SECTOR).fill(2));
    await upper.flush();
    await upper.close();
    expect(folder.files.get("0.data")!.bytes).toEqual(lower);
    const again = await open(folder);
    expect(again.layers.generation).toBe(1);
    const expected = image();
    expected.fill(1, 0, SECTOR);
    expected.fill(2, SECTOR, 2 * SECTOR);
    expect(Buffer.compare(await all(again.disk), expected)).toBe(0);
  });

  it("refuse another image, and one that is in use", async () => {
    const folder = new CutFolder();
    const { disk } = await open(folder);
    await expect(open(folder)).rejects.toThrow("overlay 'test' is in use");
    await disk.close();
    await expect(open(folder, image(1))).rejects.toThrow(
      "overlay 'test' belongs to another image (of the same size): use the image it was made with, or another name",
    );
    await open(folder);
  });

  it("say what is damaged, and throw nothing away", async () => {
    const folder = new CutFolder();
    const { disk } = await open(folder);
    disk.writeSync!(0, new Uint8Array(SECTOR));
    await disk.flush();
    await disk.close();
    const map = folder.files.get("0.map0")!;
    const good = map.bytes.slice();
    map.bytes[20]! ^= 1;
    await expect(open(folder)).rejects.toThrow("overlay 'test' is damaged: layer 0 has no header");
    map.bytes = good.slice();
    folder.files.get("0.data")!.truncate(0);
    await expect(open(folder)).rejects.toThrow(
      "overlay 'test' is damaged: its map has cluster 0 at place 0, which is not there",
    );
  });

  it("write a long map anew, which a cut at any moment survives", async () => {
    const folder = new CutFolder();
    const { disk } = await open(folder);
    disk.writeSync!(0, new Uint8Array(SECTOR).fill(3));
    await disk.flush();
    await disk.close();
    // The same record, 5,000 times more, as if sectors had come one by one.
    const map = folder.files.get("0.map0")!;
    const { encodeRecord } = await import("./record.js");
    const present = new Uint8Array(128).fill(1, 0, 1);
    for (let order = 1; order <= 5000; order++) {
      map.write(HEADER_BYTES + order * RECORD_BYTES, encodeRecord({ cluster: 0, slot: 0, present, order }));
    }
    map.flush();
    const again = await open(folder);
    expect(folder.files.get("0.map1")!.size).toBe(HEADER_BYTES + RECORD_BYTES);
    folder.cut(() => 0);
    const { disk: last } = await open(folder);
    expect((await all(last))[0]).toBe(3);
    expect(again.layers.generation).toBe(0);
  });

  it("after a failed flush every later one fails; no room is no such failure", async () => {
    const folder = new CutFolder();
    const { disk } = await open(folder);
    const data = folder.files.get("0.data")!;
    data.full = () => true;
    expect(() => disk.writeSync!(0, new Uint8Array(SECTOR))).toThrow("no room");
    data.full = () => false;
    disk.writeSync!(0, new Uint8Array(SECTOR));
    await disk.flush();
    disk.writeSync!(0, new Uint8Array(SECTOR));
    data.broken = () => true;
    await expect(disk.flush()).rejects.toThrow("EIO");
    data.broken = () => false;
    await expect(disk.flush()).rejects.toThrow("EIO");
  });
});
