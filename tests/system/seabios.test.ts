// A disk alone boots through SeaBIOS, which is found where Debian's package has it; so does a kernel with -bios.

import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testBzImage } from "../../src/machines/pc/boot/testing.js";
import { Emulator } from "../../testing/emulator.js";
import { temporaryFolder } from "../../testing/guest.js";
import { PROGRAMS, program } from "../../testing/programs.js";
import { writeKernel, x86 } from "../../testing/x86/multiboot.js";

let folder: ReturnType<typeof temporaryFolder>;

beforeAll(() => {
  program("seabios");
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

/** A disk whose boot sector writes `text` by INT 10h, function 0Eh, and halts. */
function disk(name: string, text: string): string {
  const code = [...text].flatMap((char) => [0xb8, char.charCodeAt(0), 0x0e, 0x31, 0xdb, 0xcd, 0x10]);
  // Large enough to have a cylinder, without which SeaBIOS does not read it.
  const image = Buffer.alloc(8 << 20);
  image.set([...code, 0xf4, 0xeb, 0xfd]);
  image.set([0x55, 0xaa], 510);
  writeFileSync(folder.file(name), image);
  return folder.file(name);
}

async function boots(args: readonly string[], text: string): Promise<string> {
  const emulator = Emulator.run(["-m", "32M", "-no-reboot", ...args]);
  try {
    await emulator.waitFor(text, 60_000);
    return emulator.error;
  } finally {
    emulator.close();
  }
}

it("-hda, a bare image and -boot d boot the disk, with a sentence about what it is", async () => {
  const image = disk("a", "[from a]");
  for (const args of [["-hda", image], [image], ["-boot", "d", image]]) {
    expect(await boots(args, "[from a]")).toMatch(/a is a virtio disk .*there is no IDE yet/);
  }
});

it("-cdrom and bootindex choose what is booted", async () => {
  const [a, b] = [disk("a", "[from a]"), disk("b", "[from b]")];
  await boots(["-hda", a, "-cdrom", b], "[from a]");
  await boots(["-hda", a, "-cdrom", b, "-boot", "d"], "[from b]");
  const drives = ["a", "b"].flatMap((id) => ["-drive", `if=none,id=${id},format=raw,file=${folder.file(id)}`]);
  const devices = ["-device", "virtio-blk-pci,drive=a", "-device", "virtio-blk-pci,drive=b,bootindex=1"];
  expect(await boots([...drives, ...devices], "[from b]")).toBe("");
});

describe("-bios with -kernel", () => {
  const firmware = ["-bios", PROGRAMS.seabios.path];

  it("starts Linux's setup code, which finds command line and initrd, and the BIOS to print by", async () => {
    const say = (character: readonly number[]) => [...character, 0xb4, 0x0e, 0x31, 0xdb, 0xcd, 0x10];
    const kernel = testBzImage(new Uint8Array(64));
    kernel.set(
      [
        // The character after the first of the command line, at 2000h:0; the initrd's size.
        ...[0xb8, 0x00, 0x20, 0x8e, 0xc0, ...say([0x26, 0xa0, 0x01, 0x00])],
        ...say([0xa0, 0x1c, 0x02]),
        // SeaBIOS sends each character when the next one comes.
        ...[...".ok."].flatMap((char) => say([0xb0, char.charCodeAt(0)])),
        ...[0xf4, 0xeb, 0xfd],
      ],
      0x26c,
    );
    writeFileSync(folder.file("linux"), kernel);
    writeFileSync(folder.file("initrd"), "x".repeat(0x41));
    const options = ["-kernel", folder.file("linux"), "-append", "[Z]", "-initrd", folder.file("initrd")];
    await boots([...firmware, ...options], "ZA.ok");
    // Before any disk.
    await boots([...firmware, ...options, "-drive", `if=virtio,format=raw,file=${disk("a", "[from a]")}`], "ZA.ok");
  });

  it("starts a multiboot kernel", async () => {
    const text = [...x86.outb(0x3f8, 0x4d), ...x86.outb(0x3f8, 0x42), ...x86.outb(0x3f8, 0x21)];
    // EAX has multiboot's number: add what makes it 0, and stop here if it is not.
    writeKernel(folder.file("kernel"), [0x2d, 0x02, 0xb0, 0xad, 0x2b, 0x75, 0xfe, ...text, ...x86.stop]);
    await boots([...firmware, "-kernel", folder.file("kernel")], "MB!");
  });
});
