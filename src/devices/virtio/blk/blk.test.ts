import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../block/backends/memory.js";
import { type BlockBackend, BlockError } from "../../../block/interfaces.js";
import { MemoryOverlay } from "../../../block/overlay.js";
import { FakeLog, FakeMemory } from "../../testing.js";
import type { TestQueue } from "../testing/driver.js";
import { TestPciDriver } from "../testing/pci-driver.js";
import { VirtioPci } from "../transport/pci/transport.js";
import { VirtioBlk, type VirtioBlkOptions } from "./device.js";

const HEADER = 0x100;
const STATUS = 0x200;
const RING = 0x1000;
const DATA = 0x10000;
const FLUSH = 1 << 9;
const SECTORS = 64;

const IN = 0;
const OUT = 1;

/** A back end whose requests wait until the test lets them go, in any order. */
class Slow implements BlockBackend {
  readonly size: number;
  readonly readOnly = false;
  readonly calls: { what: string; go: (error?: Error) => void }[] = [];
  flushes = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.size = bytes.length;
  }
  read(offset: number, into: Uint8Array): Promise<void> {
    return this.wait("read", () => into.set(this.bytes.subarray(offset, offset + into.length)));
  }
  write(offset: number, from: Uint8Array): Promise<void> {
    return this.wait("write", () => this.bytes.set(from, offset));
  }
  flush(): Promise<void> {
    this.flushes++;
    return this.wait("flush", () => {});
  }
  async close(): Promise<void> {}
  private wait(what: string, action: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.calls.push({
        what,
        go: (error) => {
          if (error !== undefined) return reject(error);
          action();
          resolve();
        },
      });
    });
  }
}

const settle = async () => {
  for (let i = 0; i < 20; i++) await undefined;
};

let memory: FakeMemory;
let disk: Uint8Array;
let blk: VirtioBlk;
let log: FakeLog;
let driver: TestPciDriver;
let queue: TestQueue;

function plug(options: Partial<VirtioBlkOptions> = {}, features = FLUSH): void {
  memory = new FakeMemory(0x100000);
  disk = Uint8Array.from({ length: SECTORS * 512 }, (_, i) => (i >> 9) + (i & 0xff));
  log = new FakeLog();
  blk = new VirtioBlk({ backend: new MemoryBackend(disk), ...options });
  driver = new TestPciDriver(memory, new VirtioPci(blk, { memory, log }));
  expect(driver.negotiate(features)).toBe(true);
  queue = driver.addQueue(0, RING, 64);
  driver.ready();
}

let nextSlot = 0;

/** Makes a request available; its header and status have places of their own. Answers where the status will be. */
function request(
  type: number,
  sector: number,
  parts: readonly (readonly [number, number])[],
  write = type !== OUT,
): number {
  const slot = nextSlot++ % 8;
  const header = HEADER + slot * 16;
  memory.writeU32(header, type);
  memory.writeU32(header + 4, 0);
  memory.writeU32(header + 8, sector % 2 ** 32);
  memory.writeU32(header + 12, Math.floor(sector / 2 ** 32));
  const status = STATUS + slot;
  memory.writeU8(status, 0xee);
  const data = parts.map(([address, length]) => ({ address, length, write }));
  queue.add([{ address: header, length: 16 }, ...data, { address: status, length: 1, write: true }]);
  return status;
}

/** One request, completed at once; answers its status. */
function run(
  type: number,
  sector: number,
  parts: readonly (readonly [number, number])[] = [],
  write = type !== OUT,
): number {
  const status = request(type, sector, parts, write);
  driver.kick();
  return memory.bytes[status]!;
}

beforeEach(() => plug());

