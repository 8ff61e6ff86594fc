import { describe, expect, it } from "vitest";
import { Random } from "../../../../testing/random.js";
import { ERRNO } from "../../../fs/errno.js";
import { MemoryFileSystem } from "../../../fs/memory/filesystem.js";
import { empty } from "../../../fs/memory/testing.js";
import { bytesOf, nameFromText } from "../../../fs/names.js";
import { FakeLog, FakeMemory } from "../../testing.js";
import { TestPciDriver } from "../testing/pci-driver.js";
import { VirtioPci } from "../transport/pci/transport.js";
import { answer } from "./answer.js";
import { POLICIES, VirtioFs } from "./device.js";
import { IN_HEADER, OP, SETXATTR_EXT } from "./registers.js";
import { Session } from "./session.js";
import { Client, type Field, Message, Refused, u32, u64 } from "./testing.js";
import { Reader } from "./wire.js";

const make = (): MemoryFileSystem => new MemoryFileSystem({ quota: 1 << 26, date: Date.now });

async function begun(fs = make()): Promise<Client> {
  const client = new Client(new Session(fs, POLICIES.auto));
  await client.begin();
  return client;
}

const refused = async (work: Promise<unknown>): Promise<number | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.errno;
    throw error;
  }
};

describe("FUSE", () => {
  it("agrees on a version, and answers nothing before", async () => {
    const client = new Client(new Session(make(), POLICIES.auto));
    expect(await refused(client.getattr(1))).toBe(ERRNO.EPROTO);
    expect(await refused(client.call(OP.init, 0, u32(7), u32(8), u32(0), u32(0)))).toBe(ERRNO.EPROTO);
    const newer = await client.call(OP.init, 0, u32(8), u32(0), u32(0), u32(0));
    expect([newer.u32(), client.session.begun]).toEqual([7, false]);
    const body = await client.begin(-1 >>> 0);
    expect([body.u32(), body.u32(), body.u32()]).toEqual([7, 38, 131072]);
    expect(body.left).toBe(64 - 12);
    await client.call(OP.destroy, 0);
    expect(await refused(client.getattr(1))).toBe(ERRNO.EPROTO);
  });

  it("makes, writes, reads, lists, moves and removes", async () => {
    const client = await begun();
    const d = await client.mkdir(1, "d");
    const name = nameFromText("ä€𐍈");
    const file = await client.create(d.number, name, 0o100640);
    expect(await client.write(file.number, file.handle, 1, "bytes")).toBe(5);
    expect(await client.read(file.number, file.handle, 0, 100)).toBe("\0bytes");
    expect(await client.lookup(d.number, name)).toMatchObject({ number: file.number, size: 6, mode: 0o100640 });
    const link = client.told(await client.call(OP.link, d.number, u64(file.number), "link"));
    expect(link).toMatchObject({ number: file.number, links: 2 });
    const symlink = client.told(await client.call(OP.symlink, d.number, "sym", "../target"));
    const target = await client.call(OP.readlink, symlink.number);
    expect(Buffer.from(target.data(target.left)).toString()).toBe("../target");
    const device = client.told(
      await client.call(OP.mknod, d.number, u32(0o020600), u32(0x10052c), u32(0), u32(0), "dev"),
    );
    expect(device).toMatchObject({ mode: 0o020600, device: 0x10052c });
    expect(await refused(client.call(OP.open, device.number, u32(2), u32(0)))).toBe(ERRNO.EOPNOTSUPP);
    const names = [".", "..", name, "link", "sym", "dev"];
    expect((await client.list(d.number, false, 64)).map((entry) => entry.name)).toEqual(
      names.slice(0, 0).concat(names),
    );
    const plus = await client.list(d.number, true);
    expect(plus.map((entry) => entry.name)).toEqual(names);
    expect(plus.map((entry) => entry.number)).toEqual([0, 0, file.number, file.number, symlink.number, device.number]);
    await client.call(OP.rename, d.number, u64(1), name, "moved");
    const rename2 = (flags: number) => client.call(OP.rename2, d.number, u64(1), u32(flags), u32(0), "link", "moved");
    expect(await refused(rename2(1))).toBe(ERRNO.EEXIST);
    expect(await refused(rename2(64))).toBe(ERRNO.EINVAL);
    await rename2(2);
    await client.call(OP.unlink, 1, "moved");
    expect(await refused(client.call(OP.rmdir, 1, "d"))).toBe(ERRNO.ENOTEMPTY);
    for (const each of ["link", "sym", "dev"]) await client.call(OP.unlink, d.number, each);
    await client.call(OP.rmdir, 1, "d");
    // Open, without a name.
    expect(await client.read(file.number, file.handle, 1, 100)).toBe("bytes");
    expect(await client.getattr(file.number)).toMatchObject({ links: 0, size: 6 });
    expect(await client.setattr(file.number, 8, { size: 3 })).toMatchObject({ size: 3 });
    await client.call(OP.flush, file.number, u64(file.handle), u64(0), u64(0));
    await client.call(OP.fsync, file.number, u64(file.handle), u32(1), u32(0));
    await client.call(OP.release, file.number, u64(file.handle), u32(0), u32(0), u64(0));
    expect(await refused(client.read(file.number, file.handle, 0, 1))).toBe(ERRNO.EBADF);
  });

  it("appends what programs write, and puts pages where they belong", async () => {
    const client = await begun();
    const { number } = await client.create(1, "f");
    const handle = (await client.call(OP.open, number, u32(0o2002), u32(0))).u64();
    await client.write(number, handle, 0, "abc");
    await client.write(number, handle, 0, "def");
    await client.write(number, handle, 1, "B", 1);
    expect(await client.read(number, handle, 0, 10)).toBe("aBcdef");
  });

  it("knows a file as long as it was told of it more often than it was forgotten", async () => {
    const client = await begun();
    const { number } = await client.mkdir(1, "d");
    await client.lookup(1, "d");
    await client.list(1, true);
    const forget = (lookups: number) => client.call(OP.forget, number, u64(lookups));
    await forget(2);
    expect((await client.getattr(number)).mode).toBe(0o040755);
    await client.call(OP.batchForget, 0, u32(1), u32(0), u64(number), u64(1));
    expect(await refused(client.getattr(number))).toBe(ERRNO.ESTALE);
    expect(client.session.nodes.size).toBe(0);
    await forget(1);
    await client.call(OP.forget, 1, u64(1000));
    expect((await client.getattr(1)).mode).toBe(0o040755);
  });

  it("sets what is said, drops privileges where it is told to, and reserves and finds holes", async () => {
    const client = await begun();
    const { number, handle } = await client.create(1, "f", 0o6755);
    expect((await client.getattr(number)).mode).toBe(0o106755);
    await client.write(number, handle, 0, "x");
    expect((await client.getattr(number)).mode).toBe(0o106755);
    await client.write(number, handle, 0, "x", 4);
    expect((await client.getattr(number)).mode).toBe(0o100755);
    expect(await client.setattr(number, 1 | 2 | 4, { mode: 0o4711, uid: 5, gid: 6 })).toMatchObject({
      ...{ mode: 0o104711, uid: 5, gid: 6 },
    });
    expect((await client.setattr(number, 2048)).mode).toBe(0o100711);
    await client.setattr(number, 16 | 32);
    expect(await refused(client.setattr(number, 8, { size: 2 ** 60 }))).toBe(ERRNO.EFBIG);
    await client.call(OP.fallocate, number, u64(handle), u64(100000), u64(10), u32(0), u32(0));
    expect((await client.getattr(number)).size).toBe(100010);
    const seek = async (offset: number, whence: number) =>
      (await client.call(OP.lseek, number, u64(handle), u64(offset), u32(whence), u32(0))).u64();
    expect(await seek(1000, 3)).toBe(65536);
    expect(await refused(seek(200000, 3))).toBe(ERRNO.ENXIO);
    const statfs = await client.call(OP.statfs, 1);
    expect([statfs.u64(), statfs.left]).toEqual([16384, 72]);
  });

  it("keeps xattrs, in both forms of the request", async () => {
    const client = await begun();
    const set = (name: string, value: string, flags = 0, ...more: Field[]) =>
      client.call(OP.setxattr, 1, u32(value.length), u32(flags), ...more, name, bytesOf(value));
    const get = async (op: number, size: number, name?: string) => {
      const body = await client.call(op, 1, u32(size), u32(0), ...(name ? [name] : []));
      return size === 0 ? body.u32() : Buffer.from(body.data(body.left)).toString("latin1");
    };
    await set("user.a", "value");
    await client.begin(SETXATTR_EXT);
    await set("user.b", "", 0, u64(0));
    expect([await get(OP.getxattr, 0, "user.a"), await get(OP.getxattr, 5, "user.a")]).toEqual([5, "value"]);
    expect(await refused(get(OP.getxattr, 4, "user.a"))).toBe(ERRNO.ERANGE);
    expect(await get(OP.listxattr, 100)).toBe("user.a\0user.b\0");
    expect(await refused(set("user.a", "", 1, u64(0)))).toBe(ERRNO.EEXIST);
    await client.call(OP.removexattr, 1, "user.a");
    expect(await refused(get(OP.getxattr, 0, "user.a"))).toBe(ERRNO.ENODATA);
  });

  it("lists each entry once though others are removed meanwhile", async () => {
    const fs = make();
    for (let i = 0; i < 3000; i++) fs.root.mkdir(`d${i}`, { mode: 0o755, uid: 0, gid: 0 }).release();
    const client = await begun(fs);
    let next = 0;
    const remove = () => {
      for (let i = 0; i < 20 && next < 3000; i++, next += 2) fs.root.unlink(`d${next}`, true);
    };
    const names = (await client.list(1, true, 4096, remove)).map((entry) => entry.name);
    expect(new Set(names).size).toBe(names.length);
    for (let i = 1; i < 3000; i += 2) expect(names).toContain(`d${i}`);
    await client.call(OP.destroy, 0);
    expect(client.session.nodes.size).toBe(0);
  });
});

