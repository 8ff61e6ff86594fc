import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BlockError } from "../block/interfaces.js";
import { RawImage } from "../block/raw.js";
import { BlockFile } from "./block-file.js";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "block-file-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function image(name: string, size: number): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, Buffer.alloc(size, 7));
  return file;
}

it("reads, writes and flushes", async () => {
  const name = image("a.img", 2048);
  const file = BlockFile.open(name);
  // Guest memory is shared where the page is isolated, so views of it come here.
  const shared = new Uint8Array(new SharedArrayBuffer(512));
  expect(file.readSync(512, shared)).toBe(true);
  expect(shared[511]).toBe(7);
  expect(file.flushSync()).toBe(true);
  shared.fill(1);
  file.writeSync(1024, shared);
  expect(file.flushSync()).toBe(false);
  await file.flush();
  expect(file.flushSync()).toBe(true);
  await file.close();
  await file.close();
  const bytes = fs.readFileSync(name);
  expect([bytes[1023], bytes[1024], bytes[1535], bytes[1536]]).toEqual([7, 1, 1, 7]);
});

it("is lengthened to whole sectors by a write into the padding", async () => {
  const name = image("odd.img", 700);
  const disk = new RawImage(BlockFile.open(name));
  disk.writeSync(512, new Uint8Array(512).fill(2));
  await disk.close();
  expect(fs.statSync(name).size).toBe(1024);
});

it("says in one sentence why an image cannot be opened or read", () => {
  expect(() => BlockFile.open(path.join(folder, "none"))).toThrow(
    /^Could not open '.*none': No such file or directory$/,
  );
  expect(() => BlockFile.open(folder)).toThrow(/Is a directory|not a regular file/);
  expect(() => BlockFile.open(folder, { readOnly: true })).toThrow("not a regular file");
  const name = image("short.img", 1024);
  const file = BlockFile.open(name, { readOnly: true });
  expect(() => file.writeSync(0, new Uint8Array(512))).toThrow("read-only");
  expect(() => file.readSync(1024, new Uint8Array(512))).toThrow(BlockError);
  fs.truncateSync(name, 512);
  expect(() => file.readSync(512, new Uint8Array(512))).toThrow("the file has become shorter");
});
