import { beforeEach, expect, it } from "vitest";
import { as, makeFile } from "../../../testing/fs/conformance.js";
import { MemoryFileSystem } from "../../fs/memory/filesystem.js";
import { defaultConfig } from "../../options/config.js";
import type { FolderAnswer, FolderRequest } from "../messages.js";
import { serveFolder } from "./folders.js";

let fs: MemoryFileSystem;

beforeEach(() => {
  fs = new MemoryFileSystem({ quota: 2 ** 22, date: Date.now });
});

function ask(operation: FolderRequest["operation"], path: string, more: Partial<FolderRequest> = {}) {
  const config = {
    ...defaultConfig(),
    devices: [{ driver: "virtio-9p-pci", properties: { fsdev: "f", mount_tag: "t" } }],
  };
  const folders = new Map([["f", { config: { id: "f", driver: "memory", readOnly: false } as const, fs }]]);
  return serveFolder(config, folders, { tag: "t", operation, path, ...more });
}
const text = (answer: FolderAnswer): string => Buffer.from(answer as Uint8Array).toString();
const refused = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => "done",
    ({ code, message, cause }) => `${code} ${cause?.name}: ${message}`,
  );

it("reads, writes, lists, makes and removes by paths", async () => {
  await ask("mkdir", "d");
  const long = Buffer.alloc(3_000_000, "long ");
  await ask("writeFile", "/d/€", { contents: long });
  expect(Buffer.compare((await ask("readFile", "d//./€")) as Uint8Array, long)).toBe(0);
  await ask("writeFile", "d/€", { contents: Buffer.from("short") });
  expect(text(await ask("readFile", "d/€"))).toBe("short");
  await ask("writeFile", "d/a", {});
  expect(await ask("list", "d")).toEqual(["a", "€"]);
  expect(await ask("list", "")).toEqual(["d"]);
  expect(await refused(ask("remove", "d"))).toContain("ENOTEMPTY");
  await ask("remove", "d", { recursive: true });
  expect(await ask("list", "")).toEqual([]);
});

it("follows symlinks inside, and leaves the folder by none", async () => {
  const directory = fs.root.mkdir("d", as(0o755));
  (await makeFile(fs.root, "f", "text")).release();
  for (const [name, target] of Object.entries({
    up: "../f",
    out: "../../../../f",
    abs: "/f",
    loop: "loop",
    new: "../n",
  }))
    (await directory.symlink(name, target, as(0o777))).release();
  expect(text(await ask("readFile", "d/up"))).toBe("text");
  expect(text(await ask("readFile", "d/out"))).toBe("text");
  expect(text(await ask("readFile", "../../f"))).toBe("text");
  expect(await refused(ask("readFile", "d/abs"))).toContain("EXDEV");
  expect(await refused(ask("readFile", "d/loop"))).toContain("ELOOP");
  await ask("remove", "d/up");
  expect(text(await ask("readFile", "f"))).toBe("text");
});

it("says in a sentence what it refuses", async () => {
  expect(await refused(ask("readFile", "x"))).toBe(
    "ERR_FILE ENOENT: folder t: could not read 'x': there is no such file (ENOENT)",
  );
  await ask("mkdir", "d");
  expect(await refused(ask("readFile", "d"))).toContain("EISDIR");
  expect(await refused(ask("writeFile", "d", { contents: new Uint8Array(1) }))).toContain("EISDIR");
  expect(await refused(ask("writeFile", "f/g", {}))).toContain("ENOENT");
  expect(await refused(ask("remove", "/"))).toContain("EBUSY");
  expect(await refused(ask("mkdir", "n".repeat(300)))).toContain("ENAMETOOLONG");
  expect(await refused(ask("mkdir", "a\0b"))).toContain("EINVAL");
  expect(await refused(ask("list", "", { tag: "other" }))).toContain("no folder by the tag 'other'");
});

it("has another state after each change", async () => {
  const states = [await ask("state", "")];
  await ask("writeFile", "f", { contents: Buffer.from("1") });
  states.push(await ask("state", ""));
  expect(await ask("state", "")).toBe(states[1]);
  await ask("writeFile", "f", { contents: Buffer.from("2") });
  states.push(await ask("state", ""));
  await ask("remove", "f");
  states.push(await ask("state", ""));
  expect(new Set(states).size).toBe(3);
  expect(states[3]).toBe(states[0]);
});

it("leaves nothing held", async () => {
  const before = fs.statistics().free;
  await ask("mkdir", "d");
  await ask("writeFile", "d/f", { contents: new Uint8Array(5000) });
  await ask("readFile", "d/f");
  await ask("state", "d");
  await refused(ask("readFile", "d/f/g"));
  await ask("remove", "d", { recursive: true });
  expect(fs.statistics().free).toBe(before);
});
