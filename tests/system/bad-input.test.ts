// Input that cannot work: one sentence with the offending value on standard error, exit status 1, no stack trace.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runEmulator } from "../../testing/emulator.js";
import { INITRD, KERNEL } from "../../testing/guest.js";

const NAME = "wasmachine-system-x86_64: ";
/** Files of the host that root cannot open for writing either. */
const UNWRITABLE = "/sys/kernel/uevent_seqnum";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bad-input-"));
  const kernel = readFileSync(KERNEL);
  writeFileSync(join(folder, "header"), kernel.subarray(0, 1000));
  writeFileSync(join(folder, "half"), kernel.subarray(0, kernel.length / 2));
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "text"), "this is no kernel\n");
  writeFileSync(join(folder, "program"), readFileSync(process.execPath).subarray(0, 1 << 20));
  writeFileSync(join(folder, "elf"), readFileSync(process.execPath).subarray(0, 100));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  for (const [name, size] of [
    ["huge", 3 * 2 ** 30],
    ["huge-elf", 3 * 2 ** 30],
    ["zeros", 8 << 20],
  ] as const) {
    writeFileSync(join(folder, name), name === "huge-elf" ? readFileSync(process.execPath).subarray(0, 100) : "");
    truncateSync(join(folder, name), size);
  }
  writeFileSync(join(folder, "image"), Buffer.alloc(1 << 20));
  writeFileSync(
    join(folder, "a.qcow2"),
    Buffer.concat([Buffer.from("QFI\xfb\0\0\0\x03", "latin1"), Buffer.alloc(1 << 20)]),
  );
  writeFileSync(join(folder, "a.img.gz"), gzipSync(Buffer.alloc(1 << 20)));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Options as a user writes them: $ is the folder with the files above. */
async function refused(options: string): Promise<string> {
  const args = options.split(" ").map((word) => word.replaceAll("$", folder));
  const { status, out, error } = await runEmulator(["-display", "none", ...args]);
  expect({ status, out, error }).toEqual({ status: 1, out: "", error: expect.stringMatching(/^[^\n]+\n$/) });
  expect(error.startsWith(NAME)).toBe(true);
  expect(error).not.toMatch(/internal error|\n\s+at /);
  return error.slice(NAME.length, -1).replaceAll(folder, "$");
}

