import { expect, it } from "vitest";
import { as, conforms, makeFile, readAll, refused } from "../../../testing/fs/conformance.js";
import { S_ISGID } from "../mode.js";
import { MemoryFileSystem } from "./filesystem.js";

const MB = 2 ** 20;
const make = (quota = 64 * MB) => new MemoryFileSystem({ quota, date: Date.now });

conforms({ make: async () => make(), everything: true, mapped: true });

it("takes no more than its quota, says so, and gets all of it back", async () => {
  const fs = make(MB);
  const before = fs.statistics();
  const { node, file } = fs.root.create("a", as(0o644));
  expect(await file.write(0, new Uint8Array(2 * MB), true)).toBeLessThan(MB);
  expect(await refused(() => file.write(4 * MB, new Uint8Array(MB), true))).toBe("ENOSPC");
  fs.root.mkdir("d", as(0o755)).release();
  fs.root.unlink("a", false);
  fs.root.unlink("d", true);
  expect(fs.statistics().free).toBeLessThan(before.free);
  await file.close();
  node.release();
  expect(fs.statistics().free).toBe(before.free);
});

it("lets a guest make neither endless files nor endless names", async () => {
  const fs = make(MB);
  let made = 0;
  while ((await refused(() => fs.root.mkdir(`directory ${made}`, as(0o755)))) === undefined) made++;
  expect(made).toBeLessThan(MB / 512);
  expect(await refused(() => fs.root.symlink("x", "y".repeat(100), as(0o777)))).toBe("ENOSPC");
});

it("has long files with holes, which take no memory and no time", async () => {
  const fs = make(MB);
  const { file, node } = fs.root.create("a", as(0o644));
  const far = 2 ** 42;
  await file.write(far, Buffer.from("x"), true);
  expect(await readAll(file, far - 2, 4)).toBe("\0\0x");
  expect([await file.seek(0, "data"), await file.seek(0, "hole")]).toEqual([far, 0]);
  expect(node.attributes()).toMatchObject({ size: far + 1, blocks: 8 });
  expect(await refused(() => file.write(2 ** 43, Buffer.from("x"), true))).toBe("EFBIG");
  expect(await refused(() => file.allocate(0, far, 0))).toBe("ENOSPC");
  await file.allocate(far, 10, 3);
  expect(await readAll(file, far, 4)).toBe("\0");
  expect(await refused(() => file.seek(far + 1, "data"))).toBe("ENXIO");
  node.change({ size: 0 });
  expect(node.attributes()).toMatchObject({ size: 0, blocks: 0 });
});

it("gives the group of a set-group-ID directory to what is made in it", async () => {
  const fs = make();
  fs.root.change({ mode: 0o2775, gid: 42 });
  const directory = fs.root.mkdir("d", { mode: 0o755, uid: 1, gid: 1 });
  const file = await makeFile(directory, "f");
  expect(directory.attributes()).toMatchObject({ gid: 42, mode: directory.kind | S_ISGID | 0o755 });
  expect(await file.attributes()).toMatchObject({ gid: 42, mode: file.kind | 0o644 });
});

it("refuses changes where it is read-only, and reads", async () => {
  const fs = await MemoryFileSystem.filled({ quota: MB, date: Date.now, readOnly: true }, async ({ root }) => {
    (await makeFile(root, "a", "text")).release();
  });
  const node = fs.root.lookup("a");
  expect(fs.readOnly).toBe(true);
  for (const change of [
    () => fs.root.create("b", as(0o644)),
    () => fs.root.unlink("a", false),
    () => fs.root.rename("a", fs.root, "b", {}),
    () => fs.root.link("b", node),
    () => node.change({ mode: 0o600 }),
    () => node.setXattr("user.a", new Uint8Array(1), "any"),
    () => node.open({ read: true, write: true }),
  ]) {
    expect(await refused(change)).toBe("EROFS");
  }
  expect(await readAll(await node.open({ read: true, write: false }))).toBe("text");
});
