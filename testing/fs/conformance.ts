// What every back end of the file-system layer that can be written to has to do, as tests.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ErrorName, FsError } from "../../src/fs/errno.js";
import type { FileSystem, FsNode, NewFile, OpenFile, RenameFlags } from "../../src/fs/interfaces.js";
import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from "../../src/fs/mode.js";
import { nameFromText } from "../../src/fs/names.js";

export interface Conformance {
  make(): Promise<FileSystem>;
  /** Exchange and whiteouts, allocation, links of directories: what a host's folder may not have. */
  readonly everything: boolean;
  /** Devices and xattrs, which a host's folder has where they are mapped. */
  readonly mapped: boolean;
  cleanUp?(): Promise<void>;
}

/** As a new file of the owner of the tests' files. */
const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;
export const as = (mode: number): NewFile => ({ mode, uid, gid, open: { read: true, write: true } });

/** The name of the error that an operation is refused with. */
export async function refused(work: () => unknown): Promise<ErrorName | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof FsError) return error.name;
    throw error;
  }
}

export async function readAll(file: OpenFile, offset = 0, length = 1000): Promise<string> {
  const into = new Uint8Array(length);
  return Buffer.from(into.subarray(0, await file.read(offset, into))).toString("latin1");
}

export async function makeFile(directory: FsNode, name: string, text = ""): Promise<FsNode> {
  const { node, file } = await directory.create(name, as(0o644));
  await file.write(0, Buffer.from(text, "latin1"), true);
  await file.close();
  return node;
}

export async function contents(node: FsNode): Promise<string> {
  const file = await node.open({ read: true, write: false });
  const text = await readAll(file);
  await file.close();
  return text;
}

const names = async (directory: FsNode): Promise<string[]> =>
  (await directory.entries()).map(({ name }) => name).sort();

