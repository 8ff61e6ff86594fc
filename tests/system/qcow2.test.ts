// Debian on a qcow2 image over a packed one: what it writes is there, the images are whole, and what it discards is let go of.

import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { copyDisk, INITRD, KERNEL, PROMPT, ROOT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import { judge, noQemuImg } from "../images/qemu-img.js";

const BOOT = 240_000;

let folder: ReturnType<typeof temporaryFolder>;
let emulator: Emulator | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  emulator?.close();
  folder.remove();
});

function img(...args: string[]): string {
  return execFileSync(process.execPath, [`${ROOT}dist/commands/cli.js`, "img", ...args], { encoding: "utf8" });
}

it("boots, writes and trims", { timeout: 600_000 }, async () => {
  const [raw, base, top] = ["raw", "base.qcow2", "top.qcow2"].map((name) => folder.file(name)) as [
    string,
    string,
    string,
  ];
  copyDisk(raw);
  img("convert", "-f", "raw", "-O", "qcow2", "-c", raw, base);
  expect(statSync(base).blocks).toBeLessThan(statSync(raw).blocks);
  img("create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", top);
  emulator = Emulator.run([
    ...["-nographic", "-m", "512M", "-kernel", KERNEL, "-initrd", INITRD],
    ...["-append", "console=ttyS0 root=/dev/vda loglevel=3", "-drive", `if=virtio,file=${top},discard=unmap`],
  ]);
  await emulator.waitFor(PROMPT, BOOT);
  expect(await emulator.shell("cat /sys/block/vda/queue/write_cache")).toContain("write back");
  await emulator.shell("dd if=/dev/urandom of=/big bs=1M count=24; echo kept >/kept; sync", 120_000);
  const full = statSync(top).blocks;
  expect(full * 512).toBeGreaterThan(24 << 20);
  // What is discarded may be used again when a flush has made that last.
  await emulator.shell("rm /big; sync; fstrim -v /; sync", 120_000);
  await emulator.shell("dd if=/dev/urandom of=/again bs=1M count=20; md5sum /again >/sum; sync", 120_000);
  // What was let go of is used again.
  expect((statSync(top).blocks - full) * 512).toBeLessThan(8 << 20);
  emulator.type("poweroff\n");
  expect(await emulator.end(120_000)).toMatchObject({ status: 0, error: "" });

  expect(img("check", top)).toContain("No errors were found on the image.");
  if (noQemuImg() === undefined) expect(judge(top, "qcow2")).toBeUndefined();
  img("convert", "-O", "raw", top, raw);
  const { status, stdout } = spawnSync(program("e2fsck"), ["-fn", raw], { encoding: "utf8" });
  expect(`${status} ${stdout}`).toMatch(/^0 /);
  const inImage = (path: string): string =>
    execFileSync(program("debugfs"), ["-R", `cat ${path}`, raw], { encoding: "utf8", stdio: "pipe" });
  expect(inImage("/kept")).toBe("kept\n");
  execFileSync(program("debugfs"), ["-R", `dump /again ${folder.file("again")}`, raw], { stdio: "pipe" });
  const sum = execFileSync("md5sum", [folder.file("again")], { encoding: "utf8" }).split(" ")[0];
  expect(inImage("/sum")).toContain(sum!);
});
