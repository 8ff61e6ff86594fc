import { gzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpackModule } from "../../../../testing/core.js";
import { testRam } from "../../../boot/testing.js";
import { E820_ACPI, E820_RESERVED } from "./interfaces.js";
import { prepareKernel } from "./kernel.js";
import { TestMemory, testBzImage, testContext, testElf } from "./testing.js";

const MIB = 2 ** 20;
const ram = testRam(unpackModule(), 64 * MIB);
const vmlinux = testElf({
  bits: 64,
  entry: 0x1000040,
  segments: [
    { address: 0x1000000, bytes: [1, 2, 3, 4] },
    { address: 0x1010000, bytes: [5, 6], size: 0x1000 },
  ],
});
const image = testBzImage(gzipSync(vmlinux));
const initrd = { name: "initrd", bytes: new Uint8Array(5000).fill(7) };

function inputs(kernel: Uint8Array, rest = {}) {
  const arrived = async () => kernel.length;
  const modules = Promise.resolve([initrd]);
  return { kernelName: "bzImage", kernel, arrived, modules, commandLine: "console=ttyS0 quiet", ram, ...rest };
}

describe("bzImage", () => {
  it("is unpacked, loaded at its physical addresses and entered in 64-bit mode", async () => {
    const kernel = await prepareKernel(inputs(image));
    expect(kernel.format).toBe("vmlinux");
    const memory = new TestMemory(64 * MIB);
    const tables = [{ address: 64 * MIB - 4096, bytes: Uint8Array.of(1, 2), type: E820_ACPI } as const];
    const cpu = kernel.load(testContext(memory, { rsdp: 0xf5a00, tables }));
    expect(cpu.mode).toBe("long");
    expect(cpu.rip).toBe(0x1000040);
    expect([...memory.bytes.subarray(0x1000000, 0x1000004)]).toEqual([1, 2, 3, 4]);
    expect(memory.bytes[0x1010001]).toBe(6);
    expect(memory.bytes[0x1010002]).toBe(0);
    expect(memory.bytes[0x1010fff]).toBe(0);

    const zero = cpu.registers.rsi!;
    expect(memory.text(memory.u32(zero + 0x228))).toBe("console=ttyS0 quiet");
    expect(memory.u64(zero + 0x70)).toBe(0xf5a00);
    expect(memory.bytes[zero + 0x210]).toBe(0xff);
    expect(memory.u32(zero + 0x21c)).toBe(5000);
    // below the tables, on a page
    const ramdisk = memory.u32(zero + 0x218);
    expect(ramdisk).toBe(64 * MIB - 4096 - 8192);
    expect(memory.bytes[ramdisk + 4999]).toBe(7);
    const seed = memory.u64(zero + 0x250);
    expect([memory.u64(seed), memory.u32(seed + 8), memory.u32(seed + 12)]).toEqual([0, 9, 32]);
    expect(memory.bytes[seed + 16 + 31]).toBe(0x5e);
    expect(memory.bytes[64 * MIB - 4095]).toBe(2);
  });

  it("says where its parts go", async () => {
    const parts: unknown[] = [];
    const kernel = await prepareKernel(inputs(image));
    const placed = (part: string, address: number, { length }: Uint8Array) => parts.push([part, address, length]);
    kernel.load(testContext(new TestMemory(64 * MIB), { placed }));
    expect(parts).toEqual([
      ["setup", 0x10000, 5 * 512],
      ["kernel", 0x100000, image.length - 5 * 512],
      ["command line", 0x20000, 20],
      ["initrd", 64 * MIB - 8192, 5000],
    ]);
  });

  it("reports RAM, the tables' pages and RAM above 4 GiB in the memory map", async () => {
    const kernel = await prepareKernel(inputs(image));
    const memory = new TestMemory(96 * MIB, 64 * MIB);
    const tables = [
      { address: 64 * MIB - 8192, bytes: new Uint8Array(100), type: E820_ACPI } as const,
      { address: 0xf5a00, bytes: new Uint8Array(36), type: E820_RESERVED } as const,
    ];
    const zero = kernel.load(testContext(memory, { tables })).registers.rsi!;
    const map = Array.from({ length: memory.bytes[zero + 0x1e8]! }, (_, n) => {
      const at = zero + 0x2d0 + 20 * n;
      return [memory.u64(at), memory.u64(at + 8), memory.u32(at + 16)];
    });
    expect(map).toEqual([
      [0, 0x9fc00, 1],
      [0x9fc00, 0x400, 2],
      [0xf0000, 0x10000, 2],
      [MIB, 63 * MIB - 8192, 1],
      [64 * MIB - 8192, 4096, 3],
      [64 * MIB - 4096, 4096, 1],
      [0xfffc0000, 0x40000, 2],
      [2 ** 32, 32 * MIB, 1],
    ]);
  });

  it("maps the first 4 GiB one to one and gives the protocol's segments", async () => {
    const memory = new TestMemory(64 * MIB);
    const cpu = (await prepareKernel(inputs(image))).load(testContext(memory));
    const entry = (table: number, index: number) => memory.u64(table + 8 * index);
    for (const address of [0, 0x1234567, 0x7fe00000, 0xffe00000]) {
      const pdpt = entry(cpu.cr3, 0) - 3;
      const directory = entry(pdpt, Math.floor(address / 2 ** 30)) - 3;
      const page = entry(directory, Math.floor(address / 2 ** 21) % 512);
      expect(page & 0xfff).toBe(0x83);
      expect(page - 0x83).toBe(Math.floor(address / 2 ** 21) * 2 ** 21);
    }
    expect([cpu.cr0, cpu.cr4, cpu.efer]).toEqual([0x80000011, 0x20, 0x500]);
    expect(cpu.segments.cs).toEqual({ selector: 0x10, base: 0, limit: 0xffffffff, attributes: 0xa09b });
    expect(cpu.segments.ds.selector).toBe(0x18);
    // what the hidden parts say is also in the table
    const descriptor = (selector: number) => [
      memory.u32(cpu.gdt.base + selector),
      memory.u32(cpu.gdt.base + selector + 4),
    ];
    expect(descriptor(0x10)).toEqual([0xffff, 0xaf9b00]);
    expect(descriptor(0x18)).toEqual([0xffff, 0xcf9300]);
  });

  it("is loaded at 1 MiB as it is when the payload is not known or unpacking is not wanted", async () => {
    for (const kernel of [
      await prepareKernel(inputs(testBzImage(new Uint8Array(400).fill(0x11)))),
      await prepareKernel(inputs(image, { unpack: false })),
    ]) {
      expect(kernel.format).toBe("bzimage");
      const memory = new TestMemory(64 * MIB);
      const cpu = kernel.load(testContext(memory));
      expect(cpu.rip).toBe(0x100200);
      expect(memory.bytes[0x100200]).toBe(0x90);
    }
  });

  it("is loaded as it is when what is inside is damaged, or RAM has no room for unpacking", async () => {
    const damaged = gzipSync(vmlinux);
    damaged[40]! ^= 0xff;
    const kernels = [
      await prepareKernel(inputs(testBzImage(damaged))),
      await prepareKernel(inputs(image, { ram: testRam(unpackModule(), 17 * MIB) })),
    ];
    for (const kernel of kernels) {
      expect(kernel.format).toBe("bzimage");
      expect(kernel.load(testContext(new TestMemory(64 * MIB))).rip).toBe(0x100200);
    }
  });

  it("is moved to its place even where a segment goes over another one's bytes", async () => {
    const elf = testElf({
      bits: 64,
      entry: 0x1000000,
      segments: [
        { address: 0x1000000, bytes: [1, 2, 3], size: 0x2000 },
        { address: 0x1003000, bytes: [4, 5, 6] },
      ],
    });
    const kernel = await prepareKernel(inputs(testBzImage(gzipSync(elf))));
    const memory: TestMemory = new TestMemory(64 * MIB);
    // As in the machine, where it is unpacked in the RAM it is loaded to.
    memory.write = (address, bytes) => {
      ram.view(address, bytes.length)!.set(bytes);
      memory.bytes.set(bytes, address);
    };
    kernel.load(testContext(memory));
    expect([...memory.bytes.subarray(0x1000000, 0x1000004)]).toEqual([1, 2, 3, 0]);
    expect([...memory.bytes.subarray(0x1003000, 0x1003003)]).toEqual([4, 5, 6]);
  });

  it("is entered in protected mode when it is a 32-bit kernel", async () => {
    const kernel = await prepareKernel(inputs(testBzImage(gzipSync(vmlinux), { wide: false })));
    const cpu = kernel.load(testContext(new TestMemory(64 * MIB)));
    expect([cpu.mode, cpu.rip, cpu.cr0, cpu.segments.cs.attributes]).toEqual(["protected", 0x100000, 0x11, 0xc09b]);
  });

  it("can be loaded again after a reset", async () => {
    const kernel = await prepareKernel(inputs(image));
    const memory = new TestMemory(64 * MIB);
    kernel.load(testContext(memory));
    const before = memory.bytes.slice();
    memory.bytes.fill(0x33);
    await kernel.prepare?.();
    expect(kernel.prepare?.()).toBeUndefined();
    kernel.load(testContext(memory));
    expect(memory.bytes[0x1000003]).toBe(4);
    expect(memory.bytes.subarray(0x10000, 0x11000)).toEqual(before.subarray(0x10000, 0x11000));
  });
});

