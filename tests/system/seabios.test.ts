// A disk alone boots through SeaBIOS, which is found where Debian's package has it.

import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { program } from "../programs.js";
import { Emulator } from "./emulator.js";
import { temporaryFolder } from "./guest.js";

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