describe("configuration", () => {
  it("tells capacity, block size and segments", () => {
    expect(driver.read(4, 0, 4)).toBe(SECTORS);
    expect(driver.read(4, 4, 4)).toBe(0);
    expect(driver.read(4, 12, 4)).toBe(254);
    expect(driver.read(4, 20, 4)).toBe(512);
    expect(driver.read(4, 34, 2)).toBe(1);
    expect(driver.features(0) & (1 << 5)).toBe(0);
    expect(driver.config(0x0a, 2)).toBe(0x0100);
  });

  it("offers read-only, larger blocks and several queues when told", () => {
    plug({ backend: new MemoryBackend(disk, true), logicalBlockSize: 1024, physicalBlockSize: 4096, numQueues: 2 });
    expect(driver.features(0) & (1 << 5)).not.toBe(0);
    expect(driver.features(0) & (1 << 12)).not.toBe(0);
    expect(driver.read(4, 20, 4)).toBe(1024);
    expect(driver.read(4, 24, 1)).toBe(2);
    expect(driver.read(1, 18, 2)).toBe(2);
    expect(run(IN, 1, [[DATA, 1024]])).toBe(1);
    expect(run(IN, 2, [[DATA, 512]])).toBe(1);
    expect(run(IN, 2, [[DATA, 1024]])).toBe(0);
    expect(() => new VirtioBlk({ backend: new MemoryBackend(disk), logicalBlockSize: 500 })).toThrow("500");
  });
});

describe("requests answered at once", () => {
  it("read into scattered memory", () => {
    expect(
      run(IN, 3, [
        [DATA, 100],
        [DATA + 5000, 412],
        [DATA + 9000, 512],
      ]),
    ).toBe(0);
    const expected = disk.subarray(3 * 512, 5 * 512);
    expect(memory.bytes.subarray(DATA, DATA + 100)).toEqual(expected.subarray(0, 100));
    expect(memory.bytes.subarray(DATA + 5000, DATA + 5412)).toEqual(expected.subarray(100, 512));
    expect(memory.bytes.subarray(DATA + 9000, DATA + 9512)).toEqual(expected.subarray(512));
    expect(queue.used()).toEqual([{ head: 0, written: 1025 }]);
    expect(driver.read(3, 0, 1)).toBe(1);
  });

  it("read large segments in place, telling memory of it", () => {
    plug({ backend: new MemoryBackend(new Uint8Array(0x40000).fill(7)) });
    const dirty: number[][] = [];
    memory.dirty = (...range: number[]) => void dirty.push(range);
    expect(
      run(IN, 0, [
        [DATA, 0x10000],
        [DATA + 0x20000, 0x8000],
      ]),
    ).toBe(0);
    expect(dirty).toEqual([
      [DATA, 0x10000],
      [DATA + 0x20000, 0x8000],
    ]);
    expect([memory.bytes[DATA + 0xffff], memory.bytes[DATA + 0x10000], memory.bytes[DATA + 0x27fff]]).toEqual([
      7, 0, 7,
    ]);
  });

  it("write from scattered memory", () => {
    memory.bytes.fill(0xaa, DATA, DATA + 512);
    memory.bytes.fill(0xbb, DATA + 2048, DATA + 2560);
    expect(
      run(OUT, 60, [
        [DATA + 2048, 512],
        [DATA, 512],
      ]),
    ).toBe(0);
    expect([disk[60 * 512], disk[61 * 512 - 1], disk[61 * 512], disk[62 * 512 - 1]]).toEqual([0xbb, 0xbb, 0xaa, 0xaa]);
    expect(queue.used()).toEqual([{ head: 0, written: 1 }]);
  });

  it("take the header and the status wherever they are cut", () => {
    memory.writeU32(HEADER, IN);
    memory.writeU32(HEADER + 8, 5);
    memory.writeU32(HEADER + 12, 0);
    queue.add([
      { address: HEADER, length: 5 },
      { address: HEADER + 5, length: 11 },
      { address: DATA, length: 513, write: true },
    ]);
    driver.kick();
    expect(memory.bytes[DATA + 512]).toBe(0);
    expect(memory.bytes.subarray(DATA, DATA + 512)).toEqual(disk.subarray(5 * 512, 6 * 512));
  });

  it("flush, identify, refuse what is unknown", () => {
    plug({ serial: "wm-1234567890-abcdefgh" });
    expect(run(4, 0)).toBe(0);
    expect(run(8, 0, [[DATA, 20]])).toBe(0);
    expect(String.fromCharCode(...memory.bytes.subarray(DATA, DATA + 20))).toBe("wm-1234567890-abcdef");
    expect(run(8, 0, [[DATA + 64, 4]])).toBe(0);
    expect(memory.bytes[DATA + 68]).toBe(0);
    expect(run(77, 0)).toBe(2);
    expect(run(11, 0, [[DATA, 16]], false)).toBe(2);
  });

  it("write zeroes", () => {
    const range = (sector: number, count: number, flags = 0) => {
      memory.writeU32(DATA, sector);
      memory.writeU32(DATA + 4, 0);
      memory.writeU32(DATA + 8, count);
      memory.writeU32(DATA + 12, flags);
      return run(13, 0, [[DATA, 16]], false);
    };
    expect(range(10, 3, 1)).toBe(0);
    expect(disk.subarray(10 * 512, 13 * 512).every((byte) => byte === 0)).toBe(true);
    expect(disk[13 * 512 + 1]).not.toBe(0);
    expect(range(62, 3)).toBe(1);
    expect(range(0, 1, 2)).toBe(2);
    expect(run(13, 0, [[DATA, 15]], false)).toBe(1);
  });
});

