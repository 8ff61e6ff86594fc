// The faults that shared folders of other emulators had, by their numbers in docs/folders.md: over both protocols, with each back end.

import * as nodeFs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answer as answer9p } from "../../src/devices/virtio/9p/answer.js";
import { T } from "../../src/devices/virtio/9p/registers.js";
import { Session as Session9p } from "../../src/devices/virtio/9p/session.js";
import * as p9 from "../../src/devices/virtio/9p/testing.js";
import { answer as answerFuse } from "../../src/devices/virtio/fs/answer.js";
import { POLICIES } from "../../src/devices/virtio/fs/device.js";
import { OP, RENAME_NOREPLACE } from "../../src/devices/virtio/fs/registers.js";
import { Session as SessionFuse } from "../../src/devices/virtio/fs/session.js";
import * as fuse from "../../src/devices/virtio/fs/testing.js";
import { ERRNO } from "../../src/fs/errno.js";
import type { FileSystem } from "../../src/fs/interfaces.js";
import { MemoryFileSystem } from "../../src/fs/memory/filesystem.js";
import { nameFromText } from "../../src/fs/names.js";
import { canShare, FolderFileSystem } from "../../src/node/folder/folder.js";
import { InodeNumbers } from "../../src/node/folder/ids.js";
import { temporaryFolder } from "../../testing/guest.js";

const S_IFREG = 0o100000;
const CREATE = 0o102;

