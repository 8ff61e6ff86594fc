import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../block/backends/memory.js";
import { type BlockBackend, BlockError } from "../../../block/interfaces.js";
import { assignBars } from "../../pci/assign.js";
import { PciBus } from "../../pci/bus.js";
import { FakeMapper } from "../../pci/testing.js";
import { restore } from "../../state.js";
import { FakeLines, FakeLog, FakeMemory, FakeMsi } from "../../testing.js";
import { Nvme } from "./device.js";
import type { NvmeOptions } from "./options.js";
import * as nvme from "./registers.js";

const WINDOWS = { mem: { start: 0xf0000000, end: 0xf8000000 }, io: { start: 0xc000, end: 0xd000 } };
const ADMIN = 0x1000;
const ADMIN_DONE = 0x2000;
const IO = 0x3000;
const IO_DONE = 0x4000;
const LIST = 0x5000;
const DATA = 0x10000;
const ENTRIES = 8;
const SECTORS = 2048;

const settle = async () => {
  for (let i = 0; i < 20; i++) await undefined;
};

let memory: FakeMemory;
let disk: Uint8Array;
let device: Nvme;
let msi: FakeMsi;
let lines: FakeLines;
let log: FakeLog;
let tails: number[];
let heads: number[];

function plug(options: Partial<NvmeOptions> = {}): void {
  memory = new FakeMemory(0x200000);
  disk = Uint8Array.from({ length: SECTORS * 512 }, (_, i) => (i >> 9) + (i & 0xff));
  [msi, lines, log] = [new FakeMsi(), new FakeLines(4), new FakeLog()];
  const backend = new MemoryBackend(disk);
  device = new Nvme({ memory, log, backend, serial: "S1", writeCache: true, vectors: 3, ...options });
  const mapper = new FakeMapper();
  const bus = new PciBus({ mapper, msi, lines: lines.lines.slice(0, 4), log });
  const slot = bus.add(device);
  assignBars(bus, WINDOWS);
  bus.writeConfig(0, slot, 0, 4, 2, 0x0006);
  device.write(nvme.AQA, 4, ((ENTRIES - 1) << 16) | (ENTRIES - 1));
  device.write(nvme.ASQ, 4, ADMIN);
  device.write(nvme.ACQ, 4, ADMIN_DONE);
  device.write(nvme.CC, 4, 1 | (6 << 16) | (4 << 20));
  tails = [0, 0];
  heads = [0, 0];
}

interface Words {
  namespace?: number;
  prp1?: number;
  prp2?: number;
  words?: number[];
}

/** Puts a command into a queue and rings. */
function ask(queue: number, opcode: number, { namespace = 1, prp1 = DATA, prp2 = 0, words = [] }: Words = {}): void {
  const at = (queue === 0 ? ADMIN : IO) + tails[queue]! * 64;
  memory.bytes.fill(0, at, at + 64);
  memory.writeU32(at, opcode | (tails[queue]! << 16));
  memory.writeU32(at + 4, namespace);
  memory.writeU32(at + 24, prp1);
  memory.writeU32(at + 32, prp2);
  for (const [k, word] of words.entries()) memory.writeU32(at + 40 + 4 * k, word);
  tails[queue] = (tails[queue]! + 1) % ENTRIES;
  device.write(0x1000 + queue * 8, 4, tails[queue]!);
}

/** The status of the next completion, without its phase; its result in `result`. */
let result = 0;
function answer(queue: number): number {
  const at = (queue === 0 ? ADMIN_DONE : IO_DONE) + heads[queue]! * 16;
  result = memory.readU32(at);
  const status = memory.readU16(at + 14) >> 1;
  heads[queue] = (heads[queue]! + 1) % ENTRIES;
  device.write(0x1004 + queue * 8, 4, heads[queue]!);
  return status;
}

function admin(opcode: number, words: Words = {}): number {
  ask(0, opcode, words);
  return answer(0);
}

async function io(opcode: number, words: Words = {}): Promise<number> {
  ask(1, opcode, words);
  await settle();
  return answer(1);
}

function makeQueues(vector = 1): void {
  const size = (ENTRIES - 1) << 16;
  expect(admin(nvme.CREATE_CQ, { prp1: IO_DONE, words: [size | 1, (vector << 16) | 3] })).toBe(0);
  expect(admin(nvme.CREATE_SQ, { prp1: IO, words: [size | 1, (1 << 16) | 1] })).toBe(0);
}

beforeEach(() => plug());