describe("bad requests", () => {
  it.each([
    ["starts at the end", IN, SECTORS, 512],
    ["crosses the end", IN, SECTORS - 1, 1024],
    ["writes across the end", OUT, SECTORS - 1, 1024],
    ["starts beyond 2^53 bytes", IN, 2 ** 60, 512],
    ["has a sector of all ones", OUT, 2 ** 64 - 2048, 512],
    ["is not whole sectors", IN, 0, 100],
  ])("%s: I/O error, device goes on", (_name, type, sector, length) => {
    const before = disk.slice();
    expect(run(type, sector, [[DATA, length]])).toBe(1);
    expect(disk).toEqual(before);
    expect(driver.status).toBe(15);
    expect(run(IN, 0, [[DATA, 512]])).toBe(0);
  });

  it("write to a read-only disk: I/O error", () => {
    plug({ backend: new MemoryBackend(disk, true) });
    expect(run(OUT, 0, [[DATA, 512]])).toBe(1);
    expect(run(13, 0, [[DATA, 16]], false)).toBe(2);
  });

  it("lack header or status: the device stops", () => {
    queue.add([{ address: HEADER, length: 15 }]);
    driver.kick();
    expect(driver.status & 0x40).toBe(0x40);
    plug();
    queue.add([{ address: HEADER, length: 16 }]);
    driver.kick();
    expect(driver.status & 0x40).toBe(0x40);
    expect(log.guestErrors[0]).toContain("no room for its headers");
  });

  it("a failing back end: I/O error, and the host is told why", () => {
    const errors: string[] = [];
    const onError: VirtioBlkOptions["onError"] = (error, what) => {
      errors.push(`${what}: ${error.message}`);
      return "report";
    };
    const backend = new MemoryBackend(disk);
    backend.readSync = () => {
      throw new BlockError("the disk is on fire");
    };
    plug({ backend, onError });
    expect(run(IN, 0, [[DATA, 512]])).toBe(1);
    expect(errors).toEqual(["read: the disk is on fire"]);
  });
});

