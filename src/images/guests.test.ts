import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { program } from "../../testing/programs.js";
import { applets } from "./busybox.js";
import { cpio } from "./cpio.js";
import { modinfo } from "./modinfo.js";
import { installModules } from "./modules.js";
import { Tree } from "./tree.js";

function paths(tree: Tree): string[] {
  return tree.entries().map(([path]) => path);
}

describe("Tree", () => {
  it("keeps the usr-merged layout and makes missing folders", () => {
    const tree = new Tree();
    tree.mergeLinks(["bin", "lib"]);
    tree.file("bin/sh", "x", 0o755);
    tree.link("lib/modules/a/b", "c");
    expect(paths(tree)).toEqual([
      "bin",
      "lib",
      "usr",
      "usr/bin",
      "usr/bin/sh",
      "usr/lib",
      "usr/lib/modules",
      "usr/lib/modules/a",
      "usr/lib/modules/a/b",
    ]);
    expect(tree.get("bin")).toEqual({ kind: "link", target: "usr/bin" });
    expect(tree.get("bin/sh")).toMatchObject({ kind: "file", mode: 0o755 });
  });

  it("is not changed through a clone", () => {
    const tree = new Tree();
    tree.dir("etc");
    const copy = tree.clone();
    copy.file("etc/motd", "hello");
    expect(paths(tree)).toEqual(["etc"]);
  });
});

describe("cpio", () => {
  const tree = new Tree();
  tree.file("etc/motd", "hello\n", 0o640);
  tree.link("bin", "usr/bin");
  tree.char("dev/null", 1, 3, 0o666);
  const archive = cpio(tree);

  it("has a header for each entry, parents first, and ends with the trailer", () => {
    const text = Buffer.from(archive).toString("latin1");
    const names = [...text.matchAll(/070701[0-9A-F]{104}([^\0]+)\0/g)].map((match) => match[1]);
    expect(names).toEqual(["bin", "dev", "dev/null", "etc", "etc/motd", "TRAILER!!!"]);
    expect(archive.length % 512).toBe(0);
    const at = text.indexOf("etc/motd") - 110;
    const field = (n: number) => Number.parseInt(text.slice(at + 6 + 8 * n, at + 14 + 8 * n), 16);
    expect([field(1), field(2), field(3), field(6), field(11)]).toEqual([0o100640, 0, 0, 6, 9]);
  });

  it("is read by cpio", () => {
    const listing = execFileSync(program("cpio"), ["-itv", "--quiet"], { input: archive, encoding: "utf8" });
    expect(listing).toMatch(/-rw-r-----\s+1 root\s+root\s+6 .* etc\/motd/);
    expect(listing).toMatch(/crw-rw-rw-.* 1,\s*3 .* dev\/null/);
    expect(listing).toMatch(/bin -> usr\/bin/);
  });
});

describe("modules", () => {
  it.each([32, 64])("have their .modinfo read out of ELF of %i bits", (bits) => {
    const wide = bits === 64;
    const strings = Buffer.from("alias=virtio:d00000002v*\0depends=virtio,virtio_ring\0alias=other\0name=virtio_blk\0");
    const names = Buffer.from("\0.modinfo\0.shstrtab\0");
    const file = Buffer.alloc(64 + strings.length + names.length + 3 * 64);
    file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1]);
    strings.copy(file, 64);
    names.copy(file, 64 + strings.length);
    const table = 64 + strings.length + names.length;
    const word = (value: number, at: number) => {
      if (wide) file.writeBigUInt64LE(BigInt(value), at);
      else file.writeUInt32LE(value, at);
    };
    word(table, wide ? 0x28 : 0x20);
    for (const [n, value] of [64, 3, 2].entries()) file.writeUInt16LE(value, (wide ? 0x3a : 0x2e) + 2 * n);
    const section = (n: number, name: number, offset: number, size: number) => {
      file.writeUInt32LE(name, table + 64 * n);
      word(offset, table + 64 * n + (wide ? 0x18 : 0x10));
      word(size, table + 64 * n + (wide ? 0x20 : 0x14));
    };
    section(1, 1, 64, strings.length);
    section(2, 10, 64 + strings.length, names.length);
    const info = modinfo(file);
    expect(info.get("depends")).toEqual(["virtio,virtio_ring"]);
    expect(info.get("alias")).toEqual(["virtio:d00000002v*", "other"]);
    expect(() => modinfo(Buffer.alloc(100))).toThrow("not a little-endian ELF file");
  });

  it("get tables for modprobe with all they depend on, nearest first", () => {
    const tree = new Tree();
    const module = (name: string, depends: string[]) => ({
      name,
      path: `kernel/${name}.ko`,
      data: new Uint8Array(1),
      depends,
      aliases: [`virtio:${name}*`],
    });
    installModules(tree, "6.1", [module("ring", []), module("virtio", ["ring"]), module("blk", ["virtio"])]);
    const text = (path: string) => {
      const node = tree.get(path);
      return node?.kind === "file" ? Buffer.from(node.data).toString() : "";
    };
    expect(text("lib/modules/6.1/modules.dep").split("\n")[2]).toBe("kernel/blk.ko: kernel/virtio.ko kernel/ring.ko");
    expect(text("lib/modules/6.1/modules.alias")).toContain("alias virtio:blk* blk\n");
    expect(tree.get("lib/modules/6.1/kernel/ring.ko")).toBeDefined();
  });
});

describe("applets", () => {
  it("are found in the binary", () => {
    expect(applets(Buffer.from("junk\0[\0[[\0ash\0cat\0sh\0\0more\0"))).toEqual(["[", "[[", "ash", "cat", "sh"]);
    expect(applets(Buffer.from("nothing"))).toEqual([]);
  });
});
