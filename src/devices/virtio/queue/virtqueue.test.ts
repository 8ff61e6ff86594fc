import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { StateReader } from "../../state.js";
import { FakeMemory } from "../../testing.js";
import { TestQueue } from "../testing/driver.js";
import { copyIn, copyOut, slice } from "./segments.js";
import { Virtqueue, VirtqueueError } from "./virtqueue.js";

const RAM = 0x20000;
const TABLE = 0x8000;
const DATA = 0x10000;
const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

let memory: FakeMemory;
let driver: TestQueue;
let queue: Virtqueue;

function start(size = 8, features = { indirect: true, eventIndex: false }): void {
  memory = new FakeMemory(RAM);
  driver = new TestQueue(memory, 0x1000, size);
  queue = new Virtqueue(memory, 256);
  driver.configure(queue);
  queue.enable(features);
}

beforeEach(() => start());

describe("a good chain", () => {
  it("is taken with its readable and writable parts, once", () => {
    const head = driver.add([
      { address: DATA, length: 16 },
      { address: DATA + 100, length: 50 },
      { address: DATA + 200, length: 7, write: true },
    ]);
    expect(queue.pop()).toEqual({
      head,
      readable: [
        { address: DATA, length: 16 },
        { address: DATA + 100, length: 50 },
      ],
      writable: [{ address: DATA + 200, length: 7 }],
      readableLength: 66,
      writableLength: 7,
    });
    expect(queue.pop()).toBeUndefined();
    expect(queue.inFlight).toBe(1);
  });

  it("may be indirect, also with more descriptors than the queue has", () => {
    driver.add(
      Array.from({ length: 40 }, (_, i) => ({ address: DATA + i * 32, length: 16, write: i > 20 })),
      TABLE,
    );
    const chain = queue.pop();
    expect([chain?.readable.length, chain?.writable.length]).toEqual([21, 19]);
  });

  it("may have a direct part before the indirect table", () => {
    driver.descriptor(TABLE, 0, DATA + 64, 8, WRITE);
    driver.descriptor(driver.desc, 0, DATA, 4, NEXT, 3);
    driver.descriptor(driver.desc, 3, TABLE, 16, INDIRECT);
    driver.makeAvailable(0);
    expect(queue.pop()).toMatchObject({ readableLength: 4, writableLength: 8 });
  });

  it("may be exactly as long as the queue", () => {
    driver.add(Array.from({ length: 8 }, (_, i) => ({ address: DATA + i, length: 1 })));
    expect(queue.pop()?.readableLength).toBe(8);
  });

  it("is given back in the used ring in the order of completion, around the ring's end", () => {
    for (let round = 0; round < 40; round++) {
      const first = driver.add([{ address: DATA, length: 4, write: true }]);
      const second = driver.add([{ address: DATA, length: 4, write: true }]);
      const chains = [queue.pop()!, queue.pop()!];
      queue.push(chains[1]!, 3);
      queue.push(chains[0]!, 4);
      expect(driver.used()).toEqual([
        { head: second, written: 3 },
        { head: first, written: 4 },
      ]);
    }
    expect(queue.inFlight).toBe(0);
  });

  it("works across the wrap of the 16-bit indices", () => {
    for (let i = 0; i < 65540; i++) {
      driver.add([{ address: DATA, length: 1, write: true }]);
      queue.push(queue.pop()!, 1);
    }
    expect(driver.usedIndex).toBe(4);
  });
});

