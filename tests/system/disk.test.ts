// The root file system on a virtio disk: what the guest writes is in the image, and the image is whole.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { copyDisk, INITRD, KERNEL, PROMPT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";

const BOOT = 240_000;
const MIB = 1 << 20;

let folder: ReturnType<typeof temporaryFolder>;
let emulator: Emulator | undefined;

beforeEach(() => {
  folder = temporaryFolder();
  copyDisk(folder.file("root"));
});
afterEach(() => {
  emulator?.close();
  folder.remove();
});

function start(...options: string[]): Emulator {
  const disk = `if=virtio,format=raw,file=${folder.file("root")}`;
  const kernel = ["-kernel", KERNEL, "-initrd", INITRD, "-append", "console=ttyS0 root=/dev/vda loglevel=3"];
  return Emulator.run(["-nographic", "-m", "512M", ...kernel, "-drive", disk, ...options]);
}

/** A file's content as debugfs finds it in the image. */
function inImage(path: string): Buffer {
  return execFileSync(program("debugfs"), ["-R", `cat ${path}`, folder.file("root")], {
    maxBuffer: 256 * MIB,
    stdio: "pipe",
  });
}

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

it("100 MB and many small files arrive, and the file system is clean", { timeout: 600_000 }, async () => {
  emulator = start();
  await emulator.waitFor(PROMPT, BOOT);
  await emulator.shell("mkdir /data /data/s; dd if=/dev/urandom of=/tmp/r bs=1M count=4");
  // A line between the pieces shifts them, so that no two blocks of the file are alike.
  await emulator.shell("for i in $(seq 25); do echo $i; cat /tmp/r; done >/data/big", 300_000);
  await emulator.shell("for i in $(seq 300); do echo file $i >/data/s/$i; done");
  await emulator.shell("rm /data/s/1?; mv /data/s/300 /data/moved; ln -s moved /data/link; sync");
  await emulator.shell("echo 3 >/proc/sys/vm/drop_caches");
  const sum = /^([0-9a-f]{32}) {2}\/data\/big$/m.exec(await emulator.shell("md5sum /data/big", 300_000))?.[1];
  emulator.type("poweroff\n");
  expect((await emulator.end(120_000)).status).toBe(0);

  const big = inImage("/data/big");
  expect(big.length).toBeGreaterThan(100 * MIB);
  expect(md5(big)).toBe(sum);
  expect(inImage("/data/s/299").toString()).toBe("file 299\n");
  expect(inImage("/data/moved").toString()).toBe("file 300\n");
  const { status, stdout } = spawnSync(program("e2fsck"), ["-fn", folder.file("root")], { encoding: "utf8" });
  expect(`${status} ${stdout}`).toMatch(/^0 /);
});

it("-snapshot keeps the image as it was", async () => {
  const before = md5(execFileSync("cat", [folder.file("root")], { maxBuffer: 512 * MIB }));
  emulator = start("-snapshot");
  await emulator.waitFor(PROMPT, BOOT);
  expect(await emulator.shell("echo kept >/new; sync; cat /new")).toBe("kept\n");
  emulator.type("poweroff -f\n");
  expect((await emulator.end(120_000)).status).toBe(0);
  expect(md5(execFileSync("cat", [folder.file("root")], { maxBuffer: 512 * MIB }))).toBe(before);
});

it("a read-only disk refuses writes, and one that became shorter gives I/O errors", async () => {
  writeFileSync(folder.file("read-only"), Buffer.alloc(MIB, "R"));
  writeFileSync(folder.file("shrinking"), Buffer.alloc(8 * MIB, "S"));
  emulator = start(
    ...["-drive", `if=virtio,format=raw,readonly=on,file=${folder.file("read-only")}`],
    ...["-drive", `if=virtio,format=raw,file=${folder.file("shrinking")}`],
  );
  await emulator.waitFor(PROMPT, BOOT);
  expect(await emulator.shell("cat /sys/block/vdb/ro")).toBe("1\n");
  expect(await emulator.shell("echo x >/dev/vdb")).toMatch(/Operation not permitted|Read-only/);
  truncateSync(folder.file("shrinking"), 4 * MIB);
  expect(await emulator.shell("dd if=/dev/vdc of=/dev/null bs=1M skip=5")).toContain("Input/output error");
  // Past the end of the disk as the guest knows it the kernel asks nothing; the part that is left still reads.
  expect(await emulator.shell("dd if=/dev/vdc bs=1 count=3 skip=3M 2>/dev/null; echo")).toBe("SSS\n");
  emulator.type("poweroff -f\n");
  expect((await emulator.end(120_000)).status).toBe(0);
});
