import { describe, expect, it } from "vitest";
import { Random } from "../../../../testing/random.js";
import { ERRNO } from "../../../fs/errno.js";
import type { FileSystem, OpenFile } from "../../../fs/interfaces.js";
import { MemoryFileSystem } from "../../../fs/memory/filesystem.js";
import { empty } from "../../../fs/memory/testing.js";
import { nameFromText } from "../../../fs/names.js";
import { O_EXCL } from "../../../fs/open-flags.js";
import { FakeLog, FakeMemory } from "../../testing.js";
import { TestPciDriver } from "../testing/pci-driver.js";
import { VirtioPci } from "../transport/pci/transport.js";
import { Virtio9p } from "./device.js";
import { LOCK_BLOCKED, LOCK_SUCCESS, LOCK_UNLOCK, LOCK_WRITE, NOFID, NOTAG, RLERROR, T } from "./registers.js";
import { Session } from "./session.js";
import { Client9p, type Field, message, qid, Refused, u8, u16, u32, u64 } from "./testing.js";

const make = (): MemoryFileSystem => new MemoryFileSystem({ quota: 1 << 26, date: Date.now });

async function begun(fs: FileSystem = make(), uid = 0): Promise<Client9p> {
  const client = new Client9p(new Session(fs));
  await client.begin(uid);
  return client;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const refused = async (answer: Promise<unknown>): Promise<number | undefined> => {
  try {
    await answer;
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.errno;
    throw error;
  }
};

describe("9P2000.L", () => {
  it("agrees on a version and a message size, and begins anew with each", async () => {
    const client = new Client9p(new Session(make()));
    const other = await client.call(T.version, u32(8192), "9P2000.u");
    expect([other.u32(), other.string()]).toEqual([8192, "unknown"]);
    expect(await refused(client.call(T.version, u32(100), "9P2000.L"))).toBe(ERRNO.EINVAL);
    expect(await client.begin(0, 2 ** 31)).toBe(1 << 20);
    await client.walk(0);
    expect(client.session.size).toBe(2);
    await client.begin();
    expect(client.session.size).toBe(1);
  });

  it("makes, writes, reads, lists, moves and removes", async () => {
    const client = await begun();
    await client.call(T.mkdir, u32(0), "d", u32(0o755), u32(0));
    const d = await client.walk(0, "d");
    const name = nameFromText("ä€𐍈");
    // Some clients have the kind of file in the mode.
    const file = await client.create(d, name, 0o100640);
    expect(await client.write(file, 1, Buffer.from("bytes"))).toBe(5);
    expect(text(await client.read(file, 0, 100))).toBe("\0bytes");
    const found = await client.walk(0, "d", name);
    expect(await client.attributes(found)).toMatchObject({ mode: 0o100640, links: 1, size: 6 });
    await client.call(T.link, u32(d), u32(found), "link");
    await client.call(T.symlink, u32(d), "sym", "../target", u32(0));
    await client.call(T.mknod, u32(d), "dev", u32(0o020600), u32(5), u32(300), u32(0));
    expect(await client.attributes(await client.walk(d, "dev"))).toMatchObject({ mode: 0o020600, rdev: 0x10052c });
    const target = await client.call(T.readlink, u32(await client.walk(d, "sym")));
    expect(target.string()).toBe("../target");
    const directory = await client.walk(d);
    await client.call(T.lopen, u32(directory), u32(0o200000));
    expect(await client.list(directory)).toEqual([".", "..", name, "link", "sym", "dev"]);
    await client.call(T.renameat, u32(d), name, u32(0), "moved");
    // By its fid: whatever its name is now.
    await client.call(T.rename, u32(found), u32(d), "again");
    expect(await refused(client.walk(0, "moved"))).toBe(ERRNO.ENOENT);
    await client.call(T.remove, u32(found));
    expect(await refused(client.attributes(found))).toBe(ERRNO.EBADF);
    for (const each of ["sym", "dev"]) await client.call(T.unlinkat, u32(d), each, u32(0));
    expect(await refused(client.call(T.unlinkat, u32(0), "d", u32(0x200)))).toBe(ERRNO.ENOTEMPTY);
    const statfs = await client.call(T.statfs, u32(0));
    expect(statfs.u32()).toBe(0x01021994);
    await client.call(T.fsync, u32(file), u32(1));
  });

  it("answers how far a walk came, and makes no fid of half of one", async () => {
    const client = await begun();
    await client.call(T.mkdir, u32(0), "a", u32(0o755), u32(0));
    const body = await client.call(T.walk, u32(0), u32(7), u16(3), "a", "none", "b");
    expect(body.u16()).toBe(1);
    expect(qid(body).type).toBe(0x80);
    expect(await refused(client.attributes(7))).toBe(ERRNO.EBADF);
    expect(await refused(client.call(T.walk, u32(0), u32(7), u16(1), "none"))).toBe(ERRNO.ENOENT);
    const up = await client.call(T.walk, u32(0), u32(8), u16(3), "a", "..", "..");
    const root = [up.u16(), qid(up), qid(up), qid(up)];
    expect(root[2]).toEqual(root[3]);
    const own = await client.walk(0);
    await client.call(T.walk, u32(own), u32(own), u16(1), "a");
    expect(await refused(client.call(T.walk, u32(0), u32(own), u16(0)))).toBe(ERRNO.EINVAL);
  });

  it("opens what is there where it may be, and does not where it must be new", async () => {
    const client = await begun();
    await client.write(await client.create(0, "f"), 0, Buffer.from("text"));
    expect(await refused(client.create(0, "f", 0o644, 2 | O_EXCL))).toBe(ERRNO.EEXIST);
    expect(text(await client.read(await client.create(0, "f"), 0, 10))).toBe("text");
    const truncated = await client.open(0, "f", 0o1002);
    expect((await client.attributes(truncated)).size).toBe(0);
    await client.call(T.mknod, u32(0), "fifo", u32(0o010600), u32(0), u32(0), u32(0));
    expect(await refused(client.open(0, "fifo"))).toBe(ERRNO.EOPNOTSUPP);
    expect(await refused(client.open(0, "f", 0o200000))).toBe(ERRNO.ENOTDIR);
  });

  it("sets what is said, and nothing else", async () => {
    const client = await begun();
    const file = await client.create(0, "f");
    const set = (valid: number, ...numbersOf: number[]): Promise<unknown> => {
      const [mode = 0, uid = 0, gid = 0, size = 0, ...times] = numbersOf;
      const moments = [0, 1, 2, 3].map((i) => u64(times[i] ?? 0));
      return client.call(T.setattr, u32(file), u32(valid), u32(mode), u32(uid), u32(gid), u64(size), ...moments);
    };
    await set(1 | 2 | 4 | 8, 0o600, 7, 8, 9);
    expect(await client.attributes(file)).toMatchObject({ mode: 0o100600, uid: 7, gid: 8, size: 9 });
    await set(0x1b0, 0, 0, 0, 0, 5, 6, 7, 8);
    const all = await client.call(T.getattr, u32(file), u64(0x3fff));
    expect(all.u64()).toBe(0x7ff | 0x800 | 0x2000);
    all.data(13 + 12 + 40);
    expect([all.u64(), all.u64(), all.u64(), all.u64()]).toEqual([5, 6, 7, 8]);
    expect(await refused(set(0x1b0, 0, 0, 0, 0, 5, 1e9))).toBe(ERRNO.EINVAL);
    expect(await refused(set(8, 0, 0, 0, 2 ** 60))).toBe(ERRNO.EFBIG);
  });

  it("reads and writes xattrs through fids", async () => {
    const client = await begun();
    const file = await client.create(0, "f");
    const write = async (name: string, value: string, flags = 0): Promise<void> => {
      const fid = await client.walk(0, "f");
      await client.call(T.xattrcreate, u32(fid), name, u64(value.length), u32(flags));
      if (value) await client.write(fid, 0, Buffer.from(value));
      await client.clunk(fid);
    };
    const read = async (name: string): Promise<string> => {
      const fid = client.fid();
      const size = (await client.call(T.xattrwalk, u32(file), u32(fid), name)).u64();
      const value = text(await client.read(fid, 0, size));
      await client.clunk(fid);
      return value;
    };
    await write("user.a", "value");
    await write("user.b", "");
    expect([await read("user.a"), await read(""), await read("user.b")]).toEqual(["value", "user.a\0user.b\0", ""]);
    expect(await refused(write("user.a", "x", 1))).toBe(ERRNO.EEXIST);
    await write("user.a", "", 2);
    expect(await refused(read("user.a"))).toBe(ERRNO.ENODATA);
    const fid = await client.walk(0, "f");
    expect(await refused(client.call(T.xattrcreate, u32(fid), "user.c", u64(1 << 20), u32(0)))).toBe(ERRNO.ERANGE);
    await client.call(T.xattrcreate, u32(fid), "user.c", u64(2), u32(0));
    expect(await refused(client.write(fid, 1, Buffer.from("xy")))).toBe(ERRNO.ENOSPC);
    expect(await refused(client.clunk(fid))).toBe(ERRNO.EINVAL);
    expect(await refused(client.attributes(fid))).toBe(ERRNO.EBADF);
  });

  it("keeps locks of processes apart, and lets go of them with the fid", async () => {
    const client = await begun();
    const [one, two] = [await client.create(0, "f"), await client.open(0, "f", 2)];
    const lock = async (fid: number, pid: number, type: number, start: number, length: number): Promise<number> =>
      (await client.call(T.lock, u32(fid), u8(type), u32(0), u64(start), u64(length), u32(pid), "host")).u8();
    expect(await lock(one, 1, LOCK_WRITE, 0, 10)).toBe(LOCK_SUCCESS);
    expect(await lock(two, 2, LOCK_WRITE, 9, 0)).toBe(LOCK_BLOCKED);
    const other = await client.call(T.getlock, u32(two), u8(LOCK_WRITE), u64(5), u64(1), u32(2), "host");
    expect([other.u8(), other.u64(), other.u64(), other.u32()]).toEqual([LOCK_WRITE, 0, 10, 1]);
    expect(await lock(one, 1, LOCK_UNLOCK, 9, 1)).toBe(LOCK_SUCCESS);
    expect(await lock(two, 2, LOCK_WRITE, 9, 0)).toBe(LOCK_SUCCESS);
    await client.clunk(one);
    expect(await lock(two, 2, LOCK_WRITE, 0, 0)).toBe(LOCK_SUCCESS);
  });
});

// Faults of others that the others of tests/folders/faults.test.ts are not like: see docs/folders.md.
describe("what went wrong elsewhere", () => {
  it("a walk goes by fids, whatever parents are called meanwhile (2), and open files survive their tree (3)", async () => {
    const client = await begun();
    await client.call(T.mkdir, u32(0), "a", u32(0o755), u32(0));
    const a = await client.walk(0, "a");
    const open: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const file = await client.create(a, `f${i}`);
      await client.write(file, 0, Buffer.from(`${i}`));
      open.push(file);
      if (i % 100 === 0) await client.call(T.renameat, u32(0), i % 200 ? "b" : "a", u32(0), i % 200 ? "a" : "b");
    }
    for (let i = 0; i < 2000; i++) await client.call(T.unlinkat, u32(a), `f${i}`, u32(0));
    expect(text(await client.read(open[1234]!, 0, 10))).toBe("1234");
    for (const file of open) await client.clunk(file);
  });

  it("the version of a file changes when it is written, and only then (11)", async () => {
    const client = await begun();
    const file = await client.create(0, "f");
    const version = async (): Promise<number> => {
      const body = await client.call(T.getattr, u32(file), u64(0x7ff));
      body.u64();
      return qid(body).version;
    };
    const before = await version();
    expect(await version()).toBe(before);
    await client.write(file, 0, Buffer.from("x"));
    expect(await version()).not.toBe(before);
  });

  it("a flush is answered after what it is about (22)", async () => {
    let finish: (() => void) | undefined;
    const fs = make();
    const slow: OpenFile = {
      read: (_offset, into) => new Promise((resolve) => (finish = () => resolve(into.length))),
      write: (_offset, from) => from.length,
      ...{ allocate() {}, seek: () => 0, sync() {}, close() {} },
    };
    const client = await begun(fs);
    const file = await client.create(0, "f");
    client.session.fid(file).file = slow;
    const order: string[] = [];
    const reading = Promise.resolve(client.send(message(T.read, 5, [u32(file), u64(0), u32(10)]))).then(() =>
      order.push("read"),
    );
    const flushing = Promise.resolve(client.send(message(T.flush, 6, [u16(5)]))).then(() => order.push("flush"));
    // A flush of nothing, and of itself, is answered at once.
    expect(client.send(message(T.flush, 7, [u16(77)]))).toBeInstanceOf(Uint8Array);
    expect(client.send(message(T.flush, 8, [u16(8)]))).toBeInstanceOf(Uint8Array);
    finish!();
    await Promise.all([reading, flushing]);
    expect(order).toEqual(["read", "flush"]);
  });
});