describe("a bad chain", () => {
  const { desc } = new TestQueue(new FakeMemory(RAM), 0x1000, 8);
  const single = (address: number, length: number, flags: number, next = 0) => {
    driver.descriptor(desc, 0, address, length, flags, next);
    driver.makeAvailable(0);
  };
  const cases: readonly (readonly [name: string, message: RegExp, make: () => void])[] = [
    ["loops on itself", /or a loop/, () => single(DATA, 4, NEXT, 0)],
    [
      "loops through several",
      /or a loop/,
      () => {
        driver.descriptor(desc, 0, DATA, 4, NEXT, 1);
        driver.descriptor(desc, 1, DATA, 4, NEXT, 2);
        driver.descriptor(desc, 2, DATA, 4, NEXT, 1);
        driver.makeAvailable(0);
      },
    ],
    ["has a head outside the table", /head 8 is outside the queue of 8/, () => driver.makeAvailable(8)],
    ["continues outside the table", /next descriptor 9 is outside/, () => single(DATA, 4, NEXT, 9)],
    ["points past RAM", /not in RAM/, () => single(RAM, 4, 0)],
    ["straddles the end of RAM", /buffer of 9 bytes at 0x1fff8 is not in RAM/, () => single(RAM - 8, 9, 0)],
    ["points beyond 2^53", /not in RAM/, () => single(2 ** 63, 4, 0)],
    ["wraps at 2^64", /not in RAM/, () => single(2 ** 64 - 4096, 0x2000, WRITE)],
    ["has length 0", /length 0/, () => single(DATA, 0, 0)],
    ["has length 2^32-1", /not in RAM/, () => single(DATA, 0xffffffff, WRITE)],
    [
      "has a readable part after a writable one",
      /device-readable descriptor after/,
      () => {
        driver.descriptor(desc, 0, DATA, 4, NEXT | WRITE, 1);
        driver.descriptor(desc, 1, DATA, 4, 0);
        driver.makeAvailable(0);
      },
    ],
    [
      "is made available twice",
      /descriptor 0 is made available while in use/,
      () => {
        driver.add([{ address: DATA, length: 4 }]);
        driver.makeAvailable(0);
      },
    ],
    ["claims more buffers than the queue has", /9 buffers available in a queue of 8/, () => driver.setAvailIndex(9)],
    ["goes back in the available ring", /65535 buffers available/, () => driver.setAvailIndex(-1)],
    ["has an indirect table of odd length", /indirect table of 17 bytes/, () => single(TABLE, 17, INDIRECT)],
    ["has an empty indirect table", /indirect table of 0 bytes/, () => single(TABLE, 0, INDIRECT)],
    ["has a huge indirect table", /indirect table of 16400 bytes/, () => single(TABLE, 16 * 1025, INDIRECT)],
    ["has an indirect table outside RAM", /indirect table at .* is not in RAM/, () => single(RAM - 8, 32, INDIRECT)],
    ["continues after the indirect table", /has a successor/, () => single(TABLE, 16, INDIRECT | NEXT, 1)],
    [
      "nests indirect tables",
      /indirect where none may be/,
      () => {
        driver.descriptor(TABLE, 0, TABLE, 16, INDIRECT);
        single(TABLE, 16, INDIRECT);
      },
    ],
    [
      "loops in the indirect table",
      /or a loop/,
      () => {
        driver.descriptor(TABLE, 0, DATA, 4, NEXT, 1);
        driver.descriptor(TABLE, 1, DATA, 4, NEXT, 0);
        single(TABLE, 32, INDIRECT);
      },
    ],
    [
      "leaves the indirect table",
      /next descriptor 2 is outside the table of 2/,
      () => {
        driver.descriptor(TABLE, 0, DATA, 4, NEXT, 2);
        single(TABLE, 32, INDIRECT);
      },
    ],
  ];
  it.each(cases)("%s", (_name, message, make) => {
    make();
    const drain = () => {
      while (queue.pop() !== undefined);
    };
    expect(drain).toThrow(VirtqueueError);
    expect(drain).toThrow(message);
  });

  it("is indirect without the feature", () => {
    start(8, { indirect: false, eventIndex: false });
    driver.add([{ address: DATA, length: 4 }], TABLE);
    expect(() => queue.pop()).toThrow("indirect where none may be");
  });

  it("adds up to 4 GiB", () => {
    const huge = new FakeMemory(RAM);
    // Memory that claims to be large, so that the sum and not the address is what is wrong.
    const view = huge.view.bind(huge);
    huge.view = (address, length) => (length > 0x1000000 ? new Uint8Array(0) : view(address, length));
    driver = new TestQueue(huge, 0x1000, 8);
    queue = new Virtqueue(huge, 8);
    driver.configure(queue);
    queue.enable({ indirect: false, eventIndex: false });
    driver.add([1, 2, 3].map(() => ({ address: DATA, length: 0x60000000, write: true })));
    expect(() => queue.pop()).toThrow("4 GiB");
  });
});

describe("a bad queue", () => {
  it.each([
    ["descriptor table", "desc", 0x1008],
    ["available ring", "driver", 0x1001],
    ["used ring", "device", 0x1002],
    ["descriptor table", "desc", RAM - 16],
    ["available ring", "driver", RAM],
    ["used ring", "device", 2 ** 63],
  ] as const)("has its %s (%s) at %d", (name, field, address) => {
    queue.reset();
    driver.configure(queue);
    queue[field] = address;
    expect(() => queue.enable({ indirect: true, eventIndex: true })).toThrow(name);
    expect(queue.pop()).toBeUndefined();
  });

  it.each([0, 3, 512, 65535])("has size %d", (size) => {
    queue.reset();
    driver.configure(queue);
    queue.size = size;
    expect(() => queue.enable({ indirect: true, eventIndex: true })).toThrow(`queue size ${size}`);
  });
});