describe("bad messages", () => {
  it.each([
    ["", ERRNO.ENOENT],
    [".", ERRNO.EINVAL],
    ["..", ERRNO.EINVAL],
    ["/", ERRNO.EINVAL],
    ["../x", ERRNO.EINVAL],
    ["x".repeat(300), ERRNO.ENAMETOOLONG],
  ])("the name %j is one error in every request", async (name, errno) => {
    const client = await begun();
    const file = await client.create(1, "f");
    for (const work of [
      client.lookup(1, name),
      client.mkdir(1, name),
      client.create(1, name),
      client.call(OP.mknod, 1, u32(0o100644), u32(0), u32(0), u32(0), name),
      client.call(OP.symlink, 1, name, "target"),
      client.call(OP.link, 1, u64(file.number), name),
      client.call(OP.unlink, 1, name),
      client.call(OP.rmdir, 1, name),
      client.call(OP.rename, 1, u64(1), name, "g"),
      client.call(OP.rename, 1, u64(1), "f", name),
    ]) {
      expect(await refused(work)).toBe(errno);
    }
    expect(client.session.fs.root.entries()).toHaveLength(1);
  });

  it("unknown files, handles and requests, names without an end, messages cut short", async () => {
    const client = await begun();
    const { number } = await client.create(1, "f");
    expect(await refused(client.getattr(4242))).toBe(ERRNO.ESTALE);
    expect(await refused(client.getattr(0))).toBe(ERRNO.ESTALE);
    expect(await refused(client.read(number, 4242, 0, 1))).toBe(ERRNO.EBADF);
    expect(await refused(client.call(OP.opendir, number, u32(0), u32(0)))).toBe(ERRNO.ENOTDIR);
    expect(await refused(client.call(OP.open, 1, u32(0), u32(0)))).toBe(ERRNO.EISDIR);
    for (const op of [31, 39, 48, 51, 52, 999]) expect(await refused(client.call(op, 1))).toBe(ERRNO.ENOSYS);
    expect(await refused(client.call(OP.lookup, 1, bytesOf("no end")))).toBe(ERRNO.EPROTO);
    const whole = new Message().make(OP.mkdir, 1, [u32(0o755), u32(0), "name"]);
    for (let length = IN_HEADER; length < whole.length; length++) {
      const errno = new DataView((await answer(client.session, whole.slice(0, length), 1000))!.buffer).getInt32(
        4,
        true,
      );
      expect(-errno).toBe(ERRNO.EPROTO);
    }
    expect(new Reader(whole).u32()).toBe(0o755);
    const small = new Client(client.session, 40);
    expect(await refused(small.getattr(1))).toBe(ERRNO.EPROTO);
  });

  it("random messages are answered, and leave nothing behind", async () => {
    const seeded = new Random(Number(process.env.SEED ?? 5));
    const random = (below: number): number => seeded.below(below);
    const fs = make();
    const client = await begun(fs);
    const ops = Object.values(OP);
    const words = ["", "a", "b", "..", "a/b", "d", "x".repeat(300)];
    const tricky = [0, 1, 2, 3, 4, 5, 0xffffffff, 0x41ed, 0x81a4];
    for (let i = 0; i < 20_000; i++) {
      const fields = Array.from({ length: random(9) }, (): Field => {
        const kind = random(3);
        if (kind === 0) return words[random(words.length)]!;
        return kind === 1
          ? u64(random(2) ? tricky[random(tricky.length)]! : random(5000))
          : u32(tricky[random(tricky.length)]!);
      });
      const made = new Message().make(ops[random(ops.length)]!, 1 + random(6), fields);
      if (random(10) === 0) made[random(made.length)] = random(256);
      const given = await answer(client.session, made, random(20) ? 100_000 : random(200));
      if (given && new DataView(given.buffer, given.byteOffset).getUint32(0, true) !== given.length)
        throw new Error(`message ${i}: the answer lies about its size`);
      if (!client.session.begun || i % 500 === 0) await client.begin();
    }
    client.session.end();
    empty(fs);
    expect(fs.statistics().files - fs.statistics().freeFiles).toBe(1);
  });
});

