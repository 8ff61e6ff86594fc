// Debian boots to a prompt in the terminal: by `npm run boot`, and by the command line of QEMU's Wasm series.

import { mkdirSync, symlinkSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { copyDisk, GUEST, PROMPT, temporaryFolder } from "../../testing/guest.js";

const BOOT = 240_000;

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

it("npm run boot runs commands from a pipe and ends with status 0", async () => {
  const words = "printf 'uname -a; cat /proc/cpuinfo; poweroff -f\\n' | npm run -s boot";
  emulator = new Emulator("/bin/sh", ["-c", words]);
  const { status, out } = await emulator.end(BOOT);
  expect(out).toMatch(/^Linux guest 6\.[^\n]* x86_64 GNU\/Linux\r?$/m);
  expect(out).toMatch(/^processor\t: 0\r?$/m);
  expect(out).toMatch(/^model name\t: \S/m);
  expect(status).toBe(0);
});

it("the series' own command line boots from the disk", async () => {
  const folder = temporaryFolder();
  try {
    mkdirSync(folder.file("pack"));
    for (const name of ["bzImage", "initrd"]) symlinkSync(`${GUEST}/${name}`, folder.file(`pack/${name}`));
    copyDisk(folder.file("pack/rootfs.bin"));
    const args = [
      ...["-nographic", "-m", "512M", "-accel", "tcg,tb-size=500", "-L", "pack/"],
      ...["-drive", "if=virtio,format=raw,file=pack/rootfs.bin", "-kernel", "pack/bzImage", "-initrd", "pack/initrd"],
      ...["-append", "earlyprintk=ttyS0 console=ttyS0 root=/dev/vda loglevel=7"],
    ];
    emulator = Emulator.run(args, folder.path);
    await emulator.waitFor(PROMPT, BOOT);
    expect(emulator.out).toMatch(/Command line: earlyprintk=ttyS0 console=ttyS0 root=\/dev\/vda loglevel=7/);
    expect(await emulator.shell("mount")).toMatch(/^\/dev\/vda on \/ type ext4 \(rw/m);
    expect(await emulator.shell("uname -m")).toContain("x86_64");
    // Ctrl-A X leaves.
    emulator.type("\x01x");
    expect((await emulator.end(20_000)).status).toBe(0);
  } finally {
    folder.remove();
  }
});
