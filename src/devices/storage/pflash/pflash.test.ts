import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../block/backends/memory.js";
import { restore } from "../../state.js";
import { FakeLog } from "../../testing.js";
import { Pflash, type PflashOptions } from "./pflash.js";

/** As on virt: two chips of 16 bits side by side, blocks of 256 KiB; a smaller one. */
const BLOCK = 0x40000;

function setup(more: Partial<PflashOptions> = {}) {
  const log = new FakeLog();
  const shown: boolean[] = [];
  const flash = new Pflash({
    bytes: new Uint8Array(4 * BLOCK).fill(0xff),
    ...{ blockBytes: BLOCK, bankWidth: 4, chipWidth: 2, ids: [0x89, 0x18] },
    ...{ log, arrayShown: (on) => shown.push(on) },
    ...more,
  });
  const get = (offset: number, size = 4) => flash.read(offset, size);
  const set = (offset: number, value: number, size = 4) => flash.write(offset, size, value);
  /** To both chips. */
  const both = (offset: number, value: number) => set(offset, (value * 0x10001) >>> 0);
  const program = (offset: number, value: number) => {
    both(offset, 0x40);
    set(offset, value);
    both(offset, 0xff);
  };
  return { flash, log, shown, get, set, both, program };
}

describe("flash memory", () => {
  it("answers the query and its identity for both chips", () => {
    const { get, both } = setup();
    both(0x55 * 4, 0x98);
    const answer = (index: number) => get(4 * index);
    expect([answer(0x10), answer(0x11), answer(0x12)]).toEqual([0x00510051, 0x00520052, 0x00590059]);
    expect([answer(0x13), answer(0x15), answer(0x27), answer(0x2a)]).toEqual([0x10001, 0x310031, 0x130013, 0xb000b]);
    // One region of four blocks, 128 KiB of each chip.
    expect([answer(0x2c), answer(0x2d), answer(0x2e), answer(0x2f), answer(0x30)]).toEqual([
      ...[0x10001, 0x30003, 0, 0, 0x20002],
    ]);
    expect([answer(0x31), answer(0x32), answer(0x33), answer(0x40)]).toEqual([0x500050, 0x520052, 0x490049, 0]);
    both(0, 0xff);
    both(0, 0x90);
    expect([get(0), get(4), get(8), get(4, 2)]).toEqual([0x00890089, 0x00180018, 0, 0x18]);
    both(0, 0xf0);
    expect(get(0)).toBe(0xffffffff);
  });

  it("programs words by clearing bits, and erases blocks", () => {
    const { get, both, program, set } = setup();
    program(0x100, 0x12345678);
    program(0x100, 0xffff00ff);
    expect(get(0x100)).toBe(0x12340078);
    both(0x104, 0x10);
    set(0x104, 0xabcd, 2);
    expect(get(0x104)).toBe(0x00800080);
    both(0, 0xff);
    expect([get(0x104), get(0x105, 1), get(0x106, 2)]).toEqual([0xffffabcd, 0xab, 0xffff]);
    program(BLOCK, 1);
    both(0x200, 0x20);
    both(0x200, 0xd0);
    expect(get(0)).toBe(0x00800080);
    both(0, 0xff);
    expect([get(0x100), get(BLOCK)]).toEqual([0xffffffff, 1]);
  });

  it("programs a buffer when that is confirmed", () => {
    const { get, both, set } = setup();
    const fill = () => {
      both(0x1000, 0xe8);
      expect(get(0x1000)).toBe(0x00800080);
      both(0x1000, 2);
      for (const [n, word] of [0x11111111, 0x22222222, 0x33333333].entries()) set(0x1000 + 4 * n, word);
    };
    fill();
    both(0x1000, 0xff);
    expect(get(0x1004)).toBe(0xffffffff);
    fill();
    both(0x1000, 0xd0);
    expect(get(0x1000)).toBe(0x00800080);
    both(0, 0xff);
    expect([get(0xffc), get(0x1000), get(0x1008), get(0x100c)]).toEqual([
      0xffffffff, 0x11111111, 0x33333333, 0xffffffff,
    ]);
  });

  it("says with the status what it could not do", () => {
    const readOnly = setup({ readOnly: true });
    readOnly.both(0, 0x40);
    readOnly.set(0, 0);
    expect(readOnly.get(0)).toBe(0x00900090);
    readOnly.both(0, 0xff);
    expect(readOnly.get(0)).toBe(0xffffffff);
    readOnly.both(0, 0x50);
    readOnly.both(0, 0x70);
    expect(readOnly.get(0)).toBe(0x00800080);
    const { both, set, get, log } = setup();
    both(0x1000, 0xe8);
    both(0x1000, 0x1000);
    expect(log.guestErrors).toEqual(["cfi.pflash01: a buffered program of 4097 words is longer than the buffer"]);
    both(0x1000, 0xe8);
    both(0x1000, 3);
    set(0x1000, 1);
    set(0x3000, 1);
    expect(log.guestErrors[1]).toBe("cfi.pflash01: a word of a buffered program lies outside of the buffer");
    both(0, 0x20);
    both(0, 0x11);
    both(0, 0x33);
    expect(log.guestErrors.slice(2)).toEqual([
      "cfi.pflash01: a block erase was not confirmed",
      "cfi.pflash01: command 0x33 at offset 0x0 means nothing",
    ]);
    expect(get(0)).toBe(0xffffffff);
  });

  it("tells when the array is shown", () => {
    const { both, shown, flash } = setup();
    both(0, 0x90);
    both(0, 0x70);
    both(0, 0xff);
    both(0, 0x98);
    flash.reset();
    expect(shown).toEqual([false, true, false, true]);
  });

  it("keeps changes in its drive", async () => {
    const image = new Uint8Array(4 * BLOCK).fill(0xff);
    const { program, both, flash } = setup({ backend: new MemoryBackend(image) });
    program(0x20, 0x01020304);
    program(BLOCK + 8, 5);
    both(0, 0x20);
    both(0, 0xd0);
    await flash.idle();
    expect([...image.subarray(0x20, 0x24), image[BLOCK + 8]]).toEqual([0xff, 0xff, 0xff, 0xff, 5]);
    const broken = new MemoryBackend(image);
    broken.write = async () => {
      throw new Error("no room");
    };
    const other = setup({ backend: broken });
    other.program(0, 0);
    await expect(other.flash.idle()).rejects.toThrow("no room");
    await other.flash.idle();
  });

  it("gives back what was saved, in the middle of a buffer too", () => {
    const small = () => setup({ bytes: new Uint8Array(0x4000).fill(0xff), blockBytes: 0x1000 });
    const first = small();
    first.program(0x40, 77);
    first.both(0x1000, 0xe8);
    first.both(0x1000, 1);
    first.set(0x1000, 0x12345678);
    const second = small();
    restore(second.flash, first.flash.save());
    expect(second.flash.save()).toEqual(first.flash.save());
    for (const { set, both, get } of [first, second]) {
      set(0x1004, 9);
      both(0, 0xd0);
      both(0, 0xff);
      expect([get(0x40), get(0x1000), get(0x1004)]).toEqual([77, 0x12345678, 9]);
    }
    expect(second.shown).toEqual([false, true]);
  });

  it("is one chip on a bus of bytes too", () => {
    const { set, get } = setup({ bankWidth: 1, chipWidth: 1, blockBytes: 4096 });
    set(0, 0x98, 1);
    expect([get(0x10, 1), get(0x10, 4), get(0x30, 1)]).toEqual([0x51, 0x51515151, 0]);
    expect(() => setup({ bytes: new Uint8Array(100) })).toThrow("flash of 100 bytes is no whole number of blocks");
  });
});