describe("the controller", () => {
  it("is ready when it is enabled, and empty when it is not", () => {
    expect(device.read(nvme.CSTS, 4)).toBe(nvme.CSTS_RDY);
    expect(device.read(nvme.VS, 4)).toBe(0x10400);
    device.write(nvme.CC, 4, 0);
    expect(device.read(nvme.CSTS, 4)).toBe(0);
    device.write(nvme.AQA, 4, 0);
    device.write(nvme.CC, 4, 1);
    expect(device.read(nvme.CSTS, 4)).toBe(nvme.CSTS_CFS);
  });

  it("says what it and its disk are", () => {
    expect(admin(nvme.IDENTIFY, { words: [1] })).toBe(0);
    expect(String.fromCharCode(...memory.bytes.subarray(DATA + 4, DATA + 24))).toBe("S1".padEnd(20));
    expect(memory.bytes[DATA + 525]).toBe(1);
    expect(admin(nvme.IDENTIFY, { words: [0] })).toBe(0);
    expect(memory.readU32(DATA)).toBe(SECTORS);
    expect(admin(nvme.IDENTIFY, { namespace: 0, words: [2] })).toBe(0);
    expect(memory.readU32(DATA)).toBe(1);
    expect(admin(nvme.IDENTIFY, { words: [3] })).toBe(0);
    expect(admin(nvme.IDENTIFY, { words: [0x77] })).toBe(nvme.S_INVALID_FIELD);
    expect(admin(nvme.IDENTIFY, { namespace: 2, words: [0] })).toBe(nvme.S_INVALID_NAMESPACE);
  });

  it("has features, logs, events and queues", () => {
    expect(admin(nvme.SET_FEATURES, { words: [nvme.FEATURE_QUEUES, 0x00ff00ff] })).toBe(0);
    expect(result).toBe((15 << 16) | 15);
    expect(admin(nvme.GET_FEATURES, { words: [nvme.FEATURE_CACHE] })).toBe(0);
    expect(result).toBe(1);
    expect(admin(nvme.GET_LOG, { words: [2 | (127 << 16)] })).toBe(0);
    expect(admin(nvme.GET_LOG, { words: [0x55] })).toBe(nvme.S_INVALID_LOG);
    expect(admin(0x7f)).toBe(nvme.S_INVALID_OPCODE);
    makeQueues();
    expect(admin(nvme.CREATE_CQ, { prp1: IO_DONE, words: [0x70001, 3] })).toBe(nvme.S_INVALID_QUEUE);
    expect(admin(nvme.CREATE_SQ, { prp1: IO, words: [0x70002, (9 << 16) | 1] })).toBe(nvme.S_INVALID_CQ);
    expect(admin(nvme.CREATE_CQ, { prp1: IO_DONE, words: [0x70002, (200 << 16) | 3] })).toBe(nvme.S_INVALID_VECTOR);
    expect(admin(nvme.DELETE_CQ, { words: [1] })).toBe(nvme.S_INVALID_DELETION);
    expect(admin(nvme.DELETE_SQ, { words: [1] })).toBe(0);
    expect(admin(nvme.DELETE_CQ, { words: [1] })).toBe(0);
  });

  it("interrupts by its pin, and not while that is masked", () => {
    ask(0, nvme.IDENTIFY, { words: [1] });
    expect(lines.lines.some(({ level }) => level)).toBe(true);
    device.write(nvme.INTMS, 4, 1);
    expect(lines.lines.some(({ level }) => level)).toBe(false);
    device.write(nvme.INTMC, 4, 1);
    answer(0);
    expect(lines.lines.some(({ level }) => level)).toBe(false);
  });

  it("makes all stable when it is shut down", async () => {
    let flushed = 0;
    plug({ backend: { ...slow(), flush: async () => void flushed++ } });
    device.write(nvme.CC, 4, 1 | (1 << 14) | (6 << 16) | (4 << 20));
    expect(device.read(nvme.CSTS, 4) & nvme.SHUTDOWN).toBe(nvme.SHUTDOWN_UNDER_WAY);
    await settle();
    expect(device.read(nvme.CSTS, 4) & nvme.SHUTDOWN).toBe(nvme.SHUTDOWN_DONE);
    expect(flushed).toBe(1);
  });
});

/** The same disk without synchronous calls. */
function slow(): BlockBackend {
  return {
    size: SECTORS * 512,
    readOnly: false,
    read: async (offset, into) => into.set(disk.subarray(offset, offset + into.length)),
    write: async (offset, from) => disk.set(from, offset),
    flush: async () => {},
    close: async () => {},
  };
}

