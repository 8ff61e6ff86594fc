// Overlays on their way: what goes in comes out, and what is none is refused with a sentence.

import { expect, it } from "vitest";
import { MemoryBackend } from "../../block/backends/memory.js";
import { CLUSTER, SECTOR } from "../../block/clusters.js";
import { flatten, mapBytes } from "../../block/layers/flat.js";
import { Layers } from "../../block/layers/layers.js";
import { CutFolder } from "../../block/layers/testing.js";
import { type Part, pack, unpack } from "./container.js";

/** Two layers over a disk of fours, as files. */
async function files(): Promise<Map<string, Uint8Array>> {
  const folder = new CutFolder();
  const image = new MemoryBackend(new Uint8Array(3 * CLUSTER).fill(4), true);
  const layers = await Layers.open(folder, image);
  await layers.over(image).write(SECTOR, new Uint8Array(2 * SECTOR).fill(1));
  await layers.freeze();
  const disk = layers.over(image);
  await disk.write(2 * SECTOR, new Uint8Array(SECTOR).fill(2));
  await disk.write(2 * CLUSTER, new Uint8Array(CLUSTER).fill(3));
  await disk.flush();
  return new Map([...folder.files].map(([name, { bytes }]) => [name, bytes]));
}

const parts = (all: ReadonlyMap<string, Uint8Array>): Part[] =>
  [...all].map(([name, bytes]) => ({ name, contents: new Blob([bytes as Uint8Array<ArrayBuffer>]) }));

it("packs and unpacks files", async () => {
  const before = await files();
  const after = await unpack(pack(parts(before)));
  expect(after.map(({ name }) => name)).toEqual([...before.keys()]);
  for (const { name, contents } of after) {
    expect(new Uint8Array(await contents.arrayBuffer())).toEqual(before.get(name));
  }
});

it("makes one of several layers, and a layer of clusters", async () => {
  const { identity, clusters } = flatten(await files());
  expect(identity.size).toBe(3 * CLUSTER);
  expect(clusters.map(({ index }) => index)).toEqual([0, 2]);
  const [first] = clusters;
  expect([...first!.present.slice(0, 4)]).toEqual([0, 1, 1, 0]);
  expect([first!.data[SECTOR], first!.data[2 * SECTOR]]).toEqual([1, 2]);
  const data = new Uint8Array(2 * CLUSTER);
  for (const [k, cluster] of clusters.entries()) data.set(cluster.data, k * CLUSTER);
  const again = new Map([
    ["0.data", data],
    ["0.map0", mapBytes(identity, clusters)],
  ]);
  expect(flatten(again)).toEqual({ identity, clusters });
});

it("refuses what is none, not whole, or names other files", async () => {
  await expect(unpack(new Blob(["QFI\xfb"]))).rejects.toThrow("the file is no overlay that exportOverlay() gave");
  const whole = pack(parts(await files()));
  await expect(unpack(whole.slice(0, whole.size - 1))).rejects.toThrow(/and \d+ belong to it: it is not whole/);
  const elsewhere = pack([...parts(await files()), { name: "../x", contents: new Blob([]) }]);
  await expect(unpack(elsewhere)).rejects.toThrow("its list of layers cannot be read");
  expect(() => flatten(new Map([["0.data", new Uint8Array(5)]]))).toThrow("layer 0 has no header");
  expect(() => flatten(new Map())).toThrow("there is no layer");
});
