import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { as, conforms, contents, makeFile, refused } from "../../../testing/fs/conformance.js";
import { S_IFCHR, S_IFLNK } from "../../fs/mode.js";
import { canShare, FolderFileSystem } from "./folder.js";
import { InodeNumbers } from "./ids.js";
import type { FolderNode } from "./node.js";
import type { SecurityModel } from "./share.js";

const made: string[] = [];

function folder(): string {
  const path = fs.mkdtempSync(join(tmpdir(), "wasmachine-"));
  made.push(path);
  return path;
}

async function cleanUp(): Promise<void> {
  for (const path of made.splice(0)) spawnSync("rm", ["-rf", path]);
}

afterEach(cleanUp);

const open = (path: string, model: SecurityModel = "mapped-file", handles = 4096): FolderFileSystem =>
  new FolderFileSystem(path, { model, readOnly: false, handles });

describe.runIf(canShare())("a folder of the host", () => {
  describe.each(["mapped-file", "passthrough", "none"] as const)("security_model=%s", (model) => {
    conforms({ make: async () => open(folder(), model), everything: false, mapped: model === "mapped-file", cleanUp });
  });

  describe("with few handles", () => {
    conforms({ make: async () => open(folder(), "mapped-file", 4), everything: false, mapped: true, cleanUp });
  });

  it("says to others what the guest has made, and keeps it for the next time", async () => {
    const path = folder();
    let share = open(path);
    const device = share.root.mknod("dev", { ...as(S_IFCHR | 0o666), uid: 7, gid: 8 }, { major: 1, minor: 3 });
    await device.setXattr("trusted.x", Buffer.from([0, 255]), "any");
    device.release();
    share.root.symlink("link", "/etc/passwd", as(0o777)).release();
    share.close();
    // To the host these are files of its own user, and nothing else.
    for (const name of ["dev", "link"]) expect(fs.lstatSync(join(path, name)).isFile()).toBe(true);
    expect(fs.readFileSync(join(path, ".virtfs_metadata", "dev"), "latin1")).toContain("virtfs.uid=7\nvirtfs.gid=8\n");
    share = open(path);
    const again = share.root.lookup("dev");
    expect(again.attributes()).toMatchObject({ mode: S_IFCHR | 0o666, uid: 7, gid: 8, device: { major: 1, minor: 3 } });
    expect([...again.getXattr("trusted.x")]).toEqual([0, 255]);
    const link = share.root.lookup("link");
    expect([link.kind, link.target()]).toEqual([S_IFLNK, "/etc/passwd"]);
    for (const node of [again, link]) node.release();
    expect(
      share.root
        .entries()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["dev", "link"]);
    expect(await refused(() => share.root.lookup(".virtfs_metadata"))).toBe("ENOENT");
    expect(await refused(() => share.root.mkdir(".virtfs_metadata_root", as(0o755)))).toBe("EPERM");
    share.close();
  });

  it("never follows a symlink of the host, whoever made it", async () => {
    const path = folder();
    const outside = folder();
    fs.writeFileSync(join(outside, "secret"), "secret");
    fs.symlinkSync(outside, join(path, "out"));
    fs.symlinkSync(join(outside, "secret"), join(path, "file"));
    for (const model of ["mapped-file", "passthrough"] as const) {
      const share = open(path, model);
      for (const name of ["out", "file"]) {
        const node = share.root.lookup(name);
        expect(node.kind).toBe(S_IFLNK);
        expect(node.target()).toBe(name === "out" ? outside : join(outside, "secret"));
        for (const way of [
          () => node.open({ read: true, write: false }),
          () => node.lookup("secret"),
          () => node.entries(),
          () => node.create("x", as(0o644)),
          () => node.change({ size: 0 }),
        ]) {
          expect(await refused(way)).not.toBeUndefined();
        }
        node.change({ mode: 0o777, accessed: "now" });
        node.release();
      }
      share.close();
    }
    expect(fs.readdirSync(outside)).toEqual(["secret"]);
    expect(fs.statSync(join(outside, "secret")).mode & 0o777).not.toBe(0o777);
  });

  it("opens no device and no fifo of the host", async () => {
    const path = folder();
    const { status } = spawnSync("mkfifo", [join(path, "fifo")]);
    if (status !== 0) return;
    const share = open(path);
    const fifo = share.root.lookup("fifo");
    expect(await refused(() => fifo.open({ read: true, write: false }))).toBe("EOPNOTSUPP");
    fifo.release();
    share.close();
  });

  it("keeps to the file it knows when its parents are moved, and to none when another has its name", async () => {
    const path = folder();
    const share = open(path, "none", 4);
    const a = share.root.mkdir("a", as(0o755));
    const file = await makeFile(a, "f", "one");
    fs.renameSync(join(path, "a"), join(path, "b"));
    expect(await contents(file)).toBe("one");
    // Its handle is closed for want of others, and its name given to another file.
    for (let i = 0; i < 20; i++) (await makeFile(share.root, `other ${i}`)).release();
    const others = share.root.entries().map(({ name }) => share.root.lookup(name));
    expect((file as FolderNode).fd).toBe(-1);
    fs.renameSync(join(path, "b", "f"), join(path, "b", "g"));
    fs.writeFileSync(join(path, "b", "f"), "two");
    expect(await refused(() => contents(file))).not.toBeUndefined();
    for (const node of [...others, file, a]) node.release();
    share.close();
  });

  it("reads what the host has just written, and shows it what the guest has", async () => {
    const path = folder();
    const share = open(path, "none");
    const node = await makeFile(share.root, "f", "guest");
    expect(fs.readFileSync(join(path, "f"), "latin1")).toBe("guest");
    fs.appendFileSync(join(path, "f"), " and host");
    expect([(await node.attributes()).size, await contents(node)]).toEqual([14, "guest and host"]);
    fs.writeFileSync(join(path, "new"), "new");
    fs.renameSync(join(path, "new"), join(path, "f"));
    const again = share.root.lookup("f");
    expect(await contents(again)).toBe("new");
    for (const each of [node, again]) each.release();
    share.close();
  });

  it("refuses every change where it is read-only", async () => {
    const path = folder();
    fs.writeFileSync(join(path, "f"), "text");
    const share = new FolderFileSystem(path, { model: "mapped-file", readOnly: true });
    const node = share.root.lookup("f");
    for (const change of [
      () => share.root.create("g", as(0o644)),
      () => share.root.mkdir("g", as(0o755)),
      () => share.root.symlink("g", "x", as(0o777)),
      () => share.root.unlink("f", false),
      () => share.root.rename("f", share.root, "g", {}),
      () => share.root.link("g", node),
      () => node.change({ mode: 0 }),
      () => node.setXattr("user.x", new Uint8Array(1), "any"),
      () => node.removeXattr("user.x"),
      () => node.open({ read: true, write: true }),
    ]) {
      expect(await refused(change)).toBe("EROFS");
    }
    expect([await contents(node), fs.readdirSync(path)]).toEqual(["text", ["f"]]);
    node.release();
    share.close();
  });

  it("leaves no descriptor open", async () => {
    const count = (): number => fs.readdirSync("/proc/self/fd").length;
    const path = folder();
    const before = count();
    const share = open(path);
    const d = share.root.mkdir("d", as(0o755));
    const file = await makeFile(d, "f", "x");
    expect(await refused(() => d.create("f", as(0o644)))).toBe("EEXIST");
    expect(await refused(() => d.lookup("g"))).toBe("ENOENT");
    d.rename("f", share.root, "g", {});
    share.root.link("h", file);
    share.root.unlink("g", false);
    for (const node of [d, file]) node.release();
    share.close();
    expect(count()).toBe(before);
  });
});

it("files of two devices have numbers of their own, always the same", () => {
  const ids = new InodeNumbers();
  const big = 2n ** 63n;
  const all = [ids.of(1n, 5n), ids.of(2n, 5n), ids.of(1n, big), ids.of(2n, big), ids.of(1n, 6n)];
  expect(new Set(all).size).toBe(5);
  expect([ids.of(1n, 5n), ids.of(2n, 5n), ids.of(1n, big), ids.of(2n, big), ids.of(1n, 6n)]).toEqual(all);
  expect(all.every(Number.isSafeInteger)).toBe(true);
});