/** What a guest does, by one of the protocols. A node and an open file are numbers of it. */
interface Guest {
  readonly root: number;
  create(directory: number, name: string, mode?: number): Promise<{ node: number; open: number }>;
  find(directory: number, name: string): Promise<number>;
  openAt(directory: number, name: string): Promise<{ node: number; open: number }>;
  mkdir(directory: number, name: string): Promise<number>;
  read(node: number, open: number, offset: number, count: number): Promise<string>;
  write(node: number, open: number, offset: number, text: string): Promise<unknown>;
  close(node: number, open: number): Promise<unknown>;
  unlink(directory: number, name: string): Promise<unknown>;
  rmdir(directory: number, name: string): Promise<unknown>;
  rename(directory: number, name: string, into: number, newName: string): Promise<unknown>;
  truncate(node: number, size: number): Promise<unknown>;
  attributes(node: number): Promise<{ mode: number; size: number; links: number }>;
  id(directory: number, name: string): Promise<number>;
  list(directory: number, meanwhile?: () => unknown): Promise<string[]>;
  setXattr(node: number, name: string, value: string): Promise<unknown>;
  getXattr(node: number, name: string): Promise<string>;
  listXattrs(node: number): Promise<string>;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

async function guest9p(fs: FileSystem, uid = 0): Promise<Guest> {
  const { u32, u64, u16 } = p9;
  const client = new p9.Client9p(new Session9p(fs), 1 << 17);
  await client.begin(uid);
  const again = (fid: number): Promise<number> => client.walk(fid);
  return {
    root: 0,
    async create(directory, name, mode = 0o644) {
      const fid = await client.create(directory, name, mode);
      return { node: fid, open: fid };
    },
    find: (directory, name) => client.walk(directory, name),
    async openAt(directory, name) {
      const fid = await client.open(directory, name, 2);
      return { node: fid, open: fid };
    },
    async mkdir(directory, name) {
      await client.call(T.mkdir, u32(directory), name, u32(0o755), u32(0));
      return client.walk(directory, name);
    },
    read: async (_node, open, offset, count) => latin1(await client.read(open, offset, count)),
    write: (_node, open, offset, text) => client.write(open, offset, bytes(text)),
    close: (_node, open) => client.clunk(open),
    unlink: (directory, name) => client.call(T.unlinkat, u32(directory), name, u32(0)),
    rmdir: (directory, name) => client.call(T.unlinkat, u32(directory), name, u32(0x200)),
    rename: (directory, name, into, newName) => client.call(T.renameat, u32(directory), name, u32(into), newName),
    truncate: (node, size) => client.call(T.setattr, ...[node, 8, 0, 0, 0].map(u32), ...[size, 0, 0, 0, 0].map(u64)),
    attributes: (node) => client.attributes(node),
    async id(directory, name) {
      const body = await client.call(T.walk, u32(directory), u32(client.fid()), u16(1), name);
      body.u16();
      return p9.qid(body).path;
    },
    async list(directory, meanwhile) {
      const fid = await again(directory);
      await client.call(T.lopen, u32(fid), u32(0));
      return (await client.list(fid, 4096, meanwhile)).slice(2);
    },
    async setXattr(node, name, value) {
      const fid = await again(node);
      await client.call(T.xattrcreate, u32(fid), name, u64(value.length), u32(0));
      await client.write(fid, 0, bytes(value));
      await client.clunk(fid);
    },
    async getXattr(node, name) {
      const fid = client.fid();
      const length = (await client.call(T.xattrwalk, u32(node), u32(fid), name)).u64();
      return latin1(await client.read(fid, 0, length));
    },
    async listXattrs(node) {
      const fid = client.fid();
      const length = (await client.call(T.xattrwalk, u32(node), u32(fid), "")).u64();
      return latin1(await client.read(fid, 0, length));
    },
  };
}

async function guestFuse(fs: FileSystem, uid = 0): Promise<Guest> {
  const { u32, u64 } = fuse;
  const client = new fuse.Client(new SessionFuse(fs, POLICIES.auto), 1 << 17);
  client.uid = uid;
  await client.begin();
  const openNode = async (node: number) => {
    const open = (await client.call(OP.open, node, u32(2), u32(0))).u64();
    return { node, open };
  };
  return {
    root: 1,
    async create(directory, name, mode = 0o644) {
      const { number, handle } = await client.create(directory, name, mode, CREATE);
      return { node: number, open: handle };
    },
    find: async (directory, name) => (await client.lookup(directory, name)).number,
    openAt: async (directory, name) => openNode((await client.lookup(directory, name)).number),
    mkdir: async (directory, name) => (await client.mkdir(directory, name)).number,
    read: (node, open, offset, count) => client.read(node, open, offset, count),
    // As the kernel has it of a writer without privileges.
    write: (node, open, offset, text) => client.write(node, open, offset, text, uid === 0 ? 0 : 4),
    close: (node, open) => client.call(OP.release, node, u64(open), u32(0), u32(0), u64(0)),
    unlink: (directory, name) => client.call(OP.unlink, directory, name),
    rmdir: (directory, name) => client.call(OP.rmdir, directory, name),
    rename: (directory, name, into, newName) => client.call(OP.rename, directory, u64(into), name, newName),
    truncate: (node, size) => client.setattr(node, 8, { size }),
    attributes: (node) => client.getattr(node),
    id: async (directory, name) => (await client.lookup(directory, name)).id,
    list: async (directory, meanwhile) =>
      (await client.list(directory, true, 4096, meanwhile)).map(({ name }) => name).slice(2),
    setXattr: (node, name, value) => client.call(OP.setxattr, node, u32(value.length), u32(0), name, bytes(value)),
    async getXattr(node, name) {
      const body = await client.call(OP.getxattr, node, u32(4096), u32(0), name);
      return latin1(body.data(body.left));
    },
    async listXattrs(node) {
      const body = await client.call(OP.listxattr, node, u32(4096), u32(0));
      return latin1(body.data(body.left));
    },
  };
}

const refused = async (work: Promise<unknown>): Promise<number | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof p9.Refused || error instanceof fuse.Refused) return error.errno;
    throw error;
  }
};

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const BACKENDS = ["memory", "mapped-file", "none"] as const;
const PROTOCOLS = { "9p": guest9p, "virtio-fs": guestFuse };

function open(backend: (typeof BACKENDS)[number]): FileSystem {
  if (backend === "memory") return new MemoryFileSystem({ quota: 1 << 26, date: Date.now });
  return new FolderFileSystem(folder.path, { model: backend, readOnly: false, handles: 64 });
}

const EVERY = (["9p", "virtio-fs"] as const).flatMap((protocol) =>
  BACKENDS.map((backend) => [protocol, backend] as const),
);

