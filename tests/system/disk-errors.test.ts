// Images that are in use: one sentence. A host's disk that has no room: the machine stops with a sentence, and goes on when
// there is some. The host's disk is a small tmpfs, which only root can have.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CLI, Emulator, runEmulator } from "../../testing/emulator.js";
import { copyDisk, INITRD, KERNEL, PROMPT, temporaryFolder } from "../../testing/guest.js";

const MIB = 1 << 20;
const MONITOR = "\x01c";

let folder: ReturnType<typeof temporaryFolder>;
let emulator: Emulator | undefined;
let mounted = false;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const mount = (...args: string[]): boolean => spawnSync("mount", args).status === 0;

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file("small"));
  mounted = process.getuid?.() === 0 && mount("-t", "tmpfs", "-o", "size=4m", "none", folder.file("small"));
});
afterEach(async () => {
  emulator?.close();
  await emulator?.ended;
  if (mounted) spawnSync("umount", [folder.file("small")]);
  folder.remove();
});

it("a full disk stops the machine, and cont goes on with nothing lost", { timeout: 600_000 }, async ({ skip }) => {
  if (!mounted) skip("needs root, for a tmpfs of its own");
  const image = folder.file("small/image");
  writeFileSync(image, "");
  truncateSync(image, 16 * MIB);
  copyDisk(folder.file("root"));
  emulator = Emulator.run([
    ...["-nographic", "-m", "512M", "-kernel", KERNEL, "-initrd", INITRD],
    ...["-append", "console=ttyS0 root=/dev/vda loglevel=3"],
    ...["-drive", `if=virtio,format=raw,file=${folder.file("root")}`],
    ...["-drive", `if=virtio,format=raw,id=data,file=${image}`],
  ]);
  await emulator.waitFor(PROMPT, 240_000);
  await emulator.shell("dd if=/dev/urandom of=/tmp/r bs=1M count=8");
  const sum = (await emulator.shell("md5sum </tmp/r")).split(" ")[0];
  emulator.type("dd if=/tmp/r of=/dev/vdb bs=1M oflag=direct; sync; echo WRITTEN $?\n");
  for (let tries = 0; tries < 600 && !emulator.error.includes("the machine is stopped"); tries++) await pause(100);
  expect(emulator.error).toMatch(
    /^wasmachine-system-x86_64: warning: drive data: Could not write '.*' at offset \d+: No space left on device; the machine is stopped, and "cont" in the monitor/,
  );
  emulator.type(`${MONITOR}info status\n`);
  let at = await emulator.waitFor("VM status: paused (io-error)", 30_000);
  // Nothing was made better: it stops again.
  emulator.type("cont\n");
  await pause(1000);
  emulator.type("info status\n");
  at = await emulator.waitFor("VM status: paused (io-error)", 30_000, at);
  expect(mount("-o", "remount,size=32m", folder.file("small"))).toBe(true);
  emulator.type(`cont\n${MONITOR}`);
  at = await emulator.waitFor("WRITTEN 0", 60_000, at);
  await emulator.waitFor("# ", 30_000, at);
  expect(await emulator.shell("dd if=/dev/vdb bs=1M count=8 iflag=direct 2>/dev/null | md5sum")).toContain(sum);
  emulator.type("poweroff -f\n");
  expect((await emulator.end(60_000)).status).toBe(0);
  expect(
    readFileSync(image)
      .subarray(0, 16)
      .some((byte) => byte !== 0),
  ).toBe(true);
});

