// Debian's cloud kernel, which has NVMe and ext4 built in, boots from an NVMe disk in qcow2 without an initramfs.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { copyDisk, GUEST, PROMPT, ROOT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";

const BOOT = 240_000;
const FOLDER = `${ROOT}build/tests/cloud-kernel`;

/** The cloud kernel of the guest's release; undefined where apt does not give it. */
function cloudKernel(): string | undefined {
  const kernel = join(FOLDER, "vmlinuz");
  if (existsSync(kernel)) return kernel;
  const { package: name } = JSON.parse(readFileSync(`${GUEST}/guest.json`, "utf8")) as { package: string };
  const work = `${FOLDER}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const cloud = name.replace(/(-cloud)?-amd64$/, "-cloud-amd64");
  if (spawnSync("apt-get", ["-qq", "download", cloud], { cwd: work, stdio: "ignore" }).status !== 0) return undefined;
  const deb = readdirSync(work).find((file) => file.endsWith(".deb"))!;
  execFileSync("dpkg-deb", ["-x", deb, "files"], { cwd: work });
  const file = readdirSync(join(work, "files/boot")).find((each) => each.startsWith("vmlinuz"))!;
  mkdirSync(FOLDER, { recursive: true });
  renameSync(join(work, "files/boot", file), kernel);
  rmSync(work, { recursive: true });
  return kernel;
}

let folder: ReturnType<typeof temporaryFolder>;
let emulator: Emulator | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  emulator?.close();
  folder.remove();
});

it("boots, writes and trims", { timeout: 600_000 }, async (test) => {
  const kernel = cloudKernel();
  if (kernel === undefined) return test.skip("apt-get does not give the cloud kernel of the guest's release");
  const [raw, image] = [folder.file("raw"), folder.file("image.qcow2")];
  const img = (...args: string[]): string =>
    execFileSync(process.execPath, [`${ROOT}dist/commands/cli.js`, "img", ...args], { encoding: "utf8" });
  copyDisk(raw);
  img("convert", "-f", "raw", "-O", "qcow2", raw, image);
  emulator = Emulator.run([
    ...["-nographic", "-m", "512M", "-kernel", kernel, "-append", "console=ttyS0 root=/dev/nvme0n1 rw loglevel=3"],
    ...["-drive", `if=none,id=d,file=${image},discard=unmap`, "-device", "nvme,drive=d,serial=S1"],
  ]);
  await emulator.waitFor(PROMPT, BOOT);
  expect(await emulator.shell("cat /proc/partitions")).toMatch(/ nvme0n1$/m);
  await emulator.shell("dd if=/dev/urandom of=/data bs=1M count=12; md5sum /data >/sum; sync; fstrim /", 120_000);
  emulator.type("poweroff -f\n");
  expect(await emulator.end(120_000)).toMatchObject({ status: 0, error: "" });

  expect(img("check", image)).toContain("No errors were found on the image.");
  img("convert", "-O", "raw", image, raw);
  expect(spawnSync(program("e2fsck"), ["-p", raw], { encoding: "utf8" }).status).toBeLessThan(2);
  execFileSync(program("debugfs"), ["-R", `dump /data ${folder.file("data")}`, raw], { stdio: "pipe" });
  const sum = execFileSync("md5sum", [folder.file("data")], { encoding: "utf8" }).split(" ")[0]!;
  expect(execFileSync(program("debugfs"), ["-R", "cat /sum", raw], { encoding: "utf8", stdio: "pipe" })).toContain(sum);
});
