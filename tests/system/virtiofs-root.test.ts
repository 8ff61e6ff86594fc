// Debian trixie's cloud kernel, as it is in its package, has its root in a folder of the host, without an initramfs.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { canShare } from "../../src/node/folder/folder.js";
import { Emulator } from "../../testing/emulator.js";
import { PROMPT, TRIXIE_CLOUD, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import { makeTrixieCloud } from "../../testing/trixie-cloud.js";

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

it.runIf(canShare())("boots root=TAG rootfstype=virtiofs", { timeout: 900_000 }, async (test) => {
  const missing = makeTrixieCloud();
  if (missing !== undefined) return test.skip(missing);
  const tree = folder.file("tree");
  mkdirSync(tree);
  // Who is not root on the host has its files as his own, and no message of debugfs is of interest.
  execFileSync(program("debugfs"), ["-R", `rdump / ${tree}`, `${TRIXIE_CLOUD}/rootfs.bin`], { stdio: "ignore" });
  writeFileSync(`${tree}/etc/hello`, "from the host\n");
  writeFileSync(`${tree}/usr/bin/script`, "#!/bin/sh\necho run >/root/made\n");
  chmodSync(`${tree}/usr/bin/script`, 0o755);
  emulator = Emulator.run([
    ...["-nographic", "-m", "512M", "-kernel", `${TRIXIE_CLOUD}/bzImage`],
    ...["-append", "console=ttyS0 root=root rootfstype=virtiofs rw loglevel=3"],
    ...["-fsdev", `local,id=root,path=${tree},security_model=none`, "-device", "virtio-fs-pci,fsdev=root,tag=root"],
  ]);
  await emulator.waitFor(PROMPT, BOOT);
  const shell = (command: string): Promise<string> => emulator!.shell(command, BOOT);
  expect(await shell("mount | head -1")).toMatch(/^root on \/ type virtiofs /);
  expect(await shell("cat /etc/hello; script; cat /root/made")).toBe("from the host\nrun\n");
  expect(readFileSync(`${tree}/root/made`, "utf8")).toBe("run\n");
  // Programs of this root run while it is written to, and what is removed stays as long as it is used.
  await shell("cp /usr/bin/script /tmp; mkdir -p /root/d; for i in $(seq 200); do echo $i >/root/d/$i; done");
  expect(await shell("cat /root/d/* | sort -n | tail -1; rm -r /root/d; ls /root")).toBe("200\nmade\n");
  expect(existsSync(`${tree}/root/d`)).toBe(false);
  emulator.type("poweroff -f\n");
  expect(await emulator.end(120_000)).toMatchObject({ status: 0, error: "" });
});