describe("interrupts", () => {
  const serve = () => {
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) queue.push(chain, 0);
  };

  it("are suppressed by the flag", () => {
    driver.add([{ address: DATA, length: 4 }]);
    serve();
    expect(queue.shouldInterrupt()).toBe(true);
    expect(queue.shouldInterrupt()).toBe(false);
    driver.setFlags(1);
    driver.add([{ address: DATA, length: 4 }]);
    serve();
    expect(queue.shouldInterrupt()).toBe(false);
  });

  it("come when the used index passes the event index", () => {
    start(8, { indirect: true, eventIndex: true });
    driver.setUsedEvent(2);
    const results: boolean[] = [];
    for (let i = 0; i < 5; i++) {
      driver.add([{ address: DATA, length: 4 }]);
      serve();
      results.push(queue.shouldInterrupt());
    }
    expect(results).toEqual([false, false, true, false, false]);
    driver.setUsedEvent(6);
    for (let i = 0; i < 3; i++) driver.add([{ address: DATA, length: 4 }]);
    serve();
    expect(queue.shouldInterrupt()).toBe(true);
  });

  it("are asked of the driver by the available event index", () => {
    start(8, { indirect: true, eventIndex: true });
    for (let i = 0; i < 3; i++) driver.add([{ address: DATA, length: 4 }]);
    serve();
    expect(driver.availEvent).toBe(3);
  });

  it("survive saving and loading", () => {
    start(8, { indirect: true, eventIndex: true });
    driver.add([{ address: DATA, length: 4 }]);
    serve();
    const other = new Virtqueue(memory, 256);
    other.load(new StateReader("queue", JSON.parse(JSON.stringify(queue.save()))));
    queue = other;
    const head = driver.add([{ address: DATA, length: 4, write: true }]);
    driver.setUsedEvent(1);
    serve();
    expect(queue.shouldInterrupt()).toBe(true);
    expect(driver.used().at(-1)?.head).toBe(head);
  });
});

describe("properties", () => {
  it("never does worse than VirtqueueError with random rings", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 512, maxLength: 512 }),
        fc.boolean(),
        fc.boolean(),
        (noise, indirect, near) => {
          start(8, { indirect, eventIndex: true });
          memory.write(driver.desc, noise.subarray(0, 128));
          if (near) {
            // Mostly valid: addresses in RAM, short lengths, small next.
            for (let i = 0; i < 8; i++) {
              const at = driver.desc + 16 * i;
              memory.writeU32(at, DATA + noise[i]! * 16);
              memory.writeU32(at + 4, 0);
              memory.writeU32(at + 8, (noise[i + 8]! & 0x7f) << 4);
              memory.writeU16(at + 12, noise[i + 16]! & 7);
              memory.writeU16(at + 14, noise[i + 24]! % 9);
            }
            memory.write(DATA, noise);
          }
          for (let i = 0; i < 8; i++) driver.makeAvailable(near ? noise[400 + i]! % 9 : noise[400 + i]!);
          try {
            for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
              for (const segment of [...chain.readable, ...chain.writable]) {
                expect(memory.view(segment.address, segment.length)).toBeDefined();
              }
              queue.push(chain, 0);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(VirtqueueError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("slices and copies buffers as one array", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lengths, fc.boolean(), fc.nat(300), fc.nat(300), (parts, gaps, start, wanted) => {
        const ram = new FakeMemory(1024);
        let at = 0;
        const segments = parts.map((length) => {
          const segment = { address: at, length };
          at += length + (gaps ? 3 : 0);
          return segment;
        });
        const total = parts.reduce((sum, length) => sum + length, 0);
        const bytes = Uint8Array.from({ length: total }, (_, i) => i);
        expect(copyIn(ram, segments, bytes)).toBe(total);
        const offset = Math.min(start, total);
        const length = Math.min(wanted, total - offset);
        const piece = slice(segments, offset, length);
        const out = new Uint8Array(length);
        expect(copyOut(ram, piece, out)).toBe(length);
        expect(out).toEqual(bytes.subarray(offset, offset + length));
        if (!gaps) expect(piece.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