describe("bad messages", () => {
  const names: [string, number][] = [
    ["", ERRNO.ENOENT],
    [".", ERRNO.EINVAL],
    ["/", ERRNO.EINVAL],
    ["a/b", ERRNO.EINVAL],
    ["../x", ERRNO.EINVAL],
    ["a\0b", ERRNO.EINVAL],
    ["x".repeat(300), ERRNO.ENAMETOOLONG],
  ];

  it.each([...names, ["..", ERRNO.EINVAL] as [string, number]])(
    "the name %j is one error in every request",
    async (name, errno) => {
      const client = await begun();
      const file = await client.create(0, "f");
      const requests: [number, ...Field[]][] = [
        [T.lcreate, u32(await client.walk(0)), name, u32(2), u32(0o644), u32(0)],
        [T.mkdir, u32(0), name, u32(0o755), u32(0)],
        [T.symlink, u32(0), name, "target", u32(0)],
        [T.mknod, u32(0), name, u32(0o100644), u32(0), u32(0), u32(0)],
        [T.link, u32(0), u32(file), name],
        [T.rename, u32(file), u32(0), name],
        [T.renameat, u32(0), name, u32(0), "g"],
        [T.renameat, u32(0), "f", u32(0), name],
        [T.unlinkat, u32(0), name, u32(0)],
        ...(name === ".." ? [] : [[T.walk, u32(0), u32(900), u16(1), name] as [number, ...Field[]]]),
      ];
      for (const [type, ...fields] of requests)
        expect([type, await refused(client.call(type, ...fields))]).toEqual([type, errno]);
      expect(client.session.fs.root.entries()).toHaveLength(1);
    },
  );

  it("fids that are taken, unknown, open or of the wrong kind", async () => {
    const client = await begun();
    const file = await client.create(0, "f");
    expect(await refused(client.call(T.attach, u32(0), u32(NOFID), "", "", u32(0)))).toBe(ERRNO.EINVAL);
    expect(await refused(client.call(T.auth, u32(9), "", "", u32(0)))).toBe(ERRNO.EOPNOTSUPP);
    expect(await refused(client.call(T.walk, u32(0), u32(file), u16(0)))).toBe(ERRNO.EINVAL);
    expect(await refused(client.call(T.lopen, u32(file), u32(0)))).toBe(ERRNO.EBADF);
    expect(await refused(client.read(0, 0, 1))).toBe(ERRNO.EBADF);
    expect(await refused(client.call(T.readdir, u32(file), u64(0), u32(100)))).toBe(ERRNO.ENOTDIR);
    expect(await refused(client.call(T.mkdir, u32(file), "d", u32(0), u32(0)))).toBe(ERRNO.ENOTDIR);
    expect(await refused(client.call(T.remove, u32(await client.walk(0))))).toBe(ERRNO.EBUSY);
    expect(await refused(client.walk(0, ...Array.from({ length: 17 }, () => "a")))).toBe(ERRNO.EINVAL);
    for (const type of [T.read, T.lopen, T.getattr, T.clunk, T.walk, T.link])
      expect(await refused(client.call(type, u32(4242), u64(0), u64(0)))).toBe(ERRNO.EBADF);
    expect(await refused(client.call(112, u32(0), u8(0)))).toBe(ERRNO.EOPNOTSUPP);
    expect(await refused(client.read(file, 2 ** 60, 1))).toBe(ERRNO.EINVAL);
    expect(await refused(client.write(file, 2 ** 60, new Uint8Array(1)))).toBe(ERRNO.EFBIG);
  });

  it("messages that are cut short or lie about their size are EPROTO, wherever they are cut", async () => {
    const client = await begun();
    const whole = message(T.lcreate, 3, [u32(0), "name", u32(2), u32(0o644), u32(0)]);
    const errnoOf = (answer: Uint8Array): number =>
      answer[4] === RLERROR ? new DataView(answer.buffer).getUint32(7, true) : 0;
    for (let length = 7; length < whole.length; length++) {
      expect(errnoOf(await client.send(whole.slice(0, length)))).toBe(ERRNO.EPROTO);
      const short = whole.slice(0, length);
      new DataView(short.buffer).setUint32(0, length, true);
      expect(errnoOf(await client.send(short))).toBe(ERRNO.EPROTO);
    }
    const zero = whole.slice();
    new DataView(zero.buffer).setUint32(0, 0, true);
    expect(errnoOf(await client.send(zero))).toBe(ERRNO.EPROTO);
    expect(client.session.fs.root.entries()).toEqual([]);
  });

  it("answers never take more than the room there is", async () => {
    const fs = make();
    const client = new Client9p(new Session(fs), 64);
    await client.begin();
    const file = await client.create(0, "f");
    await client.write(file, 0, new Uint8Array(1000));
    expect((await client.read(file, 0, 1000)).length).toBe(64 - 11);
    expect(await refused(client.call(T.getattr, u32(file), u64(0x7ff)))).toBe(ERRNO.EPROTO);
  });

  it("random messages are answered, each with one answer, and leave nothing behind", async () => {
    const seeded = new Random(Number(process.env.SEED ?? 9));
    const random = (below: number): number => seeded.below(below);
    const fs = make();
    const client = await begun(fs);
    const types = Object.values(T);
    const tricky = [0, 1, 2, 0xffffffff, 100, 101, 102, 0x7fffffff];
    const words = ["", "a", "b", "..", ".", "a/b", "\0", "x".repeat(300), "d"];
    for (let i = 0; i < 20_000; i++) {
      const fields: Field[] = Array.from({ length: random(9) }, () => {
        const kind = random(4);
        if (kind === 0) return words[random(words.length)]!;
        const value = tricky[random(tricky.length)]!;
        return kind === 1 ? u64(random(2) ? value : random(5000)) : random(8) ? u32(value) : u16(random(4));
      });
      const made = message(types[random(types.length)]!, random(4), fields);
      if (random(10) === 0) made[random(made.length)] = random(256);
      const answer = await client.send(made);
      const size = new DataView(answer.buffer, answer.byteOffset).getUint32(0, true);
      if (size !== answer.length) throw new Error(`message ${i}: an answer of ${answer.length} bytes says ${size}`);
      if (i % 500 === 0) await client.begin(random(2));
    }
    client.session.end();
    empty(fs);
    expect(fs.statistics().files - fs.statistics().freeFiles).toBe(1);
  });
});