it("two emulators do not get one image, nor does one get it twice", { timeout: 120_000 }, async () => {
  writeFileSync(folder.file("image"), Buffer.alloc(MIB));
  symlinkSync("image", folder.file("link"));
  const options = (...files: string[]): string[] => [
    ...["-display", "none", "-S", "-monitor", "stdio", "-kernel", KERNEL],
    ...files.flatMap((file) => ["-drive", `if=virtio,format=raw,file=${folder.file(file)}`]),
  ];
  const twice = await runEmulator(options("image", "link"));
  expect(twice.status).toBe(1);
  expect(twice.error).toContain(`'${folder.file("link")}' is in use by another drive or machine of this process`);
  emulator = Emulator.run(options("image"));
  await emulator.waitFor("(wasmachine)", 60_000);
  const second = await runEmulator(options("link"));
  expect(second.status).toBe(1);
  expect(second.error).toMatch(/^wasmachine-system-x86_64: '.*link' is in use by process \d+ \(.*\): use a copy/);
  emulator.close();
  await emulator.ended;
  expect((await runEmulator(options("link"), "quit\n")).status).toBe(0);
});

it("a guest hears of what the host's disk could not keep", { timeout: 600_000 }, async () => {
  writeFileSync(folder.file("image"), Buffer.alloc(MIB));
  writeFileSync(
    folder.file("broken.mjs"),
    `import { createRequire, syncBuiltinESMExports } from "node:module";
    const fs = createRequire(import.meta.url)("node:fs");
    fs.fdatasync = (_fd, done) => setTimeout(() => done(Object.assign(new Error("EIO"), { code: "EIO" })), 50);
    syncBuiltinESMExports();`,
  );
  emulator = new Emulator(process.execPath, [
    ...["--import", folder.file("broken.mjs"), CLI, "-nographic", "-m", "256M", "-kernel", KERNEL, "-initrd", INITRD],
    ...["-append", "console=ttyS0 quiet loglevel=2", "-drive", `if=virtio,format=raw,file=${folder.file("image")}`],
  ]);
  await emulator.waitFor(PROMPT, 240_000);
  const write = "echo 1 | dd of=/dev/vda conv=notrunc,fsync 2>&1 | grep -o 'Input/output error'";
  // The second sync could go well: what the first one was to keep is lost all the same.
  for (let k = 0; k < 2; k++) expect(await emulator.shell(write)).toContain("Input/output error\n");
  emulator.type("poweroff -f\n");
  const { status, error } = await emulator.end(60_000);
  expect(error).toContain("warning: drive virtio0: Could not flush");
  expect(status).toBe(1);
});

describe("a signal while the host's disk is slow", () => {
  /** Starts a machine whose disk has something to be synced, which takes a while and then says `error`. */
  async function start(error: string): Promise<void> {
    writeFileSync(folder.file("image"), Buffer.alloc(MIB));
    writeFileSync(
      folder.file("slow.mjs"),
      `import { createRequire, syncBuiltinESMExports } from "node:module";
      const fs = createRequire(import.meta.url)("node:fs");
      fs.fdatasync = (_fd, done) => setTimeout(() => { fs.writeSync(2, "SYNCED\\n"); done(${error}); }, 1500);
      syncBuiltinESMExports();`,
    );
    emulator = new Emulator(process.execPath, [
      ...["--import", folder.file("slow.mjs"), CLI, "-display", "none", "-S", "-monitor", "stdio", "-kernel", KERNEL],
      ...["-drive", `if=virtio,format=raw,file=${folder.file("image")}`],
    ]);
    await emulator.waitFor("(wasmachine)", 60_000);
    process.kill(emulator.pid, "SIGTERM");
  }

  it("ends the program when the disk has everything", { timeout: 120_000 }, async () => {
    await start("null");
    const { status, error } = await emulator!.end(60_000);
    expect(error).toMatch(/terminating on signal 15\n.*waiting for the host's disk.*\nSYNCED\n$/);
    expect(status).toBe(0);
  });

  it("ends it with 1 and a sentence when the disk has lost something", { timeout: 120_000 }, async () => {
    await start("Object.assign(new Error('EIO'), { code: 'EIO' })");
    const { status, error } = await emulator!.end(60_000);
    expect(error).toMatch(
      /SYNCED\nwasmachine-system-x86_64: drive virtio0: Could not flush '.*image': Input\/output error; what was written since/,
    );
    expect(status).toBe(1);
  });
});
