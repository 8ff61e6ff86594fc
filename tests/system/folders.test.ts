// Folders that a guest shares: what it does is there on the host, and what the host does is there in the guest.

import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { canShare } from "../../src/node/folder/folder.js";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT, temporaryFolder } from "../../testing/guest.js";

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

it.runIf(canShare())("a guest works in a folder of the host and in one in memory", { timeout: 600_000 }, async () => {
  const share = folder.file("share");
  mkdirSync(share);
  writeFileSync(`${share}/hello`, "from the host\n");
  emulator = Emulator.run([
    ...["-nographic", "-m", "256M", "-kernel", KERNEL, "-initrd", INITRD, "-append", "console=ttyS0 loglevel=3"],
    ...["-virtfs", `local,path=${share},mount_tag=local,security_model=mapped-file`, "-fsdev", "memory,id=m,size=64M"],
    ...["-device", "virtio-9p-pci,fsdev=m,mount_tag=memory"],
  ]);
  const { shell } = { shell: (command: string) => emulator!.shell(command, BOOT) };
  await emulator.waitFor(PROMPT, BOOT);
  const mount = (tag: string, cache: string) =>
    `mkdir -p /${tag}; mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=${cache} ${tag} /${tag}; cd /${tag}`;
  await shell("modprobe -a 9pnet_virtio 9p");
  await shell(mount("local", "none"));
  expect(await shell("cat hello")).toBe("from the host\n");
  appendFileSync(`${share}/hello`, "more\n");
  expect(await shell("cat hello")).toBe("from the host\nmore\n");
  // What is replaced is the other file at once, where nothing is cached.
  writeFileSync(`${share}/new`, "new\n");
  renameSync(`${share}/new`, `${share}/hello`);
  expect(await shell("cat hello")).toBe("new\n");
  expect(await shell("echo from the guest >f && sync; chown 5:6 f; chmod 4751 f; stat -c '%a %u %g %s' f")).toBe(
    "4751 5 6 15\n",
  );
  expect(readFileSync(`${share}/f`, "latin1")).toBe("from the guest\n");
  await shell("mkdir d; ln -s /etc/passwd d/link; mknod d/null c 1 3; ln f d/hard; mv d e");
  expect(
    await shell("readlink e/link; stat -c '%F %t:%T' e/null; stat -c %h f; echo >e/null; cat e/null | wc -c"),
  ).toBe("/etc/passwd\ncharacter special file 1:3\n2\n0\n");
  expect(readdirSync(`${share}/e`).sort()).toEqual([".virtfs_metadata", "hard", "link", "null"]);
  expect(lstatSync(`${share}/e/null`).isFile() && lstatSync(`${share}/e/link`).isFile()).toBe(true);
  expect(
    await shell("exec 5<>f; rm f; echo x >&5; stat -L -c '%h' /proc/self/fd/5; exec 5>&-; cp hello hello; cat hello"),
  ).toContain("new\n");
  for (const cache of ["none", "loose", "mmap"]) {
    await shell(mount("memory", cache));
    await shell(
      "mkdir t; cd t; for i in $(seq 300); do echo $i >f$i; done; dd if=/dev/urandom of=big bs=64k count=40 2>/dev/null",
    );
    expect(await shell("cp big copy; cmp big copy && ls | wc -l; cat f* | sort -n | tail -1")).toBe("302\n300\n");
    await shell("cd /; umount /memory");
    await shell(mount("memory", "none"));
    expect(await shell("cmp t/big t/copy && cat t/f299; rm -r t; ls; cd /; umount /memory")).toBe("299\n");
  }
  const end = emulator.end(BOOT);
  emulator.type("cd /; umount /local; poweroff -f\n");
  expect((await end).status).toBe(0);
});