it("is a device: a buffer is a message and has room for its answer", () => {
  const memory = new FakeMemory(0x100000);
  const device = new Virtio9p({ fs: make(), tag: "shared" });
  const driver = new TestPciDriver(memory, new VirtioPci(device, { memory, log: new FakeLog() }));
  expect(driver.config(0, 4)).toBe(0x10491af4);
  driver.negotiate(1);
  const queue = driver.addQueue(0, 0x1000, 8);
  driver.ready();
  const ask = (bytes: Uint8Array, room: number): Uint8Array => {
    memory.write(0x4000, bytes);
    queue.add([
      ...(bytes.length > 0 ? [{ address: 0x4000, length: bytes.length }] : []),
      ...(room > 0 ? [{ address: 0x8000, length: room, write: true }] : []),
    ]);
    driver.kick();
    const [used] = queue.used();
    return memory.bytes.slice(0x8000, 0x8000 + used!.written);
  };
  expect(ask(message(T.version, NOTAG, [u32(8192), "9P2000.L"]), 100)[4]).toBe(T.version + 1);
  expect(ask(message(T.attach, 1, [u32(0), u32(NOFID), "", "", u32(0)]), 100)[4]).toBe(T.attach + 1);
  expect(device.unsaved).toContain("mounted");
  // Too short for a header; and no room for an answer.
  expect(ask(new Uint8Array(3), 100)[4]).toBe(RLERROR);
  expect(ask(message(T.clunk, 1, [u32(0)]), 3).length).toBe(3);
  expect(ask(message(T.statfs, 1, [u32(0)]), 0).length).toBe(0);
  device.reset();
  expect(device.unsaved).toBeUndefined();
});
