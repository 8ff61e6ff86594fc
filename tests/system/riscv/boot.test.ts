// Debian's riscv64 kernel, unmodified, boots to a prompt on the built-in SBI, and powers off.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { Emulator } from "../../../testing/emulator.js";
import { PROMPT, RISCV_GUEST, temporaryFolder } from "../../../testing/guest.js";
import { program } from "../../../testing/programs.js";

const BOOT = 240_000;
const there = existsSync(join(RISCV_GUEST, "guest.json"));

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

function boot(kernel: string, ...more: string[]): Emulator {
  emulator = Emulator.riscv([
    ...["-nographic", "-m", "512M", "-kernel", kernel, "-initrd", join(RISCV_GUEST, "initrd")],
    ...["-append", "console=ttyS0 quiet TERM=dumb root=/dev/vda", ...more],
  ]);
  return emulator;
}

describe.skipIf(!there)(`Debian riscv64 (skipped without ${RISCV_GUEST}, which "npm test" makes)`, () => {
  const image = join(RISCV_GUEST, "Image");
  const disk = `format=raw,snapshot=on,file=${join(RISCV_GUEST, "rootfs.bin")}`;

  it("boots with its root on PCI, runs commands and powers off with status 0", async () => {
    const guest = boot(image, "-drive", `if=virtio,${disk}`);
    await guest.waitFor(PROMPT, BOOT);
    expect(await guest.shell("uname -a")).toMatch(/^Linux guest 6\.[^\n]* riscv64 GNU\/Linux$/m);
    expect(await guest.shell("mount")).toMatch(/^\/dev\/vda on \/ type ext4 \(rw/m);
    expect(await guest.shell("cat /proc/cpuinfo")).toMatch(/^isa\s*: rv64imafdc/m);
    expect(await guest.shell("readlink /sys/block/vda")).toContain("/pci0000:00/");
    // Counters by the SBI's PMU: an event source of their own.
    expect(
      await guest.shell("cat /sys/bus/event_source/devices/cpu/type; dmesg | grep -c 'and 2 hardware counters'"),
    ).toBe("4\n1\n");
    guest.type("poweroff -f\n");
    expect((await guest.end(BOOT)).status).toBe(0);
    expect(guest.error).toBe("");
  });

  it("boots a gzip Image with its root in a slot of registers, and a reboot begins anew", async () => {
    const folder = temporaryFolder();
    try {
      writeFileSync(folder.file("Image.gz"), gzipSync(readFileSync(image), { level: 1 }));
      const guest = boot(
        folder.file("Image.gz"),
        ...["-drive", `if=none,id=d,${disk}`, "-device", "virtio-blk-device,drive=d"],
      );
      await guest.waitFor(PROMPT, BOOT);
      expect(await guest.shell("readlink /sys/block/vda")).toContain(".virtio_mmio/");
      const before = guest.out.length;
      guest.type("reboot -f\n");
      const behind = await guest.waitFor(PROMPT, BOOT, before + "reboot -f\n".length);
      expect(behind).toBeGreaterThan(before);
      // Ctrl-A X leaves.
      guest.type("\x01x");
      expect((await guest.end(60_000)).status).toBe(0);
    } finally {
      folder.remove();
    }
  });
});

it("-machine dumpdtb= writes the tree that the guest would see, and -dtb gives another", async () => {
  const folder = temporaryFolder();
  try {
    const file = folder.file("tree");
    const dump = async (name: string, ...more: string[]): Promise<string> => {
      emulator = Emulator.riscv(["-nographic", ...more, "-machine", `virt,dumpdtb=${name}`]);
      const { status, out, error } = await emulator.end(60_000);
      expect([status, out, error]).toEqual([0, "", ""]);
      const dtc = spawnSync(program("dtc"), ["-I", "dtb", "-O", "dts", name]);
      expect([dtc.status, dtc.stderr.toString()]).toEqual([0, ""]);
      return dtc.stdout.toString();
    };
    expect(await dump(file, "-M", "virt,aclint=on", "-m", "64M")).toMatch(/memory@80000000 \{[^}]*0x4000000>/);
    const source = spawnSync(program("dtc"), ["-I", "dtb", "-O", "dts", file]).stdout.toString();
    writeFileSync(folder.file("own.dts"), source.replace('model = "riscv-virtio,qemu"', 'model = "a board of my own"'));
    const own = spawnSync(program("dtc"), ["-I", "dts", "-O", "dtb", "-o", folder.file("own"), folder.file("own.dts")]);
    expect(own.status).toBe(0);
    const kernel = folder.file("kernel");
    writeFileSync(kernel, new Uint8Array(64));
    const text = await dump(folder.file("again"), "-dtb", folder.file("own"), "-kernel", kernel, "-append", "quiet");
    expect(text).toContain('model = "a board of my own"');
    expect(text).toContain('bootargs = "quiet"');
    expect(text).toContain("riscv,aclint-sswi");
  } finally {
    folder.remove();
  }
});

it("refuses what it does not have by name", async () => {
  const refused = async (...args: string[]): Promise<string> => {
    emulator = Emulator.riscv(["-nographic", ...args]);
    const { status, error } = await emulator.end(60_000);
    expect(status).toBe(1);
    return error;
  };
  expect(await refused("-M", "virt,aia=aplic-imsic")).toMatch(/aia=aplic-imsic is not supported \(.*PLIC/);
  const tree = await refused("-M", "virt,dumpdtb=/dev/null", "-dtb", "no-such-tree");
  expect(tree).toContain("could not open device tree file 'no-such-tree'");
  expect(await refused("-drive", "if=pflash,unit=2,format=raw,file=x")).toContain(
    "has 2 flashes, and none of number 2",
  );
});