describe.each([true, false])("the disk (at once: %s)", (now) => {
  beforeEach(() => {
    plug();
    if (!now) plug({ backend: slow() });
    makeQueues();
  });

  it("reads and writes one page, two, and lists of pages", async () => {
    for (const [sectors, offset] of [
      [1, 0],
      [8, 0],
      [8, 512],
      [16, 0],
      [200, 1024],
    ] as const) {
      const length = sectors * 512;
      const first = 4096 - offset;
      const pages = Math.ceil(Math.max(0, length - first) / 4096);
      // Pages in the wrong order, so that they are not neighbours.
      const at = (k: number): number => DATA + (60 - k) * 4096;
      for (let k = 0; k < pages; k++) memory.writeU32(LIST + 8 * k, at(k + 1));
      const prp2 = pages === 0 ? 0 : pages === 1 ? at(1) : LIST;
      expect(await io(nvme.READ, { prp1: at(0) + offset, prp2, words: [3, 0, sectors - 1] })).toBe(0);
      const expected = disk.slice(3 * 512, 3 * 512 + length);
      const found = new Uint8Array(length);
      found.set(memory.bytes.subarray(at(0) + offset, at(0) + offset + Math.min(first, length)));
      for (let k = 1; k <= pages; k++) {
        const done = first + (k - 1) * 4096;
        found.set(memory.bytes.subarray(at(k), at(k) + Math.min(4096, length - done)), done);
      }
      expect(found).toEqual(expected);
      expect(await io(nvme.WRITE, { prp1: at(0) + offset, prp2, words: [900, 0, sectors - 1] })).toBe(0);
      expect(disk.slice(900 * 512, 900 * 512 + length)).toEqual(expected);
    }
  });

  it("flushes, writes zeros and lets go of ranges", async () => {
    expect(await io(nvme.FLUSH)).toBe(0);
    expect(await io(nvme.FLUSH, { namespace: 0xffffffff })).toBe(0);
    expect(await io(nvme.WRITE_ZEROES, { words: [8, 0, 15] })).toBe(0);
    expect(disk.subarray(8 * 512, 24 * 512).every((byte) => byte === 0)).toBe(true);
    expect(disk[24 * 512 + 1]).not.toBe(0);
    memory.writeU32(DATA + 4, 8);
    memory.writeU32(DATA + 8, 16);
    expect(await io(nvme.DATASET, { words: [0, nvme.DATASET_DEALLOCATE] })).toBe(0);
    memory.writeU32(DATA + 8, SECTORS);
    expect(await io(nvme.DATASET, { words: [0, nvme.DATASET_DEALLOCATE] })).toBe(nvme.S_RANGE);
  });

  it("refuses what is outside, or nowhere in memory", async () => {
    expect(await io(nvme.READ, { words: [SECTORS, 0, 0] })).toBe(nvme.S_RANGE);
    expect(await io(nvme.READ, { words: [0, 1, 0] })).toBe(nvme.S_RANGE);
    expect(await io(nvme.READ, { namespace: 2, words: [0, 0, 0] })).toBe(nvme.S_INVALID_NAMESPACE);
    expect(await io(nvme.READ, { prp1: 0xfffff000, words: [0, 0, 0] })).toBe(nvme.S_INVALID_PRP);
    expect(await io(nvme.READ, { prp1: DATA, prp2: 0x123, words: [0, 0, 31] })).toBe(nvme.S_INVALID_PRP);
    expect(await io(nvme.READ, { words: [0, 0, 0xffff] })).toBe(nvme.S_RANGE);
    expect(await io(0x55)).toBe(nvme.S_INVALID_OPCODE);
    device.write(0x1000 + 8, 4, 100);
    expect(log.guestErrors.at(-1)).toBe("nvme: doorbell 2 was rung with 100");
  });

  it("has its interrupts by message", async () => {
    const [table] = device.bars.filter((bar) => bar?.index === 4);
    table!.region.write(16, 4, 0xfee00000);
    table!.region.write(24, 4, 0x41);
    table!.region.write(28, 4, 0);
    // MSI-X on: the only capability.
    device.writeConfig(device.readConfig(0x34, 1) + 2, 2, 0x8000);
    expect(await io(nvme.FLUSH)).toBe(0);
    expect(msi.sent).toEqual([{ address: 0xfee00000, data: 0x41 }]);
  });
});

it("reports failures, or holds commands until the machine goes on", async () => {
  let broken = true;
  const backend = {
    ...slow(),
    write: async () => {
      if (broken) throw new BlockError("no room", true);
    },
  };
  let action: "report" | "stop" = "report";
  plug({ backend, onError: () => action });
  makeQueues();
  expect(await io(nvme.WRITE, { words: [0, 0, 0] })).toBe(nvme.S_WRITE_FAULT);
  action = "stop";
  ask(1, nvme.WRITE, { words: [0, 0, 0] });
  await settle();
  expect(device.unsaved).toContain("1 requests to its disk failed");
  broken = false;
  device.resumed();
  await settle();
  expect(device.unsaved).toBeUndefined();
  expect(answer(1)).toBe(0);
});

it("is saved with queues at any address, and refuses one that is no page's", () => {
  plug();
  for (const at of [nvme.ASQ, nvme.ACQ]) for (const half of [at, at + 4]) device.write(half, 4, 0xffffffff);
  const state = device.save();
  plug();
  restore(device, state);
  for (const at of [nvme.ASQ, nvme.ACQ])
    expect([device.read(at, 4), device.read(at + 4, 4)]).toEqual([0xfffff000, 0xffffffff]);
  for (const asq of [-4096, 4097, 2 ** 65, Number.NaN]) {
    const registers = { ...(state.registers as object), asq };
    expect(() => restore(device, { ...state, registers })).toThrow("'asq' is not the address of a page");
  }
});
