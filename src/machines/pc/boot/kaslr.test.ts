import { gzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpackModule } from "../../../../testing/core.js";
import { parseElf } from "../../../boot/elf.js";
import { testRam } from "../../../boot/testing.js";
import { seededEntropy } from "../../../machine/entropy.js";
import { prepareBzImage } from "./bzimage.js";
import type { InitialCpu } from "./interfaces.js";
import { chooseBase, UNMOVED } from "./kaslr.js";
import { type LinuxHeader, readHeader } from "./linux.js";
import { readRelocations, relocate } from "./relocate.js";
import { testBzImage, testContext, testElf } from "./testing.js";

const MIB = 1 << 20;
const LINKED = 0x1000000;
const MAPPED = 0xffffffff80000000n;

/** A kernel: 64-bit address at 0, 32-bit address at 8, distance to per-CPU data at 12, in a segment and at the start of a second. */
function kernel(lists: readonly (readonly number[])[]): Uint8Array {
  const code = new DataView(new ArrayBuffer(0x40));
  code.setBigUint64(0, MAPPED + 0x1000010n, true);
  code.setUint32(8, 0x81000020, true);
  code.setInt32(12, -0x1000, true);
  const data = new DataView(new ArrayBuffer(0x20));
  data.setBigUint64(8, 0xfffffffffff00000n, true);
  const segment = (address: number, view: DataView, size: number) => ({
    ...{ address, virtual: MAPPED + BigInt(address), bytes: [...new Uint8Array(view.buffer)], size },
  });
  const elf = testElf({
    ...{ bits: 64, entry: LINKED },
    segments: [segment(LINKED, code, 0x40), segment(LINKED + 0x10000, data, 0x100)],
  });
  const end = Math.ceil(elf.length / 4) * 4;
  const words = Uint32Array.from(lists.flatMap((list) => [0, ...list]));
  const file = new Uint8Array(end + 64 + words.byteLength);
  file.set(elf);
  // One section header of 64 bytes, behind which the table lies.
  const head = new DataView(file.buffer);
  head.setBigUint64(0x28, BigInt(end), true);
  head.setUint16(0x3a, 64, true);
  head.setUint16(0x3c, 1, true);
  file.set(new Uint8Array(words.buffer), end + 64);
  return file;
}

const TABLE = [[0x81000000, 0x81010008], [0x8100000c], [0x81000008]];