it("is a device: its tag, its queues, requests with and without an answer", () => {
  const memory = new FakeMemory(0x100000);
  const device = new VirtioFs({ fs: make(), tag: "shared", requestQueues: 2 });
  const driver = new TestPciDriver(memory, new VirtioPci(device, { memory, log: new FakeLog() }));
  expect(driver.config(0, 4)).toBe(0x105a1af4);
  expect([device.readConfig(0, 4), device.readConfig(36, 4)]).toEqual([0x72616873, 2]);
  driver.negotiate(0);
  const urgent = driver.addQueue(0, 0x1000, 8);
  const queue = driver.addQueue(1, 0x2000, 8);
  driver.ready();
  const ask = (bytes: Uint8Array, room: number, on = queue, index = 1): number => {
    memory.write(0x4000, bytes);
    on.add([
      { address: 0x4000, length: bytes.length },
      ...(room > 0 ? [{ address: 0x8000, length: room, write: true }] : []),
    ]);
    driver.kick(index);
    return on.used()[0]!.written;
  };
  expect(ask(new Message().make(OP.init, 0, [u32(7), u32(31), u32(0), u32(0)]), 100)).toBe(80);
  expect(device.unsaved).toContain("mounted");
  expect(ask(new Message().make(OP.forget, 5, [u64(1)]), 0, urgent, 0)).toBe(0);
  expect(ask(new Uint8Array(7), 100)).toBe(0);
  expect(ask(new Message().make(OP.getattr, 1, [u64(0), u64(0)]), 8)).toBe(8);
  device.reset();
  expect(device.unsaved).toBeUndefined();
});
