import { describe, expect, it } from "vitest";
import { Random } from "../../../../testing/random.js";
import { ERRNO } from "../../../fs/errno.js";
import { MemoryFileSystem } from "../../../fs/memory/filesystem.js";
import { empty } from "../../../fs/memory/testing.js";
import { bytesOf, nameFromText } from "../../../fs/names.js";
import { FakeLog, FakeMemory } from "../../testing.js";
import { TestPciDriver } from "../testing/pci-driver.js";
import { VirtioPci } from "../transport/pci/transport.js";
import { MessageReader, MessageWriter } from "../wire.js";
import { answer } from "./answer.js";
import { POLICIES, VirtioFs } from "./device.js";
import { HANDLE_KILLPRIV_V2, IN_HEADER, OP, OUT_HEADER, SETXATTR_EXT } from "./registers.js";
import { Session } from "./session.js";
import { Reader } from "./wire.js";

/** What the server refused. */
class Refused extends Error {
  constructor(readonly errno: number) {
    super(`errno ${errno}`);
  }
}

type Field = readonly [32 | 64, number] | string | Uint8Array;
const u32 = (value: number): Field => [32, value];
const u64 = (value: number): Field => [64, value];

class Message extends MessageWriter {
  constructor() {
    super(IN_HEADER);
  }

  make(op: number, node: number, fields: readonly Field[], { uid = 0, unique = 1 } = {}): Uint8Array {
    for (const field of fields) {
      if (typeof field === "string") this.raw(bytesOf(`${field}\0`));
      else if (field instanceof Uint8Array) this.raw(field);
      else if (field[0] === 32) this.u32(field[1]);
      else this.u64(field[1]);
    }
    const header = [this.length, op, unique, 0, node, 0, uid, uid, 1, 0];
    for (const [i, value] of header.entries()) this.putU32(4 * i, value);
    return this.written.slice();
  }
}

class Client {
  uid = 0;

  constructor(
    readonly session: Session,
    readonly room = 1 << 20,
  ) {}

  async call(op: number, node: number, ...fields: Field[]): Promise<MessageReader> {
    const bytes = await answer(this.session, new Message().make(op, node, fields, { uid: this.uid }), this.room);
    if (bytes === undefined) return new MessageReader(new Uint8Array(0), 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    if (view.getUint32(0, true) !== bytes.length || view.getUint32(8, true) !== 1) throw new Error("a wrong header");
    const error = view.getInt32(4, true);
    if (error !== 0) throw new Refused(-error);
    return new MessageReader(bytes, OUT_HEADER);
  }

  async begin(flags = HANDLE_KILLPRIV_V2): Promise<MessageReader> {
    return this.call(OP.init, 0, u32(7), u32(38), u32(131072), u32(flags), u32(0), new Uint8Array(44));
  }

  /** Number and attributes of what an answer tells of. */
  told(body: MessageReader) {
    const number = body.u64();
    body.data(32);
    return { number, ...this.attributes(body) };
  }

  attributes(body: MessageReader) {
    const [id, size] = [body.u64(), body.u64()];
    body.data(8 + 24 + 12);
    return { id, size, mode: body.u32(), links: body.u32(), uid: body.u32(), gid: body.u32(), device: body.u32() };
  }

  async lookup(node: number, name: string) {
    return this.told(await this.call(OP.lookup, node, name));
  }

  async mkdir(node: number, name: string, mode = 0o755) {
    return this.told(await this.call(OP.mkdir, node, u32(mode), u32(0), name));
  }

  async create(node: number, name: string, mode = 0o644, flags = 2) {
    const body = await this.call(OP.create, node, u32(flags), u32(mode), u32(0), u32(0), name);
    const told = this.told(body);
    body.data(8);
    return { ...told, handle: body.u64() };
  }

  async getattr(node: number) {
    const body = await this.call(OP.getattr, node, u32(0), u32(0), u64(0));
    body.data(16);
    return this.attributes(body);
  }

  async setattr(node: number, valid: number, { size = 0, mode = 0, uid = 0, gid = 0 } = {}) {
    const fields = [u32(valid), u32(0), u64(0), u64(size), u64(0), u64(7), u64(8), u64(0), u32(9), u32(10), u32(0)];
    const body = await this.call(OP.setattr, node, ...fields, u32(mode), u32(0), u32(uid), u32(gid), u32(0));
    body.data(16);
    return this.attributes(body);
  }

  async read(node: number, handle: number, offset: number, count: number): Promise<string> {
    const body = await this.call(OP.read, node, u64(handle), u64(offset), u32(count), u32(0), u64(0), u32(0), u32(0));
    return Buffer.from(body.data(body.left)).toString("latin1");
  }

  async write(node: number, handle: number, offset: number, text: string, flags = 0): Promise<number> {
    const data = bytesOf(text);
    const head = [u64(handle), u64(offset), u32(data.length), u32(flags), u64(0), u32(0), u32(0)];
    return (await this.call(OP.write, node, ...head, data)).u32();
  }

  /** Names in their order, and the numbers told with them. */
  async list(node: number, plus: boolean, count = 4096, meanwhile: () => unknown = () => undefined) {
    const handle = (await this.call(OP.opendir, node, u32(0), u32(0))).u64();
    const found: { name: string; number: number }[] = [];
    for (let offset = 0; ; ) {
      const op = plus ? OP.readdirplus : OP.readdir;
      const body = await this.call(op, node, u64(handle), u64(offset), u32(count), u32(0), u64(0), u32(0), u32(0));
      if (body.left === 0) break;
      while (body.left > 0) {
        const number = plus ? this.told(body).number : 0;
        if (plus) body.data(8);
        body.u64();
        offset = body.u64();
        const length = body.u32();
        body.u32();
        const name = Buffer.from(body.data((length + 7) & ~7).subarray(0, length)).toString("latin1");
        found.push({ name, number });
      }
      await meanwhile();
    }
    await this.call(OP.releasedir, node, u64(handle), u32(0), u32(0), u64(0));
    return found;
  }
}

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
