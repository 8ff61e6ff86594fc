import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../block/backends/memory.js";
import { type BlockBackend, BlockError } from "../block/interfaces.js";
import { Layers } from "../block/layers/layers.js";
import { CutFolder } from "../block/layers/testing.js";
import type { DriveConfig, ReadErrors, WriteErrors } from "../options/config.js";
import { HostWork } from "./clock/scheduler.js";
import { diskErrors } from "./disk-errors.js";
import { closeDrives, openDrives } from "./drives.js";
import { TestHost } from "./testing.js";

const drive = (change: Partial<DriveConfig> = {}): DriveConfig => ({
  id: "d",
  file: "disk",
  interface: "virtio",
  readOnly: false,
  snapshot: false,
  writeCache: true,
  ignoreFlush: false,
  werror: "enospc",
  rerror: "report",
  ...change,
});

function setup(image: MemoryBackend) {
  const host = new TestHost();
  host.images.set("disk", image);
  return { host, work: new HostWork() };
}

describe("openDrives", () => {
  it("refuses a read-only image for writing, by name", async () => {
    const { host, work } = setup(new MemoryBackend(new Uint8Array(1024), true));
    await expect(openDrives([drive()], host, work)).rejects.toThrow("drive d: 'disk' is read-only");
    expect((await openDrives([drive({ readOnly: true })], host, work)).get("d")!.backend.readOnly).toBe(true);
  });

  it("keeps writes of a snapshot away from the image", async () => {
    const bytes = new Uint8Array(1024);
    const { host, work } = setup(new MemoryBackend(bytes));
    const { backend } = (await openDrives([drive({ snapshot: true })], host, work)).get("d")!;
    await backend.write(0, new Uint8Array(512).fill(1));
    expect(bytes[0]).toBe(0);
    const back = new Uint8Array(512);
    await backend.read(0, back);
    expect(back[0]).toBe(1);
  });

  it("keeps writes under a name, away from the image", async () => {
    const bytes = new Uint8Array(1024);
    const { host, work } = setup(new MemoryBackend(bytes));
    const named = [drive({ overlay: "work" })];
    await expect(openDrives(named, host, work)).rejects.toThrow(
      "drive d: overlay=opfs:work is a page's own file system",
    );
    const folder = new CutFolder();
    const pages = Object.assign(host, {
      openOverlay: async (_name: string, image: BlockBackend) => (await Layers.open(folder, image)).over(image),
    });
    const first = await openDrives(named, pages, work);
    await first.get("d")!.backend.write(0, new Uint8Array(512).fill(1));
    await expect(openDrives(named, pages, work)).rejects.toThrow("overlay 'test' is in use");
    await closeDrives(first.values());
    expect(bytes[0]).toBe(0);
    const back = new Uint8Array(512);
    await (await openDrives(named, pages, work)).get("d")!.backend.read(0, back);
    expect(back[0]).toBe(1);
    await expect(openDrives([drive({ overlay: "work", readOnly: true })], pages, work)).rejects.toThrow(
      "overlay=opfs:work keeps writes, and readonly=on allows none",
    );
  });

  it("rejects writes to a read-only drive and counts what is under way", async () => {
    const { host, work } = setup(new MemoryBackend(new Uint8Array(1024)));
    const { backend } = (await openDrives([drive({ readOnly: true })], host, work)).get("d")!;
    await expect(backend.write(0, new Uint8Array(512))).rejects.toThrow("read-only");
    const reading = backend.read(0, new Uint8Array(512));
    expect(work.busy).toBe(true);
    await reading;
    await Promise.resolve();
    expect(work.busy).toBe(false);
  });

  it("closes what it opened when a later drive fails", async () => {
    const image = new MemoryBackend(new Uint8Array(512));
    let closed = 0;
    image.close = async () => void closed++;
    const { host, work } = setup(image);
    await expect(openDrives([drive(), drive({ id: "e", file: "none" })], host, work)).rejects.toThrow("no image none");
    expect(closed).toBe(1);
  });

  it("refuses a damaged image by name, untouched, unless format=raw says to take it as it is", async () => {
    const bytes = new Uint8Array(1024);
    bytes.set([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]);
    const image = new MemoryBackend(bytes);
    let closed = 0;
    image.close = async () => void closed++;
    const { host, work } = setup(image);
    for (const change of [{}, { readOnly: true }, { snapshot: true }]) {
      await expect(openDrives([drive(change)], host, work)).rejects.toThrow(
        "drive d: 'disk' says clusters of 2^0 bytes, and 2^9 to 2^21 are possible",
      );
    }
    expect(closed).toBe(3);
    expect(bytes.subarray(0, 4)).toEqual(Uint8Array.of(0x51, 0x46, 0x49, 0xfb));
    const { backend } = (await openDrives([drive({ format: "raw" })], host, work)).get("d")!;
    await backend.write(0, new Uint8Array(512).fill(1));
    expect(bytes[0]).toBe(1);
    await backend.write(0, Uint8Array.of(0x51, 0x46, 0x49, 0xfb));
  });

  it("gives no image to two drives, unless both only read it", async () => {
    const { host, work } = setup(new MemoryBackend(new Uint8Array(1024)));
    const two = (first: Partial<DriveConfig>, second: Partial<DriveConfig>) =>
      openDrives([drive(first), drive({ id: "e", ...second })], host, work);
    const sentence =
      "drive e: 'disk' is the image of drive d already: use a copy of it, or let both only read it (readonly=on, snapshot=on)";
    await expect(two({}, {})).rejects.toThrow(sentence);
    await expect(two({}, { readOnly: true })).rejects.toThrow(sentence);
    await expect(two({ snapshot: true }, {})).rejects.toThrow(sentence);
    expect((await two({ snapshot: true }, { readOnly: true })).size).toBe(2);
    expect((await two({ locking: false }, { locking: false })).size).toBe(2);
  });

  it("warns of an empty image", async () => {
    const { host, work } = setup(new MemoryBackend(new Uint8Array(0)));
    expect((await openDrives([drive()], host, work)).get("d")!.backend.size).toBe(0);
    expect(host.warnings[0]).toContain("drive d: 'disk' is empty");
  });

  it("lets no guest make another format of an image whose format was not said", async () => {
    const { host, work } = setup(new MemoryBackend(new Uint8Array(1024)));
    const { backend } = (await openDrives([drive()], host, work)).get("d")!;
    await expect(backend.write(0, Uint8Array.of(0x51, 0x46, 0x49, 0xfb))).rejects.toThrow("format=raw allows it");
  });

  it("closes every disk at the end, also where one cannot be flushed, and says which", async () => {
    const image = new MemoryBackend(new Uint8Array(512));
    let closed = 0;
    image.close = async () => void closed++;
    image.flush = () => Promise.reject(new BlockError("EIO"));
    const { host, work } = setup(image);
    host.images.set("other", image);
    const drives = await openDrives([drive(), drive({ id: "e", file: "other" })], host, work);
    await expect(closeDrives(drives.values())).rejects.toThrow(/^drive d: EIO; drive e: EIO$/);
    expect(closed).toBe(2);
  });
});

