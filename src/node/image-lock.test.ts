// Images in use, by drives of this process, by other processes however they end, and by QEMU.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlockFile } from "./block-file.js";
import { lockImage } from "./image-lock.js";
import { forbidden, holders, locksOn } from "./kernel-locks.js";

const canLock = spawnSync("flock", ["--version"]).status === 0;

describe.skipIf(!canLock)("image locks (skipped where there is no program flock)", () => {
  let folder: string;
  let name: string;
  const warnings: string[] = [];
  const use = (file: string, readOnly = false): BlockFile =>
    BlockFile.open(file, {
      readOnly,
      lock: (fd) => lockImage(fd, file, readOnly, (message) => warnings.push(message)),
    });
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "image-lock-"));
    name = path.join(folder, "disk");
    fs.writeFileSync(name, Buffer.alloc(1024));
    fs.symlinkSync("disk", path.join(folder, "symbolic"));
    fs.linkSync(name, path.join(folder, "hard"));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it("exclude a second writer and readers, by whatever name, until the image is closed", async () => {
    const first = use(name);
    for (const other of ["disk", "symbolic", "hard"]) {
      const file = path.join(folder, other);
      const sentence = `'${file}' is in use by another drive or machine of this process: use a copy of it, or an image that all who use it only read (readonly=on, snapshot=on)`;
      expect(() => use(file)).toThrow(sentence);
      expect(() => use(file, true)).toThrow(sentence);
    }
    await first.close();
    await use(path.join(folder, "hard")).close();
  });

  it("let readers share an image, also in a folder nobody may write to, and exclude writers then", async () => {
    fs.chmodSync(folder, 0o555);
    const readers = [use(name, true), use(path.join(folder, "symbolic"), true)];
    expect(() => use(name)).toThrow("is in use");
    for (const reader of readers) await reader.close();
    fs.chmodSync(folder, 0o755);
    await use(name).close();
    expect(warnings).toEqual([]);
  });

  /** A process that has an image, until it is killed. */
  async function holder(file: string): Promise<ChildProcess> {
    const root = new URL("../../dist/node/", import.meta.url).href;
    const program = `
      const { BlockFile } = await import("${root}block-file.js");
      const { lockImage } = await import("${root}image-lock.js");
      globalThis.image = BlockFile.open("${file}", { lock: (fd) => lockImage(fd, "${file}", false, console.error) });
      console.log("here"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout!.once("data", resolve));
    return child;
  }

  it("exclude another process, which the sentence names, until that ends, also by SIGKILL", async () => {
    const child = await holder(path.join(folder, "hard"));
    if (fs.existsSync("/proc/self/fd")) {
      expect(() => use(name)).toThrow(new RegExp(`^'.*disk' is in use by process ${child.pid} \\(.*\\): use a copy`));
      expect(holders(fs.statSync(name))).toHaveLength(1);
    } else expect(() => use(name)).toThrow("is in use");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    await use(name).close();
  });
});

describe("locks of QEMU", () => {
  // As Linux 6.18 lists them for QEMU 7.2 (virtio disk), and for others beside it.
  const WRITER = ["OFDLCK ADVISORY  READ -1 fe:00:7 201 201", "OFDLCK ADVISORY  READ -1 fe:00:7 100 101"];
  const READER = ["OFDLCK ADVISORY  READ -1 fe:00:7 201 201", "OFDLCK ADVISORY  READ -1 fe:00:7 100 100"];
  const SNAPSHOT = [...READER, "OFDLCK ADVISORY  READ -1 fe:00:7 203 203"];
  const check = (lines: string[], shared: boolean): boolean =>
    forbidden(locksOn("fe:00:7", lines.map((line, k) => `${k + 1}: ${line}\n`).join("")), shared);

  it.each([
    ["QEMU writes", WRITER, true, true],
    ["QEMU reads", READER, true, false],
    ["QEMU reads under a snapshot", SNAPSHOT, true, false],
    ["qemu-img looks at it", ["OFDLCK ADVISORY  READ -1 fe:00:7 100 100"], false, false],
    ["it is locked as a whole", ["POSIX  ADVISORY  WRITE 42 fe:00:7 0 EOF"], true, true],
    ["a program reads it", ["POSIX  ADVISORY  READ 42 fe:00:7 0 EOF"], true, false],
    [
      "another file is written",
      ["OFDLCK ADVISORY  READ -1 fe:00:70 100 101", "POSIX ADVISORY WRITE 4 fe:00:77 0 EOF"],
      false,
      false,
    ],
    ["only flock() is held", ["FLOCK  ADVISORY  WRITE 42 fe:00:7 0 EOF"], false, false],
  ])("%s", (_what, lines, forWriting, forReading) => {
    expect([check(lines, false), check(lines, true)]).toEqual([forWriting, forReading]);
  });
});
