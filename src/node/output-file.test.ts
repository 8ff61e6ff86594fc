// Output named like a disk: the disk stays as it is.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlockFile } from "./block-file.js";
import { lockImage } from "./image-lock.js";
import { main } from "./main.js";
import { openOutputFile } from "./output-file.js";

const canLock = spawnSync("flock", ["--version"]).status === 0;

let folder: string;
let disk: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "output-file-"));
  disk = path.join(folder, "disk");
  fs.writeFileSync(disk, "x".repeat(1024));
  fs.symlinkSync("disk", path.join(folder, "link"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const intact = (): boolean => fs.readFileSync(disk, "latin1") === "x".repeat(1024);

it.each(["disk", "link"])("a disk of the machine itself is refused: %s", (name) => {
  const file = path.join(folder, name);
  const sentence = `'${file}' is in use as a disk by this machine: nothing else is written to it; name another file`;
  for (const append of [false, true]) expect(() => openOutputFile(file, append, [disk])).toThrow(sentence);
  expect(intact()).toBe(true);
});

it.each([
  [["-D", "disk", "-d", "int"]],
  [["-serial", "file:disk"]],
  [["-chardev", "file,id=c,path=disk,append=on", "-serial", "chardev:c"]],
])("on the command line, in one sentence: %j", async (options) => {
  let error = "";
  const words = {
    out() {},
    error(text: string) {
      error += text;
    },
  };
  const firmware = path.join(folder, "firmware");
  // A jump to itself at the reset vector.
  fs.writeFileSync(firmware, Buffer.alloc(65536).fill(Buffer.from([0xeb, 0xfe]), 65520, 65522));
  const args = ["-display", "none", "-monitor", "none", "-m", "16M", "-bios", firmware];
  const own = options.map((word) => word.replace(/\bdisk\b/, disk));
  expect(await main([...args, "-drive", `if=virtio,format=raw,file=${disk}`, ...own], words)).toBe(1);
  expect(error).toMatch(/^wasmachine-system-x86_64: .*disk' is in use as a disk by this machine: [^\n]*\n$/);
  expect(intact()).toBe(true);
});

describe.skipIf(!canLock)("another machine's disk (skipped where there is no program flock)", () => {
  it.each([false, true])("is refused while it is in use, read-only: %s", async (readOnly) => {
    const image = BlockFile.open(disk, { readOnly, lock: (fd) => lockImage(fd, disk, readOnly, () => {}) });
    expect(() => openOutputFile(disk, false, [])).toThrow(/is in use as a disk by another drive or machine/);
    await image.close();
    expect(intact()).toBe(true);
  });
});

it("other files are emptied, or appended to, and may have several writers", () => {
  const file = path.join(folder, "log");
  const write = (append: boolean): number => {
    const fd = openOutputFile(file, append, [disk, path.join(folder, "nothing")]);
    fs.writeSync(fd, "12");
    return fd;
  };
  const open = [write(false), write(true), write(false), write(true)];
  expect(fs.readFileSync(file, "latin1")).toBe("1212");
  for (const fd of open) fs.closeSync(fd);
  expect(() => openOutputFile(path.join(folder, "no", "file"), false, [])).toThrow("ENOENT");
});
