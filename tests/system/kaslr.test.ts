// Debian's kernel at a random base (KASLR), as its own decompressor would put it there.

import { expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT } from "../../testing/guest.js";

const BOOT = 240_000;
const LINKED = 0xffffffff81000000n;

interface Place {
  virtual: bigint;
  /** First and last address of the kernel's code in RAM. */
  code: [number, number];
  modules: string;
}

async function boot(...options: string[]): Promise<Place> {
  const append = "console=ttyS0 quiet";
  const emulator = Emulator.run(["-m", "256M", "-kernel", KERNEL, "-initrd", INITRD, "-append", append, ...options]);
  try {
    await emulator.waitFor(PROMPT, BOOT);
    const text = await emulator.shell("grep ' _text$' /proc/kallsyms; cat /proc/iomem");
    const ram = [...text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) : System RAM$/gm)];
    const [, first, last] = /^ *([0-9a-f]+)-([0-9a-f]+) : Kernel code$/m.exec(text)!;
    const [from, to] = [Number.parseInt(first!, 16), Number.parseInt(last!, 16)];
    const inside = ram.some(([, a, b]) => Number.parseInt(a!, 16) <= from && to <= Number.parseInt(b!, 16));
    expect(inside, text).toBe(true);
    const modules = await emulator.shell("modprobe ext4; cat /proc/modules");
    return { virtual: BigInt(`0x${/^([0-9a-f]{16}) T _text/m.exec(text)![1]}`), code: [from, to], modules };
  } finally {
    emulator.close();
  }
}

it("is elsewhere with each seed, with its modules", async () => {
  const [one, other] = [await boot("-seed", "1"), await boot("-seed", "2")];
  expect(one.virtual).not.toBe(other.virtual);
  expect(one.code[0]).not.toBe(other.code[0]);
  for (const { virtual, code, modules } of [one, other]) {
    expect(virtual % 0x200000n).toBe(0n);
    expect(virtual).toBeGreaterThan(LINKED);
    expect(code[0] % 0x200000).toBe(0);
    expect(modules).toMatch(/^ext4 \d+/m);
  }
}, 400_000);