export function conforms({ make, everything, mapped, cleanUp }: Conformance): void {
  let fs: FileSystem;
  let root: FsNode;

  beforeEach(async () => {
    fs = await make();
    root = fs.root;
  });

  afterEach(async () => {
    await fs.close();
    await cleanUp?.();
  });

  describe("files", () => {
    it("reads what was written, holes as zeros, and nothing behind the end", async () => {
      const { node, file } = await root.create("a", as(0o640));
      expect(await file.write(3, Buffer.from("def"), true)).toBe(3);
      await file.write(200_000, Buffer.from("x"), true);
      expect(await readAll(file, 0, 8)).toBe("\0\0\0def\0\0");
      expect(await readAll(file, 199_999)).toBe("\0x");
      expect(await readAll(file, 200_001)).toBe("");
      const { mode, size, links, id } = await node.attributes();
      expect([mode, size, links, id]).toEqual([S_IFREG | 0o640, 200_001, 1, node.id]);
      await node.change({ size: 4 });
      await node.change({ size: 8 });
      expect(await readAll(file)).toBe("\0\0\0d\0\0\0\0");
      await file.close();
      node.release();
    });

    it("appends, truncates on opening, and refuses what a file was not opened for", async () => {
      const node = await makeFile(root, "a", "abc");
      const appending = await node.open({ read: false, write: true, append: true });
      await appending.write(0, Buffer.from("d"), true);
      expect(await refused(() => appending.read(0, new Uint8Array(1)))).toBe("EBADF");
      await appending.close();
      expect(await contents(node)).toBe("abcd");
      await (await node.open({ read: false, write: true, truncate: true })).close();
      expect((await node.attributes()).size).toBe(0);
      const reading = await node.open({ read: true, write: false });
      expect(await refused(() => reading.write(0, new Uint8Array(1), true))).toBe("EBADF");
      await reading.close();
      node.release();
    });

    it("lives on without a name while it is open, and while it is held", async () => {
      const { node, file } = await root.create("a", as(0o600));
      await root.unlink("a", false);
      await file.write(0, Buffer.from("still here"), true);
      await node.change({ size: 5 });
      expect((await node.attributes()).links).toBe(0);
      expect(await readAll(file)).toBe("still");
      await file.close();
      node.release();
      expect(await names(root)).toEqual([]);
    });

    it("is one node by all its names, and after a rename", async () => {
      const node = await makeFile(root, "a", "1");
      const sub = await root.mkdir("sub", as(0o755));
      await sub.link("b", node);
      expect((await node.attributes()).links).toBe(2);
      const again = await sub.lookup("b");
      expect(again === node).toBe(true);
      expect(await refused(() => sub.link("b", node))).toBe("EEXIST");
      await root.rename("a", sub, "c", {});
      expect(await names(root)).toEqual(["sub"]);
      expect(await names(sub)).toEqual(["b", "c"]);
      await sub.unlink("b", false);
      expect((await node.attributes()).links).toBe(1);
      expect(await contents(node)).toBe("1");
      for (const each of [node, again, sub]) each.release();
    });

    it("has the names that are left, whichever of them goes", async () => {
      const node = await makeFile(root, "a", "text");
      const link = await root.symlink("s", "target", as(0o777));
      const sub = await root.mkdir("d", as(0o755));
      for (const [file, name] of [
        [node, "a"],
        [link, "s"],
      ] as const) {
        await sub.link("b", file);
        // Found by the one that goes last.
        for (const [directory, each] of [[sub, "b"] as const, [root, name] as const]) {
          (await directory.lookup(each)).release();
        }
        await root.unlink(name, false);
        await sub.link("c", file);
        await root.link(name, file);
        (await sub.lookup("b")).release();
        await sub.rename("c", sub, "b", {});
        await sub.unlink("b", false);
        await makeFile(sub, "over").then((over) => over.release());
        (await sub.lookup("c")).release();
        await sub.rename("over", sub, "c", {});
        expect(await file.attributes()).toMatchObject({ links: 1 });
        await root.link("again", file);
        await root.unlink("again", false);
        await root.unlink(name, false);
        expect(await refused(() => root.link("again", file))).toBe("ENOENT");
        await sub.unlink("c", false);
      }
      expect(await refused(() => link.target())).toBe(undefined);
      for (const each of [node, link, sub]) each.release();
    });

    it("says when it was made, changed and read", async () => {
      const node = await makeFile(root, "a", "1");
      await node.change({
        accessed: { seconds: 10, nanoseconds: 5 },
        modified: { seconds: 1e9, nanoseconds: 999_999_999 },
      });
      const { accessed, modified, changed } = await node.attributes();
      expect([modified.seconds, accessed.seconds]).toEqual([1e9, 10]);
      // Node sets times of the host by microseconds.
      const exact = everything ? 1 : 1000;
      expect(Math.abs(modified.nanoseconds - 999_999_999)).toBeLessThan(exact);
      expect(Math.abs(accessed.nanoseconds - 5)).toBeLessThan(exact);
      expect(Math.abs(changed.seconds - Date.now() / 1000)).toBeLessThan(3600);
      await node.change({ modified: "now" });
      expect((await node.attributes()).modified.seconds).toBeGreaterThan(1.6e9);
      node.release();
    });

    it("loses its set-user-ID bit to a writer without privileges, and to a new owner", async () => {
      const { node, file } = await root.create("a", as(0o755));
      const mode = async (value: number): Promise<void> => node.change({ mode: value });
      const bits = async (): Promise<number> => (await node.attributes()).mode & 0o7777;
      await mode(0o6755);
      await file.write(0, Buffer.from("x"), true);
      expect(await bits()).toBe(0o6755);
      await file.write(0, Buffer.from("x"), false);
      expect(await bits()).toBe(0o755);
      await mode(0o6745);
      await file.write(0, Buffer.from("x"), false);
      // Without group execute the set-group-ID bit means something else.
      expect(await bits()).toBe(0o2745);
      await mode(0o4755);
      await node.change({ uid, gid });
      expect(await bits()).toBe(0o755);
      await file.close();
      node.release();
    });

    it("has bytes reserved, as fallocate does, or says that it cannot", async () => {
      const { node, file } = await root.create("a", as(0o644));
      const wrong = await refused(() => file.allocate(0, 1000, 0));
      if (everything) expect(wrong).toBeUndefined();
      if (wrong) expect(wrong).toBe("EOPNOTSUPP");
      else expect((await node.attributes()).size).toBe(1000);
      await file.close();
      node.release();
    });
  });

  describe("directories", () => {
    it("names of any bytes: UTF-8 of all lengths, and what is none", async () => {
      const all = [nameFromText("ä€𐍈"), "\xff\xfe", "a b\n", "x".repeat(255), "-", "..."];
      for (const name of all) (await makeFile(root, name, name)).release();
      expect(await names(root)).toEqual([...all].sort());
      for (const name of all) {
        const node = await root.lookup(name);
        expect(await contents(node)).toBe(name);
        node.release();
      }
    });

    it("count links, know their parent, and go only when empty", async () => {
      const a = await root.mkdir("a", as(0o755));
      const b = await a.mkdir("b", as(0o700));
      const links = async (node: FsNode): Promise<number> => (await node.attributes()).links;
      if (everything) expect([await links(root), await links(a), await links(b)]).toEqual([3, 3, 2]);
      expect((await b.attributes()).mode).toBe(S_IFDIR | 0o700);
      expect([root.parent === root, a.parent === root, b.parent === a]).toEqual([true, true, true]);
      expect(await refused(() => root.unlink("a", true))).toBe("ENOTEMPTY");
      expect(await refused(() => root.unlink("a", false))).toBe("EISDIR");
      await a.unlink("b", true);
      await root.unlink("a", true);
      expect(await refused(() => a.mkdir("c", as(0o755)))).toBe("ENOENT");
      expect(await refused(() => root.lookup("a"))).toBe("ENOENT");
      expect(await a.entries()).toEqual([]);
      for (const node of [a, b]) node.release();
    });

    it("refuse what is there already, and what is not", async () => {
      const file = await makeFile(root, "f");
      for (const make of [
        () => root.create("f", as(0o644)),
        () => root.mkdir("f", as(0o755)),
        () => root.symlink("f", "x", as(0o777)),
        () => root.mknod("f", as(S_IFREG | 0o644), { major: 0, minor: 0 }),
      ]) {
        expect(await refused(make)).toBe("EEXIST");
      }
      expect(await refused(() => root.unlink("f", true))).toBe("ENOTDIR");
      expect(await refused(() => root.unlink("g", false))).toBe("ENOENT");
      expect(await refused(() => root.rename("g", root, "h", {}))).toBe("ENOENT");
      expect(await refused(() => file.lookup("x"))).toBe("ENOTDIR");
      expect(await refused(() => file.entries())).toBe("ENOTDIR");
      expect(await refused(() => root.link("l", root))).toBe("EPERM");
      file.release();
    });

    it("have fifos and devices, which are never opened, and symlinks, which are never followed", async () => {
      const makeFifo = () => root.mknod("fifo", as(S_IFIFO | 0o600), { major: 0, minor: 0 });
      if (!mapped) {
        expect(await refused(makeFifo)).toBe("EPERM");
      } else {
        const fifo = await makeFifo();
        expect(await refused(() => fifo.open({ read: true, write: false }))).toBe("EOPNOTSUPP");
        fifo.release();
        const device = await root.mknod("null", as(S_IFCHR | 0o666), { major: 1, minor: 3 });
        const { mode, device: number } = await device.attributes();
        expect([mode, number]).toEqual([S_IFCHR | 0o666, { major: 1, minor: 3 }]);
        expect(await refused(() => device.open({ read: true, write: true }))).toBe("EOPNOTSUPP");
        device.release();
      }
      const target = nameFromText("/etc/ä");
      const link = await root.symlink("link", target, as(0o777));
      const { mode, size } = await link.attributes();
      expect([mode & S_IFMT, size, await link.target()]).toEqual([S_IFLNK, target.length, target]);
      expect(await refused(() => link.open({ read: true, write: false }))).not.toBeUndefined();
      expect(await refused(() => link.lookup("x"))).toBe("ENOTDIR");
      const kinds = new Map((await root.entries()).map(({ name, kind }) => [name, kind]));
      // 0: it has to be looked at.
      expect([S_IFLNK, 0]).toContain(kinds.get("link"));
      link.release();
    });
  });

  describe("rename", () => {
    const rename = (from: string, to: string, flags: RenameFlags = {}) =>
      refused(() => root.rename(from, root, to, flags));

    it("takes the place of a file or an empty directory, by Linux's rules", async () => {
      const a = await makeFile(root, "a", "a");
      const b = await makeFile(root, "b", "b");
      const d = await root.mkdir("d", as(0o755));
      const e = await root.mkdir("e", as(0o755));
      expect(await rename("a", "d")).toBe("EISDIR");
      expect(await rename("d", "a")).toBe("ENOTDIR");
      expect(await rename("a", "b")).toBeUndefined();
      expect((await b.attributes()).links).toBe(0);
      expect(await contents(b)).toBe("b");
      expect(await names(root)).toEqual(["b", "d", "e"]);
      expect(await rename("d", "e")).toBeUndefined();
      expect(await names(root)).toEqual(["b", "e"]);
      const inner = await d.mkdir("inner", as(0o755));
      expect(await refused(() => root.rename("e", inner, "x", {}))).toBe("EINVAL");
      const full = await root.mkdir("full", as(0o755));
      expect(await rename("full", "e")).toBe("ENOTEMPTY");
      await root.link("same", a);
      expect(await rename("same", "b")).toBeUndefined();
      expect(await names(root)).toEqual(["b", "e", "full", "same"]);
      for (const node of [a, b, d, e, inner, full]) node.release();
    });

    it("leaves what is there with noReplace", async () => {
      for (const name of ["a", "b"]) (await makeFile(root, name, name)).release();
      expect(await rename("a", "b", { noReplace: true })).toBe("EEXIST");
      expect(await rename("a", "c", { noReplace: true })).toBeUndefined();
      expect(await names(root)).toEqual(["b", "c"]);
    });

    it("exchanges, and leaves whiteouts, or says that it cannot", async () => {
      const a = await makeFile(root, "a", "a");
      const d = await root.mkdir("d", as(0o755));
      const sub = await d.mkdir("sub", as(0o755));
      if (!everything) {
        expect(await rename("a", "d", { exchange: true })).toBe("EINVAL");
      } else {
        expect(await refused(() => root.rename("a", d, "sub", { exchange: true }))).toBeUndefined();
        expect([await names(root), await names(d)]).toEqual([["a", "d"], ["sub"]]);
        expect([sub.parent === root, (await d.attributes()).links, (await root.attributes()).links]).toEqual([
          true,
          2,
          4,
        ]);
        expect(await rename("a", "none", { exchange: true })).toBe("ENOENT");
        expect(await rename("a", "d", { exchange: true, noReplace: true })).toBe("EINVAL");
        expect(await refused(() => d.rename("sub", root, "moved", { whiteout: true }))).toBeUndefined();
        const whiteout = await d.lookup("sub");
        expect([whiteout.kind, (await whiteout.attributes()).device]).toEqual([S_IFCHR, { major: 0, minor: 0 }]);
        whiteout.release();
      }
      for (const node of [a, d, sub]) node.release();
    });
  });

  it("keeps xattrs, or says that it has none", async () => {
    const node = await makeFile(root, "a");
    const set = (value: string, how: "any" | "create" | "replace" = "any") =>
      refused(() => node.setXattr("user.x", Buffer.from(value), how));
    if (!mapped) {
      expect(await set("1")).toBe("EOPNOTSUPP");
      expect(["ENODATA", "EOPNOTSUPP"]).toContain(await refused(() => node.getXattr("user.x")));
      expect(await node.listXattrs()).toEqual([]);
    } else {
      expect(await refused(() => node.getXattr("user.x"))).toBe("ENODATA");
      expect(await set("1", "replace")).toBe("ENODATA");
      expect(await set("1", "create")).toBeUndefined();
      expect(await set("2", "create")).toBe("EEXIST");
      expect(await set("22", "replace")).toBeUndefined();
      expect(Buffer.from(await node.getXattr("user.x")).toString()).toBe("22");
      expect(await node.listXattrs()).toEqual(["user.x"]);
      await node.removeXattr("user.x");
      expect(await refused(() => node.removeXattr("user.x"))).toBe("ENODATA");
    }
    node.release();
  });

  it("has a directory of thousands of files, each once", async () => {
    const count = 3000;
    for (let i = 0; i < count; i++) (await makeFile(root, `file ${i}`)).release();
    expect(new Set(await names(root)).size).toBe(count);
    for (let i = 0; i < count; i += 2) await root.unlink(`file ${i}`, false);
    expect((await names(root)).length).toBe(count / 2);
  });

  it("says how much room there is", async () => {
    const { blocks, blockSize, free, nameLength } = await fs.statistics();
    expect(blocks >= free && free > 0 && blockSize >= 512).toBe(true);
    expect(nameLength).toBe(255);
  });
}
