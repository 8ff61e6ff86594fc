// What a guest can reach: its RAM, its ROM and the bus, whatever the address. In each address space every border is looked at from both
// sides, by loads and stores of every size, across pages, by code, through page tables and by DMA; after each, RAM is as a model has
// it, and canaries around it are unharmed.

import { describe, expect, it } from "vitest";
import { Virtqueue, VirtqueueError } from "../../../src/devices/virtio/queue/virtqueue.js";
import { TestQueue } from "../../../src/devices/virtio/testing/driver.js";
import { STAT_T1_ENTRIES } from "../../../src/layout/vcpu.js";
import { Random } from "../../../testing/random.js";
import { PAGE, type Shape } from "./address-space.js";
import { Prober, WINDOW } from "./prober.js";
import { borderPages, SHAPES } from "./shapes.js";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 0x7fffffff));
const SIZES = [1, 2, 4, 8, 16];

function prober(shape: Shape, hot?: number): { guest: Prober; pages: number[] } {
  const guest = new Prober(shape, hot);
  const pages = borderPages(shape).filter((page) => ![0, 1, 2].some((n) => guest.isOwn(page + n * PAGE)));
  for (const page of pages) for (const n of [0, 1, 2]) guest.space.watch(page + n * PAGE);
  return { guest, pages };
}

/** Offsets in a page at which an access of `size` begins: at its start, at its end, and across it. */
const offsets = (size: number): number[] => [0, 0x7f8, PAGE - size, ...(size > 1 ? [PAGE - size + 1, PAGE - 1] : [])];

