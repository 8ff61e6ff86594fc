import { execFileSync } from "node:child_process";
import * as nodeFs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contents } from "../../../testing/fs/conformance.js";
import type { FsNode } from "../interfaces.js";
import { MemoryFileSystem } from "../memory/filesystem.js";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../mode.js";
import { nameFromText } from "../names.js";
import { fill } from "./fill.js";

let folder: string;
const LONG = `d/${"long".repeat(40)}/${"ä".repeat(60)}`;

beforeAll(() => {
  folder = nodeFs.mkdtempSync(join(tmpdir(), "wasmachine-archive-"));
  nodeFs.mkdirSync(join(folder, "tree", LONG), { recursive: true });
  nodeFs.writeFileSync(join(folder, "tree", LONG, "f"), "far");
  nodeFs.writeFileSync(join(folder, "tree/run"), "#!/bin/sh\n", { mode: 0o755 });
  nodeFs.linkSync(join(folder, "tree/run"), join(folder, "tree/again"));
  nodeFs.symlinkSync("../run", join(folder, "tree/d/link"));
  nodeFs.writeFileSync(join(folder, "tree/empty"), "");
  nodeFs.utimesSync(join(folder, "tree/run"), 1e9, 1e9);
});
afterAll(() => nodeFs.rmSync(folder, { recursive: true }));

async function filled(archive: Uint8Array, quota = 2 ** 20): Promise<FsNode> {
  return (await MemoryFileSystem.filled({ quota, date: Date.now }, (fs) => fill(fs, archive))).root;
}

async function at(root: FsNode, path: string): Promise<FsNode> {
  let node = root;
  for (const step of path.split("/")) node = await node.lookup(nameFromText(step));
  return node;
}

const tar = (...options: string[]): Uint8Array =>
  execFileSync("tar", [...options, "-C", join(folder, "tree"), "-c", "."], { maxBuffer: 2 ** 26 });

it.each(["gnu", "pax"])("has the files of a tar archive (%s)", async (format) => {
  for (const pack of [(bytes: Uint8Array) => bytes, gzipSync]) {
    const root = await filled(pack(tar(`--format=${format}`, "--owner=7", "--group=8", "--numeric-owner")));
    const run = await at(root, "run");
    expect(await run.attributes()).toMatchObject({ mode: S_IFREG | 0o755, uid: 7, gid: 8, links: 2 });
    expect((await run.attributes()).modified.seconds).toBe(1e9);
    expect(await contents(run)).toBe("#!/bin/sh\n");
    expect((await at(root, "again")) === run).toBe(true);
    expect(await contents(await at(root, `${LONG}/f`))).toBe("far");
    const link = await at(root, "d/link");
    expect([link.kind, await link.target()]).toEqual([S_IFLNK, "../run"]);
    expect((await (await at(root, "empty")).attributes()).size).toBe(0);
  }
});

interface Zipped {
  name: string;
  text: string;
  mode?: number;
  method?: number;
  flags?: number;
}

/** As zip programs make it on Unix. */
function zip(files: readonly Zipped[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, text, mode = S_IFREG | 0o644, method = 8, flags = 0 } of files) {
    const [path, plain] = [Buffer.from(name), Buffer.from(text)];
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt8(3, 5);
    header.writeUInt16LE(flags, 8);
    header.writeUInt16LE(method, 10);
    header.writeUInt16LE((10 << 11) | (20 << 5) | 15, 12);
    header.writeUInt16LE((40 << 9) | (6 << 5) | 5, 14);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt32LE(plain.length, 24);
    header.writeUInt16LE(path.length, 28);
    header.writeUInt16LE(mode, 40);
    header.writeUInt32LE(offset, 42);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(path.length, 26);
    parts.push(local, path, packed);
    central.push(header, path);
    offset += 30 + path.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...central, end]);
}

it("has the files of a zip archive", async () => {
  const root = await filled(
    zip([
      { name: "d/", text: "", mode: S_IFDIR | 0o700, method: 0 },
      { name: "d/ä", text: "text ".repeat(1000) },
      { name: "stored", text: "as it is", method: 0, mode: S_IFREG | 0o755 },
      { name: "link", text: "d/ä", mode: S_IFLNK | 0o777 },
    ]),
  );
  expect(await contents(await at(root, "stored"))).toBe("as it is");
  expect((await (await at(root, "stored")).attributes()).mode).toBe(S_IFREG | 0o755);
  const file = await at(root, "d/ä");
  expect(await file.attributes()).toMatchObject({
    size: 5000,
    modified: { seconds: Date.UTC(2020, 5, 5, 10, 20, 30) / 1000 },
  });
  expect(await (await at(root, "link")).target()).toBe(nameFromText("d/ä"));
});

it("says what is wrong with an archive, and leaves its tree for no path", async () => {
  const said = (archive: Uint8Array, quota?: number): Promise<string> =>
    filled(archive, quota).then(
      () => "nothing",
      (error: Error) => error.message,
    );
  expect(await said(Buffer.from("no archive"))).toContain("neither a tar nor a zip");
  expect(await said(new Uint8Array(0))).toContain("neither a tar nor a zip");
  expect(await said(zip([{ name: "../up", text: "" }]))).toBe("'../up' in it: EINVAL");
  expect(await said(zip([{ name: "a", text: "x", flags: 1 }]))).toContain("encrypted");
  expect(await said(zip([{ name: "a", text: "x", method: 12 }]))).toContain("method 12");
  expect(
    await said(
      zip([
        { name: "a", text: "x" },
        { name: "a/b", text: "x" },
      ]),
    ),
  ).toBe("'a/b' in it: ENOTDIR");
  expect(await said(zip([{ name: "a", text: "x".repeat(100_000) }]), 50_000)).toContain("ENOSPC");
  expect(await said(zip([{ name: "a", text: "x" }]).subarray(0, -1))).toContain("cut short");
  const whole = tar();
  expect(await said(whole.subarray(0, 700))).toContain("cut short");
  expect(await said(gzipSync(whole).subarray(0, -30))).not.toBe("nothing");
  expect(await said(gzipSync(whole), 2000)).toContain("room for");
});

it("ends with a sentence whatever the bytes are", async () => {
  const archives = [
    tar(),
    zip([
      { name: "d/a", text: "text" },
      { name: "b", text: "x".repeat(500) },
    ]),
  ];
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 400; round++) {
    const bytes = Uint8Array.from(archives[round % 2]!);
    for (let i = 0; i < 3; i++) bytes[random(bytes.length)] = random(256);
    await filled(bytes).catch((error: Error) => expect(error.constructor.name, error.stack).toBe("ArchiveError"));
  }
});
