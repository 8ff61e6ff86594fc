import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryBackend } from "./backends/memory.js";
import { type BlockBackend, BlockError } from "./interfaces.js";
import { MemoryOverlay } from "./overlay.js";
import { RawImage } from "./raw.js";
import { ReadOnly } from "./testing.js";

/** A back end without synchronous access, each operation a few microtasks long. */
function asynchronous(bytes: Uint8Array): BlockBackend {
  const memory = new MemoryBackend(bytes);
  const later = async () => {
    for (let i = 0; i < 3; i++) await undefined;
  };
  return {
    size: bytes.length,
    readOnly: false,
    read: (offset, into) => later().then(() => memory.read(offset, into)),
    write: (offset, from) => later().then(() => memory.write(offset, from)),
    flush: later,
    close: later,
  };
}

const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

describe("memory back end", () => {
  it("refuses what lies outside, naming the range", () => {
    const backend = new MemoryBackend(new Uint8Array(1024));
    expect(() => backend.readSync(1000, new Uint8Array(25))).toThrow(BlockError);
    expect(() => backend.readSync(1000, new Uint8Array(25))).toThrow(
      "Read of 25 bytes at offset 1000 is outside the image (1024 bytes)",
    );
    expect(() => backend.writeSync(-1, new Uint8Array(1))).toThrow("Write of 1 bytes at offset -1");
    expect(() => backend.readSync(2 ** 60, new Uint8Array(1))).toThrow(BlockError);
  });

  it("rejects, not throws, in the asynchronous forms", async () => {
    await expect(new MemoryBackend(new Uint8Array(8)).read(8, new Uint8Array(1))).rejects.toThrow(BlockError);
    await expect(new MemoryBackend(new Uint8Array(8), true).write(0, new Uint8Array(1))).rejects.toThrow("read-only");
  });
});

describe("raw", () => {
  it("pads to whole sectors with zeros", async () => {
    const image = new RawImage(new MemoryBackend(pattern(700)));
    expect(image.size).toBe(1024);
    const into = new Uint8Array(512).fill(9);
    expect(image.readSync(512, into)).toBe(true);
    expect(into.subarray(0, 188)).toEqual(pattern(700).subarray(512));
    expect(into.subarray(188).every((byte) => byte === 0)).toBe(true);
    const again = new Uint8Array(1024);
    await new RawImage(asynchronous(pattern(700))).read(0, again);
    expect(again.subarray(0, 700)).toEqual(pattern(700));
  });

  it("lengthens an image when the padding is written, or refuses", () => {
    const fixed = new RawImage(new MemoryBackend(new Uint8Array(700)));
    expect(fixed.writeSync(512, new Uint8Array(512))).toBe(true);
    expect(() => fixed.writeSync(512, new Uint8Array(512).fill(1))).toThrow("Write past byte 700");
    let bytes = new Uint8Array(700);
    const growing: BlockBackend = {
      ...asynchronous(bytes),
      get size() {
        return bytes.length;
      },
      writeSync: (offset, from) => new MemoryBackend(bytes).writeSync(offset, from),
      grow: (size) => {
        bytes = new Uint8Array(size);
      },
    };
    expect(new RawImage(growing).writeSync(512, new Uint8Array(512).fill(1))).toBe(true);
    expect(bytes.length).toBe(1024);
    expect(bytes[1023]).toBe(1);
  });
});

describe("read-only wrapper", () => {
  it("reads and refuses to write", async () => {
    const image = new ReadOnly(new MemoryBackend(pattern(512)));
    const into = new Uint8Array(512);
    expect(image.readSync(0, into)).toBe(true);
    expect(into).toEqual(pattern(512));
    await expect(image.write()).rejects.toThrow(BlockError);
  });
});

describe("overlay", () => {
  it("leaves the image below alone and writes whole sectors at once", () => {
    const below = pattern(200 * 1024);
    const overlay = new MemoryOverlay(asynchronous(below));
    expect(overlay.readSync(0, new Uint8Array(512))).toBe(false);
    expect(overlay.writeSync(65536 - 512, new Uint8Array(1024).fill(1))).toBe(true);
    const into = new Uint8Array(1024);
    expect(overlay.readSync(65536 - 512, into)).toBe(true);
    expect(into.every((byte) => byte === 1)).toBe(true);
    expect(Buffer.compare(below, pattern(200 * 1024))).toBe(0);
    expect(overlay.clusters.allocated).toBe(2 * 65536);
  });

  it("keeps both of two concurrent writes into one sector", async () => {
    const overlay = new MemoryOverlay(asynchronous(pattern(1024)));
    await Promise.all([
      overlay.write(10, Uint8Array.of(1, 2)),
      overlay.write(500, Uint8Array.of(3, 4)),
      overlay.write(0, new Uint8Array(8).fill(5)),
    ]);
    const expected = pattern(1024);
    expected.fill(5, 0, 8);
    expected.set([1, 2], 10);
    expected.set([3, 4], 500);
    const into = new Uint8Array(1024);
    await overlay.read(0, into);
    expect(into).toEqual(expected);
  });

  it("behaves as an array for any reads and writes", async () => {
    const size = 70000 * 2 + 100;
    const operation = fc.record({
      write: fc.boolean(),
      sync: fc.boolean(),
      offset: fc.nat(size - 1),
      length: fc.oneof(fc.nat(2000), fc.nat(size)),
      aligned: fc.boolean(),
      value: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 12 }), fc.boolean(), async (operations, slow) => {
        const expected = pattern(size);
        const overlay = new MemoryOverlay(slow ? asynchronous(pattern(size)) : new MemoryBackend(pattern(size)));
        for (const { write, sync, offset: start, length: wanted, aligned, value } of operations) {
          const offset = aligned ? start & ~511 : start;
          const length = Math.min(aligned ? wanted & ~511 : wanted, size - offset);
          const bytes = new Uint8Array(length).fill(value);
          if (write) {
            if (!sync || !overlay.writeSync(offset, bytes)) await overlay.write(offset, bytes);
            expected.set(bytes, offset);
          } else {
            if (!sync || !overlay.readSync(offset, bytes)) await overlay.read(offset, bytes);
            expect(Buffer.compare(bytes, expected.subarray(offset, offset + length))).toBe(0);
          }
        }
        const all = new Uint8Array(size);
        await overlay.read(0, all);
        expect(Buffer.compare(all, expected)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