describe("diskErrors", () => {
  const setup = (werror: WriteErrors, rerror: ReadErrors) => {
    const told: string[] = [];
    const decide = diskErrors("d", werror, rerror, {
      warn: (message) => told.push(message),
      stopForError: (message) => told.push(`stopped: ${message}`),
    });
    return { told, decide };
  };

  it.each([
    ["enospc", "report", ["stop", "report", "report"]],
    ["report", "stop", ["report", "report", "stop"]],
    ["ignore", "ignore", ["ignore", "ignore", "ignore"]],
    ["stop", "report", ["stop", "stop", "report"]],
  ] as const)("werror=%s,rerror=%s", (werror, rerror, expected) => {
    const { decide } = setup(werror, rerror);
    const failures = [
      [new BlockError("full", true), "write"],
      [new BlockError("EIO"), "write"],
      [new BlockError("EIO"), "read"],
    ] as const;
    expect(failures.map(([error, operation]) => decide(error, operation))).toEqual(expected);
  });

  it("tells of every stop, of other failures once", () => {
    const { told, decide } = setup("enospc", "report");
    decide(new BlockError("EIO"), "read");
    decide(new BlockError("EIO"), "write");
    decide(new BlockError("full", true), "write");
    decide(new BlockError("full", true), "write");
    expect(told).toEqual(["drive d: EIO", "stopped: drive d: full", "stopped: drive d: full"]);
  });
});