describe("requests that fail and stop the machine", () => {
  let room: number;
  let stops: string[];
  const backend = (): MemoryBackend => {
    const inner = new MemoryBackend(new Uint8Array(SECTORS * 512));
    const write = inner.writeSync.bind(inner);
    inner.writeSync = (offset, from) => {
      if (room-- <= 0) throw new BlockError("no room");
      return write(offset, from);
    };
    return inner;
  };
  const onError: VirtioBlkOptions["onError"] = (error, what) => {
    stops.push(`${what}: ${error.message}`);
    return "stop";
  };
  let image: MemoryBackend;
  const sectors = (): (number | undefined)[] => {
    const into = new Uint8Array(SECTORS * 512);
    image.readSync(0, into);
    return [into[0], into[512], into[1024]];
  };
  beforeEach(() => {
    room = 1;
    stops = [];
    image = backend();
    plug({ backend: image, onError });
    for (let k = 0; k < 3; k++) memory.bytes.fill(k + 1, DATA + 512 * k, DATA + 512 * (k + 1));
  });

  it("are held with those behind them, and done in order when it goes on", () => {
    const statuses = [0, 1, 2].map((k) => request(OUT, k, [[DATA + 512 * k, 512]]));
    const flush = request(4, 0, []);
    driver.kick();
    expect([...statuses, flush].map((at) => memory.bytes[at])).toEqual([0, 0xee, 0xee, 0xee]);
    expect(stops).toEqual(["write: no room"]);
    // Still none: held again.
    blk.resumed();
    expect([memory.bytes[statuses[1]!], stops.length]).toEqual([0xee, 2]);
    expect(sectors()).toEqual([1, 0, 0]);
    room = 10;
    blk.resumed();
    expect([...statuses, flush].map((at) => memory.bytes[at])).toEqual([0, 0, 0, 0]);
    expect(sectors()).toEqual([1, 2, 3]);
    expect(queue.used().map(({ head }) => head)).toEqual([0, 3, 6, 9]);
    expect(stops).toHaveLength(2);
    blk.resumed();
    expect(queue.used()).toHaveLength(0);
  });

  it("are forgotten when the guest resets the device", () => {
    room = 0;
    const status = request(OUT, 0, [[DATA, 512]]);
    driver.kick();
    driver.negotiate(FLUSH);
    queue = driver.addQueue(0, RING, 64);
    driver.ready();
    room = 10;
    blk.resumed();
    expect(memory.bytes[status]).toBe(0xee);
    expect(sectors()).toEqual([0, 0, 0]);
    expect(run(OUT, 1, [[DATA, 512]])).toBe(0);
  });

  it("or are told to have gone well, when failures are ignored", () => {
    room = 0;
    plug({ backend: image, onError: () => "ignore" });
    expect(run(OUT, 0, [[DATA, 512]])).toBe(0);
    expect(sectors()).toEqual([0, 0, 0]);
  });

  it("hold a flush that fails, and one that waited for a write that fails", async () => {
    const slow = new Slow(new Uint8Array(SECTORS * 512));
    plug({ backend: slow, onError });
    const write = request(OUT, 0, [[DATA, 512]]);
    const flush = request(4, 0, []);
    driver.kick();
    slow.calls[0]!.go(new BlockError("no room"));
    await settle();
    expect([memory.bytes[write], memory.bytes[flush], slow.flushes]).toEqual([0xee, 0xee, 0]);
    blk.resumed();
    slow.calls[1]!.go();
    await settle();
    expect([memory.bytes[write], memory.bytes[flush], slow.flushes]).toEqual([0, 0xee, 1]);
    slow.calls[2]!.go(new BlockError("no room"));
    await settle();
    expect([memory.bytes[flush], stops.length]).toEqual([0xee, 2]);
    blk.resumed();
    slow.calls[3]!.go();
    await settle();
    expect(memory.bytes[flush]).toBe(0);
  });
});