describe.each(SHAPES)("$name", (shape) => {
  it("stores and loads reach RAM, ROM or the bus, and nothing else", () => {
    const { guest, pages } = prober(shape);
    const { space, bus } = guest;
    const random = new Random(SEED);
    for (const page of pages) {
      guest.look(page);
      for (const size of SIZES) {
        for (const offset of offsets(size)) {
          const at = page + offset;
          const where = `${size} bytes at 0x${at.toString(16)}, seed ${SEED}`;
          const bytes = Array.from({ length: size }, () => random.below(256));
          bus.length = 0;
          guest.store(WINDOW + offset, bytes);
          space.stored(at, bytes);
          expect(space.differences(), `store of ${where}`).toEqual([]);
          const written = bus.flatMap(({ address, size: n, value }) =>
            Array.from({ length: n }, (_, k) => [address + k, (value! / 2 ** (8 * k)) & 0xff]),
          );
          const outside = bytes.map((byte, k) => [at + k, byte]).filter(([each]) => space.kind(each!) === "nothing");
          expect(written, `store of ${where}`).toEqual(outside);

          bus.length = 0;
          const expected = bytes.map((_, k) => space.read(at + k));
          expect(guest.load(WINDOW + offset, size), `load of ${where}`).toEqual(expected);
          expect(bus.flatMap(({ address, size: n }) => Array.from({ length: n }, (_, k) => address + k))).toEqual(
            outside.map(([each]) => each),
          );
        }
      }
    }
    expect(space.differences()).toEqual([]);
  });

  it("repeated string instructions go on from page to page as single ones would", () => {
    const { guest, pages } = prober(shape);
    const { space, cpu } = { space: guest.space, cpu: guest.cpu };
    const end = WINDOW + PAGE;
    for (const page of pages) {
      guest.look(page);
      const physical = (va: number): number => page + (va - WINDOW);
      const repeat = (code: readonly number[], rsi: number, rdi: number, rcx: number): void => {
        cpu.setGpr("rsi", BigInt(rsi));
        cpu.setGpr("rdi", BigInt(rdi));
        cpu.setGpr("rcx", BigInt(rcx));
        expect(guest.execute(code)).toBe(true);
        expect({ rcx: cpu.gpr("rcx"), differences: space.differences() }).toEqual({ rcx: 0n, differences: [] });
      };
      const move = (from: number, to: number, count: number, step: 1 | -1): void => {
        for (let k = 0; k < count; k++) space.stored(physical(to + step * k), [space.read(physical(from + step * k))]);
      };
      move(end - 100, end - 60, 90, 1);
      repeat([0xfc, 0xf3, 0xa4], end - 100, end - 60, 90);
      move(end + 60, end + 20, 90, -1);
      repeat([0xfd, 0xf3, 0xa4, 0xfc], end + 60, end + 20, 90);
      // Eight bytes at a time; one of them across the end of the page.
      cpu.setGpr("rax", 0x1122334455667788n);
      for (let k = 0; k < 9; k++)
        space.stored(physical(end - 36 + 8 * k), [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
      repeat([0xfc, 0xf3, 0x48, 0xab], 0, end - 36, 9);
    }
  });

  it("code runs in RAM and ROM, is dropped when it is written to, and ends where there is nothing", () => {
    const { guest, pages } = prober(shape);
    const { space, cpu } = { space: guest.space, cpu: guest.cpu };
    for (const page of pages) {
      guest.look(page);
      for (const offset of [16, PAGE - 3]) {
        const at = page + offset;
        const code = (number: number): number[] => [0xb8, number & 255, number >> 8, 0, 0, 0xf4];
        const where = `code at 0x${at.toString(16)}`;
        if (!code(0).every((_, k) => space.kind(at + k) === "ram")) continue;
        const runs = (number: number): void => {
          space.stored(at, code(number));
          expect(guest.jump(WINDOW + offset), where).toBe(true);
          expect({ rax: cpu.gpr("rax"), differences: space.differences() }, where).toEqual({
            rax: BigInt(number),
            differences: [],
          });
        };
        expect(space.memory.write(at, Uint8Array.from(code(0x1234)))).toBe(true);
        runs(0x1234);
        guest.store(WINDOW + offset + 1, [0x35]);
        runs(0x1235);
        guest.store(WINDOW + offset + 2, [0x77, 0]);
        runs(0x7735);
        space.memory.writeU16(at + 1, 0x4321);
        runs(0x4321);
      }
      if (space.kind(page) !== "nothing") continue;
      expect(guest.jump(WINDOW), `code at 0x${page.toString(16)}`).toBe(false);
      expect(space.differences()).toEqual([]);
      guest.enterLongMode();
    }
  });

  it("page tables are read and marked where they are memory", () => {
    const { guest, pages } = prober(shape);
    const { space } = guest;
    const data = pages.find((page) => space.kind(page) === "ram" && space.kind(page + PAGE) === "ram")!;
    for (const page of pages) {
      if (page === data || page === data + PAGE) continue;
      const entry = (flags: number): number[] => bytesOf(data + flags);
      space.memory.write(page, Uint8Array.from(entry(3)));
      space.stored(page, entry(3));
      guest.lookThrough(page);
      const where = `page table at 0x${page.toString(16)}`;
      if (space.kind(page) !== "ram") {
        // Whatever ROM says, or all ones, whose reserved bits are set.
        if (space.kind(page) === "nothing") expect(guest.execute([0x8a, 0x07]), where).toBe(false);
        expect(space.differences(), where).toEqual([]);
        guest.enterLongMode();
        continue;
      }
      space.stored(page, entry(0x23));
      expect(guest.load(WINDOW + 5, 1), where).toEqual([space.byte(data + 5)]);
      expect(space.differences(), where).toEqual([]);
      space.stored(page, entry(0x63));
      space.stored(data + 6, [0x5a]);
      guest.store(WINDOW + 6, [0x5a]);
      expect(space.differences(), where).toEqual([]);
    }
    guest.lookThrough();
  });

  it("regions access RAM, and lie in it, as the interpreter does", () => {
    const { guest, pages } = prober(shape, 20);
    const { space, cpu } = { space: guest.space, cpu: guest.cpu };
    const TIMES = 1000;
    for (const page of pages) {
      if (space.kind(page) !== "ram") continue;
      guest.look(page);
      for (const offset of [8, PAGE - 4]) {
        const at = page + offset;
        if (space.kind(at + 7) !== "ram") continue;
        // again: inc qword [rdi]; dec ecx; jnz again
        const counted = [0x48, 0xff, 0x07, 0xff, 0xc9, 0x75, 0xf9];
        const before = Array.from({ length: 8 }, (_, k) => space.byte(at + k));
        space.stored(at, bytesOf64(numberOf(before) + BigInt(TIMES)));
        cpu.setGpr("rdi", BigInt(WINDOW + offset));
        cpu.setGpr("rcx", BigInt(TIMES));
        expect(guest.execute(counted)).toBe(true);
        expect(space.differences(), `0x${at.toString(16)}`).toEqual([]);
      }
      for (const offset of [0x200, PAGE - 3]) {
        const at = page + offset;
        // again: inc eax; dec ecx; jnz again; hlt
        const loop = [0xff, 0xc0, 0xff, 0xc9, 0x75, 0xfa, 0xf4];
        if (!loop.every((_, k) => space.kind(at + k) === "ram")) continue;
        space.memory.write(at, Uint8Array.from(loop));
        space.stored(at, loop);
        cpu.setGpr("rax", 0n);
        cpu.setGpr("rcx", BigInt(TIMES));
        expect(guest.jump(WINDOW + offset)).toBe(true);
        expect({ rax: cpu.gpr("rax"), differences: space.differences() }).toEqual({
          rax: BigInt(TIMES),
          differences: [],
        });
      }
    }
    expect(cpu.engine.vcpu.stat(STAT_T1_ENTRIES)).toBeGreaterThan(0);
  });

  it("DMA reaches RAM and reads ROM, and nothing else", () => {
    const { guest, pages } = prober(shape);
    const { space } = guest;
    const { memory } = space;
    const beyond = [
      -1,
      -PAGE,
      -(2 ** 31),
      -(2 ** 32),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 44,
      2 ** 52,
      2 ** 63,
      2 ** 64,
    ];
    const near = [-PAGE, -9, -8, -4, -3, -2, -1, 0, 1, PAGE - 1];
    const addresses = [...pages.flatMap((page) => near.map((n) => page + PAGE + n)), ...beyond];
    const total = shape.ram.reduce((sum, { length }) => sum + length, 0);
    const lengths = [
      -1,
      0,
      1,
      2,
      8,
      9,
      PAGE,
      PAGE + 1,
      2 ** 31,
      total,
      total + 1,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 32 + PAGE,
    ];
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 32), 2 ** 53];
    for (const address of addresses) {
      for (const length of [...lengths, ...odd]) {
        const where = `${length} bytes at ${address}`;
        for (const writable of [false, true]) {
          const view = writable ? memory.writable(address, length) : memory.view(address, length);
          const expected = space.isMemory(address, length, writable);
          expect(view !== undefined, where).toBe(expected);
          if (!view) continue;
          expect([view.byteOffset, view.length], where).toEqual([space.hostOf(address), length]);
        }
      }
      for (const size of [1, 2, 4, 8]) {
        const bytes = Uint8Array.from({ length: size }, (_, k) => address * 3 + k);
        const may = space.isMemory(address, size, true);
        expect(memory.write(address, bytes)).toBe(may);
        if (may) space.stored(address, bytes);
        expect(space.differences(), `${size} bytes at ${address}`).toEqual([]);
      }
      if (space.isMemory(address, 4, true)) continue;
      // One write where not all of it is RAM is no write.
      expect(memory.writeU32(address, 0xffffffff)).toBe(false);
      if (!space.isMemory(address, 4, false)) expect(memory.readU32(address)).toBe(0);
      expect(space.differences()).toEqual([]);
    }
  });

  it("virtqueues with hostile descriptors give the device RAM, or are refused", () => {
    const { guest, pages } = prober(shape);
    const { space } = guest;
    const random = new Random(SEED);
    const base = guest.own + 0x10000;
    for (let round = 0; round < 300; round++) {
      const driver = new TestQueue(space.memory, base, 8);
      const queue = new Virtqueue(space.memory, 8);
      driver.configure(queue);
      const somewhere = (): number => random.pick(pages) + random.below(2 * PAGE) - random.below(16);
      if (random.below(8) === 0) queue.desc = Math.floor(somewhere() / 16) * 16;
      if (random.below(8) === 0) queue.device = Math.floor(somewhere() / 4) * 4;
      const refusedOr = (action: () => void): void => {
        try {
          action();
        } catch (error) {
          if (!(error instanceof VirtqueueError)) throw error;
        }
      };
      refusedOr(() => {
        const table = random.below(3) === 0 ? base + 0x4000 : undefined;
        const buffers = Array.from({ length: 1 + random.below(4) }, (_, k) => ({
          address: random.below(6) === 0 ? random.u32() * 2 ** 32 + random.u32() : Math.max(0, somewhere()),
          length: random.pick([1, 16, PAGE, PAGE + 1, 2 ** 31, 2 ** 32 - 1, random.u32()]),
          write: k > 1,
        }));
        driver.add(buffers, table);
        queue.enable({ indirect: true, eventIndex: random.below(2) === 0 });
        const chain = queue.pop();
        for (const [segments, writable] of [
          [chain?.readable, false],
          [chain?.writable, true],
        ] as const)
          for (const { address, length } of segments ?? [])
            expect(space.isMemory(address, length, writable), `${length} bytes at ${address}, seed ${SEED}`).toBe(true);
      });
    }
  });
});

/** An address as an entry of a page table. */
function bytesOf(value: number): number[] {
  return bytesOf64(BigInt(value));
}

function bytesOf64(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, k) => Number((value >> BigInt(8 * k)) & 0xffn));
}

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