describe("kernels", () => {
  it.each([
    ["$/nothing", "could not open kernel file '$/nothing': No such file or directory"],
    ["$/header", "kernel $/header is truncated: it has 1000 bytes of"],
    ["$/half", "kernel $/half is truncated: it has"],
    ["$/empty", "kernel $/empty is empty"],
    ["$/text", "$/text is not a kernel: neither a Linux bzImage, nor multiboot, nor an ELF file"],
    ["$/elf", "kernel $/elf is truncated: its ELF headers do not fit into 100 bytes"],
    ["$/program", "$/program"],
    ["$", "could not read '$': Is a directory"],
    ["$/pipe", "could not read '$/pipe': it is not a regular file"],
    ["/dev/zero", "could not read '/dev/zero': it is not a regular file"],
    ["$/huge", "kernel $/huge of 3221225472 bytes does not fit into the guest's 128 MiB of RAM (-m has more)"],
    ["$/huge-elf", "could not read '$/huge-elf': it has more than 2 GiB"],
    ["$/zeros -m 512k", "-m: a kernel takes 1024 KiB of RAM or more, not 512"],
  ])("-kernel %s", async (kernel, sentence) => {
    expect(await refused(`-kernel ${kernel}`)).toContain(sentence);
  });

  it("that do not fit into RAM", async () => {
    expect(await refused(`-m 8M -kernel ${KERNEL}`)).toMatch(/needs memory at .* does not fit into the guest's 8 MiB/);
  });

  it("none at all", async () => {
    expect(await refused("-m 64M")).toMatch(/^nothing to boot: /);
  });
});

describe("initrds", () => {
  it.each([
    [`-kernel ${KERNEL} -initrd $/nothing`, "could not open initrd file '$/nothing': No such file or directory"],
    [`-kernel ${KERNEL} -initrd $`, "could not read '$': Is a directory"],
    [`-kernel ${KERNEL} -initrd $/pipe`, "could not read '$/pipe': it is not a regular file"],
    [
      `-kernel ${KERNEL} -initrd $/huge`,
      "initrd $/huge of 3221225472 bytes does not fit into the guest's 128 MiB of RAM (-m has more)",
    ],
    [`-initrd ${INITRD}`, "-initrd only allowed with -kernel option"],
  ])("%s", async (options, sentence) => {
    expect(await refused(options)).toBe(sentence);
  });
});

describe("disk images", () => {
  it.each([
    ["-drive if=virtio,format=raw,file=$/nothing", "Could not open '$/nothing': No such file or directory"],
    ["-hda $", "Could not open '$': Is a directory"],
    ["-drive if=virtio,format=qcow2,file=$/image", "drive virtio0: '$/image' is not a qcow2 image"],
    ["-hda $/a.qcow2", "drive hd0: '$/a.qcow2' says clusters of 2^0 bytes, and 2^9 to 2^21 are possible"],
    [
      "-drive file=$/a.img.gz,snapshot=on",
      "drive hd0: '$/a.img.gz' is packed (gzip), which is not supported: unpack it (gunzip -k $/a.img.gz), or say format=raw to give the guest the file as it is",
    ],
  ])("%s", async (options, sentence) => {
    expect(await refused(`-kernel ${KERNEL} ${options}`)).toBe(sentence);
  });

  it("a read-only one opened for writing", async () => {
    expect(statSync(UNWRITABLE).isFile()).toBe(true);
    const sentence = await refused(`-kernel ${KERNEL} -drive if=virtio,format=raw,file=${UNWRITABLE}`);
    expect(sentence).toMatch(
      /^Could not open '\/sys\/kernel\/uevent_seqnum': (Permission denied|Read-only file system)$/,
    );
  });

  it("leave the other images as they were", async () => {
    const before = readFileSync(join(folder, "image"));
    await refused(
      `-kernel ${KERNEL} -drive if=virtio,format=raw,file=$/image -drive if=virtio,format=raw,file=$/nothing`,
    );
    expect(readFileSync(join(folder, "image")).equals(before)).toBe(true);
    const qcow2 = readFileSync(join(folder, "a.qcow2"));
    await refused(`-kernel ${KERNEL} -hda $/a.qcow2`);
    expect(readFileSync(join(folder, "a.qcow2")).equals(qcow2)).toBe(true);
  });
});

describe("options", () => {
  it.each([
    ["-m 1T", "-m 1048576M: 32-bit WebAssembly has room for"],
    ["-m 5G", "-m 5120M: 32-bit WebAssembly has room for"],
    ["-m 12Q", "-m 12Q: Parameter 'size' expects a size such as 512M (suffixes k, M, G, T), not '12Q'"],
    ["-m", "-m: requires an argument"],
    ["-flux", "-flux: invalid option; -help lists those there are"],
    ["-M q35", "-M q35: machine type 'q35' is not supported yet (only pc is)"],
    ["-cpu pentium9", "-cpu pentium9: unable to find CPU model 'pentium9'"],
    ["-cpu qemu64,+warp", "-cpu qemu64,+warp: CPU feature 'warp' not found"],
    ["-smp 2", "-smp 2: cpus=2 is not supported yet"],
    ["-accel kvm", "-accel kvm: there is no KVM here: leave it out"],
    ["-accel tcg,tb-size=big", "-accel tcg,tb-size=big: Parameter 'tb-size' expects a number, not 'big'"],
    ["-device flux", "-device flux: no device 'flux'"],
    ["-device virtio-blk-pci", "-device virtio-blk-pci: drive property not set"],
    ["-device virtio-blk-pci,drive=x", "Property 'virtio-blk-pci.drive' can't find value 'x'"],
    ["-drive if=virtio,format=raw", "-drive if=virtio,format=raw: Must specify a file (file=)"],
    ["-drive if=virtio,format=raw,file=$/image,flux=1", "Invalid parameter 'flux'"],
    ["-serial flux", "-serial flux: 'flux' is not a valid char driver"],
    ["-serial file:$/none/log", "Could not open '$/none/log': No such file or directory"],
    ["-icount shift=99", "-icount shift=99: Parameter 'shift' must be from 0 to 10, not 99"],
    ["-rtc base=soon", "-rtc base=soon: invalid datetime format 'soon'"],
    ["-d flux", "-d flux: unknown log item 'flux'"],
    ["-d int -D $/none/log", "Error opening logfile $/none/log: No such file or directory"],
    ["-bios $/nothing", "could not load PC BIOS '$/nothing': no such file"],
    ["-bios $/zeros", "8388608 bytes are no firmware image (a multiple of 64 KiB, 4 MiB at most)"],
    ["-bios $/huge", "3221225472 bytes are no firmware image (a multiple of 64 KiB, 4 MiB at most)"],
    ["-bios $/pipe", "could not read '$/pipe': it is not a regular file"],
    ["-bios $/text", "could not load PC BIOS '$/text': 18 bytes are no firmware image"],
  ])("%s", async (options, sentence) => {
    const kernel = /-bios/.test(options) ? "" : `-kernel ${KERNEL} `;
    expect(await refused(`${kernel}${options}`)).toContain(sentence);
  });
});