describe("requests answered later", () => {
  let slow: Slow;
  const slowly = (features = FLUSH, options: Partial<VirtioBlkOptions> = {}) => {
    plug();
    slow = new Slow(disk);
    const bytes = disk;
    plug({ backend: slow, ...options }, features & (options.writeCache === false ? 0 : FLUSH));
    if (options.writeCache === false) expect(driver.features(0) & FLUSH).toBe(0);
    disk = bytes;
  };
  beforeEach(() => slowly());

  it("complete in any order, several at a time", async () => {
    const first = request(IN, 1, [[DATA, 512]]);
    const second = request(OUT, 2, [[DATA + 512, 512]]);
    const third = request(4, 0, []);
    driver.kick();
    expect(blk.pending).toBe(3);
    expect(queue.used()).toEqual([]);
    let idle = false;
    blk.idle().then(() => {
      idle = true;
    });
    slow.calls[1]!.go();
    await settle();
    expect([first, second, third].map((at) => memory.bytes[at])).toEqual([0xee, 0, 0xee]);
    expect(queue.used()).toEqual([{ head: 3, written: 1 }]);
    expect(driver.read(3, 0, 1)).toBe(1);
    slow.calls[0]!.go();
    slow.calls[2]!.go(new BlockError("no"));
    await settle();
    expect([first, second, third].map((at) => memory.bytes[at])).toEqual([0, 0, 1]);
    expect(memory.bytes.subarray(DATA, DATA + 512)).toEqual(disk.subarray(512, 1024));
    expect(idle).toBe(true);
    expect(blk.pending).toBe(0);
  });

  it("flush after the writes that were asked for before, and power-off awaits both", async () => {
    request(OUT, 1, [[DATA, 512]]);
    request(OUT, 2, [[DATA, 512]]);
    const flush = request(4, 0, []);
    const later = request(OUT, 3, [[DATA, 512]]);
    request(IN, 4, [[DATA, 512]]);
    driver.kick();
    expect(slow.calls.map(({ what }) => what)).toEqual(["write", "write", "write", "read"]);
    let idle = false;
    blk.idle().then(() => {
      idle = true;
    });
    slow.calls[2]!.go();
    slow.calls[1]!.go();
    await settle();
    expect([memory.bytes[later], slow.flushes]).toEqual([0, 0]);
    slow.calls[0]!.go();
    await settle();
    expect([slow.flushes, memory.bytes[flush], idle]).toEqual([1, 0xee, false]);
    slow.calls[4]!.go();
    await settle();
    // Nobody misses what was to be read.
    expect([memory.bytes[flush], idle, blk.pending]).toEqual([0, true, 1]);
  });

  it.each([
    ["the driver cannot", 0, {}],
    ["the drive has no write cache", FLUSH, { writeCache: false }],
  ])("flush every write when %s", async (_why, features, options) => {
    slowly(features, options);
    const status = request(OUT, 0, [[DATA, 512]]);
    driver.kick();
    slow.calls[0]!.go();
    await settle();
    expect([slow.flushes, memory.bytes[status]]).toEqual([1, 0xee]);
    slow.calls[1]!.go();
    await settle();
    expect(memory.bytes[status]).toBe(0);
  });

  it("do not touch a guest that has reset the device, and go before its new ones", async () => {
    memory.bytes.fill(0x55, DATA, DATA + 1024);
    const reading = request(IN, 1, [[DATA + 4096, 512]]);
    request(OUT, 2, [[DATA, 512]]);
    driver.kick();
    driver.negotiate(FLUSH);
    queue = driver.addQueue(0, RING, 64);
    driver.ready();
    const again = request(IN, 2, [[DATA + 8192, 512]]);
    driver.kick();
    expect(slow.calls).toHaveLength(2);
    slow.calls[0]!.go();
    slow.calls[1]!.go();
    await settle();
    expect(memory.bytes[reading]).toBe(0xee);
    expect(memory.bytes[DATA + 4096]).toBe(0);
    expect(slow.calls).toHaveLength(3);
    slow.calls[2]!.go();
    await settle();
    expect(memory.bytes[again]).toBe(0);
    expect(memory.bytes[DATA + 8192]).toBe(0x55);
    expect(queue.used()).toHaveLength(1);
  });

  it("work through an overlay: reads later, writes at once, the image untouched", async () => {
    const before = slow;
    plug({ backend: new MemoryOverlay(before) });
    memory.bytes.fill(0x77, DATA, DATA + 512);
    expect(run(OUT, 1, [[DATA, 512]])).toBe(0);
    expect(run(IN, 1, [[DATA + 512, 512]])).toBe(0);
    expect(memory.bytes[DATA + 1023]).toBe(0x77);
    const status = request(IN, 0, [[DATA + 2048, 1024]]);
    driver.kick();
    expect(memory.bytes[status]).toBe(0xee);
    before.calls[0]!.go();
    await settle();
    expect(memory.bytes[status]).toBe(0);
    expect(memory.bytes[DATA + 2048 + 512]).toBe(0x77);
    expect(before.calls).toHaveLength(1);
  });
});

