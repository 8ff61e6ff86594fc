// A folder as a FAT32 disk, read as the format says: by cluster chains and names.

import { expect, it } from "vitest";
import type { BlockBackend } from "../interfaces.js";
import { type FatFile, type FatFolder, fatDisk } from "./disk.js";
import { shortName } from "./names.js";

const modified = new Date("2026-12-01T10:20:30Z");
const START = 2048 * 512;

function file(name: string, contents: Uint8Array): FatFile {
  return {
    name,
    modified,
    size: contents.length,
    read: async (offset, into) => into.set(contents.subarray(offset, offset + into.length)),
  };
}

/** Reads a disk by what its boot sector says. */
class Reader {
  private constructor(
    private readonly disk: BlockBackend,
    private readonly boot: DataView,
  ) {}

  static async open(disk: BlockBackend): Promise<Reader> {
    return new Reader(disk, await view(disk, START, 512));
  }

  async chain(first: number): Promise<Uint8Array> {
    const { boot, disk } = this;
    const cluster = boot.getUint8(13) * 512;
    const table = START + boot.getUint16(14, true) * 512;
    const data = table + boot.getUint8(16) * boot.getUint32(36, true) * 512;
    const all: Uint8Array[] = [];
    for (let at = first; at < 0x0ffffff8; at = (await view(disk, table + at * 4, 4)).getUint32(0, true)) {
      all.push(new Uint8Array((await view(disk, data + (at - 2) * cluster, cluster)).buffer));
    }
    return Buffer.concat(all);
  }

  /** Names and contents below a folder. */
  async list(first = this.boot.getUint32(44, true), prefix = ""): Promise<Map<string, Uint8Array>> {
    const bytes = await this.chain(first);
    const found = new Map<string, Uint8Array>();
    let name = "";
    for (let at = 0; bytes[at] !== 0; at += 32) {
      const entry = new DataView(bytes.buffer, bytes.byteOffset + at, 32);
      if (bytes[at + 11] === 0x0f) {
        const units = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].map((place) => entry.getUint16(place, true));
        name = String.fromCharCode(...units.filter((unit) => unit !== 0 && unit !== 0xffff)) + name;
        continue;
      }
      const cluster = entry.getUint16(20, true) * 65536 + entry.getUint16(26, true);
      const size = entry.getUint32(28, true);
      if (bytes[at + 11] === 0x20) {
        found.set(prefix + name, size === 0 ? new Uint8Array() : (await this.chain(cluster)).subarray(0, size));
      } else if (bytes[at + 11] === 0x10 && name !== "") {
        for (const [inner, contents] of await this.list(cluster, `${prefix}${name}/`)) found.set(inner, contents);
      }
      name = "";
    }
    return found;
  }
}

async function view(disk: BlockBackend, offset: number, length: number): Promise<DataView> {
  const bytes = new Uint8Array(length);
  await disk.read(offset, bytes);
  return new DataView(bytes.buffer);
}

it("has every file of a tree, by its own name", async () => {
  const large = new Uint8Array(10_000).map((_, k) => k * 7);
  const many = Array.from({ length: 300 }, (_, k) => file(`a longer name ${k}.text`, Uint8Array.of(k)));
  const inner: FatFolder = { name: "käse", modified, entries: [file("x", large), ...many] };
  const disk = fatDisk({
    name: "",
    modified,
    entries: [file("README", Uint8Array.of(1, 2)), file("empty", new Uint8Array()), inner],
  });
  expect(disk.readOnly).toBe(true);
  const mbr = await view(disk, 0, 512);
  expect([mbr.getUint8(450), mbr.getUint32(454, true) * 512, mbr.getUint16(510, true)]).toEqual([0x0c, START, 0xaa55]);
  const found = await (await Reader.open(disk)).list();
  expect(found.size).toBe(303);
  expect(found.get("README")).toEqual(Buffer.of(1, 2));
  expect(found.get("empty")).toEqual(new Uint8Array());
  expect(Buffer.from(found.get("käse/x")!).equals(large)).toBe(true);
  expect(found.get("käse/a longer name 299.text")).toEqual(Buffer.of(299 & 255));
});

it("gives each file a short name of its own", () => {
  const taken = new Set<string>();
  expect(["a.b.c", "a.b.c", ".x", "ÄÖ"].map((name) => shortName(name, taken))).toEqual([
    "A_B~1   C  ",
    "A_B~2   C  ",
    "_X~1       ",
    "__~1       ",
  ]);
});

it("refuses what FAT has no room for", () => {
  const big: FatFile = { name: "big", modified, size: 2 ** 32, read: async () => {} };
  expect(() => fatDisk({ name: "", modified, entries: [big] })).toThrow(
    "'big' has 4294967296 bytes: files of FAT have less than 4 GiB",
  );
});