describe("relocations", () => {
  it("are found behind the file, in the form with and without per-CPU distances", () => {
    const find = (lists: readonly (readonly number[])[]) => {
      const file = kernel(lists);
      return readRelocations(file, parseElf(file));
    };
    expect(find(TABLE)).toEqual({
      wide: Uint32Array.of(LINKED, LINKED + 0x10008),
      shrinking: Uint32Array.of(LINKED + 12),
      narrow: Uint32Array.of(LINKED + 8),
    });
    expect(find([TABLE[0]!, TABLE[2]!])!.shrinking).toHaveLength(0);
    for (const bad of [[], [[]], [[], [], [], []], [[0x81000000], [], [0x8100003d]], [[0x80000000], [], []]]) {
      expect(find(bad), JSON.stringify(bad)).toBeUndefined();
    }
  });

  it("of a tail of zeros are none, which is seen at once", () => {
    // Millions of lists of nothing took minutes, in which no signal was heard.
    const file = kernel([new Array<number>(1 << 22).fill(0)]);
    const begun = performance.now();
    expect(readRelocations(file, parseElf(file))).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it("move addresses, with a carry, and shrink distances", () => {
    const image = new Uint8Array(24);
    const view = new DataView(image.buffer);
    view.setBigUint64(0, 0xffffffff_ffe00000n, true);
    view.setUint32(8, 0x81000020, true);
    view.setInt32(12, -0x1000, true);
    const at = (place: number) => Uint32Array.of(LINKED + place);
    relocate(image, LINKED, { wide: at(0), narrow: at(8), shrinking: at(12) }, 0x400000);
    expect(view.getBigUint64(0, true)).toBe(0x200000n);
    expect(view.getUint32(8, true)).toBe(0x81400020);
    expect(view.getInt32(12, true)).toBe(-0x401000);
  });
});

describe("the base", () => {
  const header = { prefAddress: LINKED, initSize: 64 * MIB, alignment: 2 * MIB } as LinuxHeader;
  const choose = (words: string, usual = true, end = 512 * MIB, seed = 1) =>
    chooseBase(header, words, usual, end, seededEntropy(seed));

  it("is the linked one where it is not wanted", () => {
    expect(choose("quiet nokaslr")).toBe(UNMOVED);
    expect(choose("kaslr nokaslr")).toBe(UNMOVED);
    expect(choose("quiet", false)).toBe(UNMOVED);
    expect(choose("kaslr", false)).not.toBe(UNMOVED);
    expect(choose("xnokaslr")).not.toBe(UNMOVED);
  });

  it("is any aligned one that has room, the first and the last too", () => {
    const seen = { physical: new Set<number>(), virtual: new Set<number>() };
    for (let seed = 0; seed < 4000; seed++) {
      const { physical, virtual } = choose("", true, 100 * MIB, seed);
      seen.physical.add(physical);
      seen.virtual.add(virtual);
    }
    const all = (room: number) => Array.from({ length: 1 + room / (2 * MIB) }, (_, n) => n * 2 * MIB);
    expect([...seen.physical].sort((a, b) => a - b)).toEqual(all(20 * MIB));
    expect([...seen.virtual].sort((a, b) => a - b)).toEqual(all(1024 * MIB - 80 * MIB));
    expect(choose("", true, 70 * MIB).physical).toBe(0);
    expect(choose("mem=200M").physical).toBe(0);
  });
});

describe("a kernel", () => {
  const size = 64 * MIB;
  const ram = testRam(unpackModule(), size);
  const all = ram.view(0, size)!;

  /** Loads it and says what became of it. */
  async function load(commandLine: string, options: { seed?: number; randomBase?: boolean; table?: number[][] }) {
    all.fill(0xcc);
    const packed = gzipSync(kernel(options.table ?? TABLE));
    const file = testBzImage(packed, { initSize: 4 * MIB });
    const prepared = await prepareBzImage({
      ...{ kernelName: "k", kernel: file, commandLine, ram, arrived: async () => file.length },
      modules: Promise.resolve([{ name: "i", bytes: new Uint8Array(5 * MIB) }]),
      randomBase: options.randomBase ?? true,
    });
    const write = (address: number, bytes: Uint8Array) => all.set(bytes, address);
    const entropy = seededEntropy(options.seed ?? 1);
    const cpu: InitialCpu = prepared.load(testContext({ size, low: size, write }, { entropy }));
    const view = new DataView(all.buffer, all.byteOffset);
    const zeroPage = cpu.registers.rsi!;
    return {
      physical: cpu.rip - LINKED,
      virtual: Number(view.getBigUint64(cpu.rip, true) - MAPPED) - 0x1000010,
      narrow: view.getUint32(cpu.rip + 8, true) - 0x81000020,
      shrunk: -0x1000 - view.getInt32(cpu.rip + 12, true),
      carried: view.getBigUint64(cpu.rip + 0x10008, true),
      flag: view.getUint8(zeroPage + 0x211) & 2,
      initrd: view.getUint32(zeroPage + 0x218, true),
    };
  }

  it("is moved, its addresses with it, and told so; another time elsewhere", async () => {
    const places = new Set<string>();
    for (let seed = 0; seed < 5; seed++) {
      const { physical, virtual, narrow, shrunk, carried, flag, initrd } = await load("quiet", { seed });
      expect(physical % (2 * MIB)).toBe(0);
      expect(LINKED + physical + 4 * MIB).toBeLessThanOrEqual(initrd);
      expect([narrow, shrunk]).toEqual([virtual, virtual]);
      expect(carried).toBe(BigInt.asUintN(64, 0xfffffffffff00000n + BigInt(virtual)));
      expect(flag).toBe(2);
      places.add(`${physical} ${virtual}`);
    }
    expect(places.size).toBeGreaterThan(3);
  });

  it("stays where it was linked without a table, with nokaslr, and under -icount", async () => {
    const stays = { physical: 0, virtual: 0, narrow: 0, shrunk: 0, flag: 0 };
    expect(await load("nokaslr", {})).toMatchObject(stays);
    expect(await load("", { randomBase: false })).toMatchObject(stays);
    expect(await load("", { table: [] })).toMatchObject(stays);
    expect((await load("kaslr", { randomBase: false })).flag).toBe(2);
  });

  it("has a header that says what it is aligned to", () => {
    expect(readHeader("k", testBzImage(new Uint8Array(32))).alignment).toBe(2 * MIB);
  });
});