describe("letting go of sectors, zeros, the cache and the size", () => {
  const CONFIG_WCE = 1 << 11;
  const DISCARD = 11;
  const WRITE_ZEROES = 13;

  /** A back end that notes what it is asked. */
  function noting(): { backend: BlockBackend & { size: number }; asked: string[] } {
    const asked: string[] = [];
    const backend = Object.assign(new Slow(new Uint8Array(SECTORS * 512)), {
      size: SECTORS * 512,
      flush: async () => void asked.push("flush"),
      write: async () => void asked.push("write"),
      discard: async (offset: number, length: number) => void asked.push(`discard ${offset} ${length}`),
      writeZeroes: async (offset: number, length: number, unmap: boolean) =>
        void asked.push(`zero ${offset} ${length} ${unmap}`),
    });
    return { backend, asked };
  }

  async function range(type: number, sector: number, count: number, flags = 0): Promise<number> {
    memory.writeU32(DATA, sector);
    memory.writeU32(DATA + 4, 0);
    memory.writeU32(DATA + 8, count);
    memory.writeU32(DATA + 12, flags);
    const status = request(type, 0, [[DATA, 16]], false);
    driver.kick();
    await settle();
    return memory.bytes[status]!;
  }

  it("reach a back end that can, within the disk", async () => {
    const { backend, asked } = noting();
    plug({ backend });
    expect(await range(DISCARD, 8, 16)).toBe(0);
    expect(await range(WRITE_ZEROES, 8, 16)).toBe(0);
    expect(await range(WRITE_ZEROES, 8, 16, 1)).toBe(0);
    expect(asked).toEqual(["discard 4096 8192", "zero 4096 8192 false", "zero 4096 8192 true"]);
    expect(await range(DISCARD, SECTORS - 1, 2)).toBe(1);
    expect(await range(DISCARD, 8, 16, 1)).toBe(2);
    expect(await range(WRITE_ZEROES, 8, 0x7fffffff)).toBe(1);
    expect(asked.length).toBe(3);
  });

  it("are answered where the image keeps its sectors", async () => {
    expect(await range(DISCARD, 8, 16)).toBe(0);
    expect(disk[8 * 512]).toBe(8);
  });

  it("flush each write while the driver has the cache off", async () => {
    const { backend, asked } = noting();
    plug({ backend }, FLUSH | CONFIG_WCE);
    expect(driver.read(4, 32, 1)).toBe(1);
    request(OUT, 0, [[DATA, 512]]);
    driver.kick();
    await settle();
    expect(asked).toEqual(["write"]);
    driver.write(4, 32, 1, 0);
    expect(driver.read(4, 32, 1)).toBe(0);
    request(OUT, 0, [[DATA, 512]]);
    driver.kick();
    await settle();
    expect(asked).toEqual(["write", "write", "flush"]);
    // Nothing else of the configuration.
    driver.write(4, 0, 4, 1);
    expect(driver.read(4, 0, 4)).toBe(SECTORS);
  });

  it("tell the driver of another size", () => {
    const { backend } = noting();
    let resized = (): void => {};
    plug({
      backend,
      onResize: (listener) => {
        resized = listener;
      },
    });
    backend.size = 512 * SECTORS * 2;
    resized();
    expect(driver.read(4, 0, 4)).toBe(SECTORS * 2);
  });
});
