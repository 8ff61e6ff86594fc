import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BlockError } from "../block/interfaces.js";
import { RawImage } from "../block/raw.js";
import { BlockFile, type FileCalls } from "./block-file.js";

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
  // Nobody knows whether what was written before is on the disk.
  expect(file.flushSync()).toBe(false);
  await file.flush();
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
  expect(() => BlockFile.open(folder)).toThrow(/Is a directory|neither a regular file/);
  expect(() => BlockFile.open(folder, { readOnly: true })).toThrow("it is neither a regular file nor a block device");
  const name = image("short.img", 1024);
  const file = BlockFile.open(name, { readOnly: true });
  expect(() => file.writeSync(0, new Uint8Array(512))).toThrow("read-only");
  expect(() => file.readSync(1024, new Uint8Array(512))).toThrow(BlockError);
  fs.truncateSync(name, 512);
  expect(() => file.readSync(512, new Uint8Array(512))).toThrow("the file has become shorter");
});

/** The host's file system with faults. */
const faulty = (change: Partial<FileCalls>): FileCalls => ({ ...fs, ...change });
const errno = (code: string): Error => Object.assign(new Error(code), { code });

it("answers a flush when everything written before it is on the disk, and with what the disk said", async () => {
  const ends: ((error: Error | null) => void)[] = [];
  const fdatasync = ((_fd: number, done: (error: Error | null) => void) =>
    void ends.push(done)) as FileCalls["fdatasync"];
  const file = BlockFile.open(image("flush.img", 4096), { calls: faulty({ fdatasync }) });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const log: string[] = [];
  const flush = (name: string): void =>
    void file.flush().then(
      () => log.push(name),
      (error: Error) => log.push(`${name}: ${error.message.split(";")[0]}`),
    );
  file.writeSync(0, new Uint8Array(512));
  flush("a");
  await settle();
  // The first write is still on its way to the disk.
  expect(file.flushSync()).toBe(false);
  flush("b");
  file.writeSync(512, new Uint8Array(512));
  flush("c");
  await settle();
  expect(log).toEqual([]);
  ends[0]!(null);
  await settle();
  expect(log).toEqual(["a", "b"]);
  flush("d");
  ends[1]!(errno("EIO"));
  await settle();
  flush("e");
  await settle();
  const failed = `Could not flush '${path.join(folder, "flush.img")}': Input/output error`;
  expect(log.slice(2)).toEqual([`c: ${failed}`, `d: ${failed}`, `e: ${failed}`]);
  expect([ends.length, file.flushSync()]).toEqual([2, false]);
  await file.close();
});

it("goes on after short reads and writes and interrupted calls, and says when there is no room", () => {
  const name = image("short-calls.img", 4096);
  let interrupted = 0;
  const briefly =
    (call: (fd: number, buffer: Uint8Array, from: number, length: number, position: number) => number) =>
    (fd: number, buffer: Uint8Array, from: number, length: number, position: number): number => {
      if (interrupted++ % 2 === 0) throw errno(interrupted % 4 === 1 ? "EINTR" : "EAGAIN");
      return call(fd, buffer, from, Math.min(length, 100), position);
    };
  const calls = faulty({
    readSync: briefly(fs.readSync) as FileCalls["readSync"],
    writeSync: briefly(fs.writeSync) as FileCalls["writeSync"],
  });
  const file = BlockFile.open(name, { calls });
  const bytes = Uint8Array.from({ length: 1024 }, (_, k) => k & 0xff);
  file.writeSync(512, bytes);
  const back = new Uint8Array(1024);
  file.readSync(512, back);
  expect(back).toEqual(bytes);
  const fails = (code: string): BlockError => {
    const writeSync = (() => {
      throw errno(code);
    }) as unknown as FileCalls["writeSync"];
    try {
      BlockFile.open(name, { calls: faulty({ writeSync }) }).writeSync(512, bytes);
    } catch (error) {
      return error as BlockError;
    }
    throw new Error("the write went well");
  };
  expect(fails("ENOSPC")).toMatchObject({ full: true });
  expect(fails("ENOSPC").message).toBe(`Could not write '${name}' at offset 512: No space left on device`);
  expect(fails("EDQUOT")).toMatchObject({ full: true });
  expect(fails("EIO")).toMatchObject({ full: false });
  // A host that never has anything is not asked for ever.
  expect(fails("EAGAIN").message).toContain("EAGAIN");
});

it("says at the end that an image was deleted meanwhile, if something was written to it", async () => {
  for (const write of [false, true]) {
    const name = image("deleted.img", 1024);
    const file = BlockFile.open(name);
    fs.rmSync(name);
    if (write) file.writeSync(0, new Uint8Array(512));
    const closed = file.close();
    if (write) await expect(closed).rejects.toThrow(`'${name}' was deleted while it was in use`);
    else await closed;
  }
});

it("an empty image is a disk without sectors", async () => {
  const file = new RawImage(BlockFile.open(image("empty.img", 0)));
  expect(file.size).toBe(0);
  expect(() => file.readSync(0, new Uint8Array(512))).toThrow(BlockError);
  await file.close();
});

const loop = (...args: string[]) => spawnSync("losetup", args, { encoding: "utf8" });
const loopDevices = process.getuid?.() === 0 && loop("-f").status === 0;

it.skipIf(!loopDevices)("takes a block device as an image (skipped without root and loop devices)", async () => {
  const name = image("device.img", 3 * 512 * 1000);
  const { stdout, status } = loop("-f", "--show", name);
  expect(status).toBe(0);
  try {
    const file = BlockFile.open(stdout.trim());
    expect(file.size).toBe(3 * 512 * 1000);
    file.writeSync(file.size - 512, new Uint8Array(512).fill(1));
    await file.flush();
    await file.close();
    expect(fs.readFileSync(name).at(-1)).toBe(1);
  } finally {
    loop("-d", stdout.trim());
  }
});