describe.runIf(canShare()).each(EVERY)("%s, %s", (protocol, backend) => {
  let fs: FileSystem;
  let guest: Guest;
  const uid = process.getuid!();

  beforeEach(async () => {
    fs = open(backend);
    guest = await PROTOCOLS[protocol](fs);
  });
  afterEach(async () => fs.close());

  it("1: a file that was unlinked while open has a size, and another one", async () => {
    const { node, open } = await guest.create(guest.root, "f");
    await guest.unlink(guest.root, "f");
    await guest.truncate(node, 100);
    expect(await guest.attributes(node)).toMatchObject({ size: 100, links: 0 });
    await guest.write(node, open, 98, "end");
    expect(await guest.read(node, open, 97, 10)).toBe("\0end");
  });

  it("3: very many open files outlive their tree", async () => {
    const tree = await guest.mkdir(guest.root, "tree");
    const files = [];
    for (let i = 0; i < 300; i++) {
      const file = await guest.create(tree, `f${i}`);
      await guest.write(file.node, file.open, 0, `${i}`);
      files.push(file);
    }
    for (let i = 0; i < 300; i++) await guest.unlink(tree, `f${i}`);
    await guest.rmdir(guest.root, "tree");
    for (const [i, { node, open }] of files.entries()) expect(await guest.read(node, open, 0, 9)).toBe(`${i}`);
  });

  it("4: a list is whole where there are no xattrs, and says so of those", async () => {
    const { node } = await guest.create(guest.root, "f");
    const wanted = backend === "none" ? ERRNO.EOPNOTSUPP : ERRNO.ENODATA;
    expect(await refused(guest.getXattr(node, "security.capability"))).toBe(wanted);
    expect(await guest.listXattrs(node)).toBe("");
    expect(await guest.list(guest.root)).toEqual(["f"]);
  });

  it("5: a write of a user without privileges takes set-user-ID and set-group-ID away", async () => {
    const user = await PROTOCOLS[protocol](fs, uid === 0 ? 1000 : uid);
    const { node, open } = await user.create(user.root, "f", 0o6755);
    expect((await user.attributes(node)).mode).toBe(S_IFREG | 0o6755);
    await user.write(node, open, 0, "x");
    expect((await user.attributes(node)).mode).toBe(S_IFREG | 0o755);
  });

  it("7: threads that read one file in turns have its bytes", async () => {
    const { node, open } = await guest.create(guest.root, "f");
    const text = Array.from({ length: 20_000 }, (_, i) => `${i},`).join("");
    await guest.write(node, open, 0, text.slice(0, 60_000));
    await guest.write(node, open, 60_000, text.slice(60_000));
    const readers = await Promise.all(Array.from({ length: 8 }, () => guest.openAt(guest.root, "f")));
    const reads = Array.from({ length: 200 }, (_, i) => ({ by: readers[i % 8]!, at: (i * 7919) % text.length }));
    const got = await Promise.all(reads.map(({ by, at }) => guest.read(by.node, by.open, at, 5000)));
    for (const [i, { at }] of reads.entries()) expect(got[i] === text.slice(at, at + 5000)).toBe(true);
  });

  it("8: a file is there right after it was made; 19: with the same number by all its names and ways", async () => {
    await guest.create(guest.root, "f");
    const ids = new Set([await guest.id(guest.root, "f"), await guest.id(guest.root, "f")]);
    await guest.rename(guest.root, "f", await guest.mkdir(guest.root, "d"), "g");
    ids.add(await guest.id(await guest.find(guest.root, "d"), "g"));
    await guest.create(guest.root, "other");
    expect(ids.size).toBe(1);
    expect(ids.has(await guest.id(guest.root, "other"))).toBe(false);
  });

  it("10: a kind of file in the mode of a new one is none of its permissions", async () => {
    const { node } = await guest.create(guest.root, "f", S_IFREG | 0o644);
    expect((await guest.attributes(node)).mode).toBe(S_IFREG | 0o644);
  });

  it("14: a request is answered within its notification, without a way to somebody else", async () => {
    await guest.create(guest.root, "f");
    const made =
      protocol === "9p"
        ? answer9p(new Session9p(fs), p9.message(T.version, 0xffff, [p9.u32(8192), "9P2000.L"]), 8192)
        : answerFuse((await begunFuse(fs)).session, new fuse.Message().make(OP.lookup, 1, ["f"]), 8192);
    expect(made).toBeInstanceOf(Uint8Array);
  });

  it("15: names of three and four bytes a character come back byte for byte", async () => {
    const names = ["€uro", "𐍈", "漢字", "a\u0301"].map(nameFromText);
    for (const name of names) await guest.create(guest.root, name);
    expect((await guest.list(guest.root)).sort()).toEqual([...names].sort());
    for (const name of names) await guest.find(guest.root, name);
  });

  it("17: errors have Linux's numbers", async () => {
    const directory = await guest.mkdir(guest.root, "d");
    await guest.create(directory, "f");
    expect(await refused(guest.rmdir(guest.root, "d"))).toBe(39);
    expect(await refused(guest.unlink(guest.root, "d"))).toBe(21);
    expect(await refused(guest.rmdir(directory, "f"))).toBe(20);
    expect(await refused(guest.mkdir(guest.root, "d"))).toBe(17);
    expect(await refused(guest.find(guest.root, "x"))).toBe(2);
    expect(await refused(guest.find(guest.root, "x".repeat(256)))).toBe(36);
    expect(await refused(guest.getXattr(directory, "user.a"))).toBe(backend === "none" ? 95 : 61);
  });

  it("18: POSIX ACLs are kept where owners are mapped, and else refused in words", async () => {
    const { node } = await guest.create(guest.root, "f");
    const set = refused(guest.setXattr(node, "system.posix_acl_access", "\x02\0\0\0\x01\0\x06\0"));
    expect(await set).toBe(backend === "none" ? 95 : undefined);
    if (backend !== "none") expect(await guest.getXattr(node, "system.posix_acl_access")).toHaveLength(8);
  });

  it("21: a list that is read while entries go has each of the others once", async () => {
    const directory = await guest.mkdir(guest.root, "d");
    for (let i = 0; i < 1000; i++) await guest.create(directory, `f${i}`).then((f) => guest.close(f.node, f.open));
    let next = 0;
    const remove = async (): Promise<void> => {
      for (let i = 0; i < 20 && next < 1000; i++, next += 2) await guest.unlink(directory, `f${next}`);
    };
    const names = await guest.list(directory, remove);
    expect(new Set(names).size).toBe(names.length);
    for (let i = 1; i < 1000; i += 2) expect(names).toContain(`f${i}`);
  });

  describe.runIf(backend !== "memory")("beside programs of the host", () => {
    const onHost = (name: string): string => join(folder.path, name);

    it("9: a file that the host has just made longer is longer", async () => {
      nodeFs.writeFileSync(onHost("f"), "short");
      const { node, open } = await guest.openAt(guest.root, "f");
      expect(await guest.read(node, open, 0, 100)).toBe("short");
      nodeFs.appendFileSync(onHost("f"), ", longer");
      expect((await guest.attributes(node)).size).toBe(13);
      expect(await guest.read(node, open, 0, 100)).toBe("short, longer");
    });

    it("12: the host reads what the guest has written and closed", async () => {
      const { node, open } = await guest.create(guest.root, "f");
      await guest.write(node, open, 0, "written");
      await guest.close(node, open);
      expect(nodeFs.readFileSync(onHost("f"), "latin1")).toBe("written");
    });

    it("13: a file that the host has replaced is the new one, and who has the old one open reads that", async () => {
      nodeFs.writeFileSync(onHost("f"), "old");
      const old = await guest.openAt(guest.root, "f");
      nodeFs.writeFileSync(onHost("g"), "new");
      nodeFs.renameSync(onHost("g"), onHost("f"));
      const now = await guest.openAt(guest.root, "f");
      expect(await guest.read(now.node, now.open, 0, 9)).toBe("new");
      expect(await guest.read(old.node, old.open, 0, 9)).toBe("old");
    });
  });
});

async function begunFuse(fs: FileSystem): Promise<fuse.Client> {
  const client = new fuse.Client(new SessionFuse(fs, POLICIES.auto));
  await client.begin();
  return client;
}

it("6: files of two devices with equal numbers are two files", () => {
  const ids = new InodeNumbers();
  expect(new Set([ids.of(1n, 7n), ids.of(2n, 7n), ids.of(1n, 7n)]).size).toBe(2);
});

it.runIf(canShare()).each(BACKENDS)(
  "16: a rename that must replace nothing does, or is EEXIST (%s)",
  async (backend) => {
    const fs = open(backend);
    const { u32, u64 } = fuse;
    const client = await begunFuse(fs);
    for (const name of ["a", "b"]) await client.create(1, name);
    const rename = (from: string, to: string): Promise<unknown> =>
      client.call(OP.rename2, 1, u64(1), u32(RENAME_NOREPLACE), u32(0), from, to);
    expect(await refused(rename("a", "b"))).toBe(ERRNO.EEXIST);
    expect(await refused(rename("a", "c"))).toBeUndefined();
    await fs.close();
  },
);