describe("complaints", () => {
  const small = testContext(new TestMemory(16 * MIB));

  it("name what is wrong with a file", async () => {
    const prepare = (kernel: Uint8Array) => prepareKernel(inputs(kernel));
    await expect(prepare(new Uint8Array())).rejects.toThrow("kernel bzImage is empty");
    await expect(prepare(new Uint8Array(5000))).rejects.toThrow("bzImage is not a kernel");
    await expect(prepare(image.slice(0, 2700))).rejects.toThrow(
      /kernel bzImage is truncated: it has 2700 bytes of \d+/,
    );
    const old = image.slice();
    old.set([0xff, 1], 0x206);
    await expect(prepare(old)).rejects.toThrow("Linux boot protocol 1.255");
    await expect(prepareKernel(inputs(image, { modules: Promise.resolve([initrd, initrd]) }))).rejects.toThrow(
      "one initrd, not 2",
    );
  });

  it("name what does not fit", async () => {
    const kernel = await prepareKernel(inputs(image));
    expect(() => kernel.load(small)).toThrow("the guest's 16 MiB of RAM");
    const large = { name: "big.img", bytes: new Uint8Array(48 * MIB) };
    const loaded = await prepareKernel(inputs(image, { modules: Promise.resolve([large]) }));
    expect(() => loaded.load(testContext(new TestMemory(64 * MIB)))).toThrow(
      "initrd big.img of 50331648 bytes does not fit beside the kernel into the guest's 64 MiB of RAM",
    );
    const wordy = await prepareKernel(inputs(image, { commandLine: "x".repeat(2048) }));
    expect(() => wordy.load(testContext(new TestMemory(64 * MIB)))).toThrow(
      "-append has 2048 bytes; this kernel takes 2047",
    );
  });
});
