import { describe, expect, it } from "vitest";
import { unpackModule } from "../../../../testing/core.js";
import { testRam } from "../../../boot/testing.js";
import { prepareKernel, splitModules, takesModules } from "./kernel.js";
import { TestMemory, testContext, testElf } from "./testing.js";

const MIB = 2 ** 20;
const ram = testRam(unpackModule(), 32 * MIB);
const words = (...values: number[]) => values.flatMap((v) => [v & 255, (v >>> 8) & 255, (v >>> 16) & 255, v >>> 24]);
const header = (flags: number) => words(0x1badb002, flags, -(0x1badb002 + flags));
const note = [...words(4, 4, 18), ...Buffer.from("Xen\0"), ...words(0x1000100)];

function inputs(kernel: Uint8Array, modules: { name: string; bytes: Uint8Array }[] = [], commandLine = "a=b") {
  const arrived = async () => kernel.length;
  return { kernelName: "kernel.elf", kernel, arrived, modules: Promise.resolve(modules), commandLine, ram };
}

describe("multiboot", () => {
  const elf = testElf({
    bits: 32,
    entry: 0x100020,
    segments: [{ address: 0x100000, bytes: [...header(3), 0xf4, 0xf4], size: 0x3000 }],
  });
  const modules = [
    { name: "one a b", bytes: Uint8Array.of(1, 1, 1) },
    { name: "two", bytes: new Uint8Array(5000).fill(2) },
  ];

  it("loads ELF files and describes memory, modules and command line", async () => {
    const kernel = await prepareKernel(inputs(elf, modules));
    expect(kernel.format).toBe("multiboot");
    const memory = new TestMemory(32 * MIB);
    const cpu = kernel.load(testContext(memory));
    expect([cpu.mode, cpu.rip, cpu.registers.rax]).toEqual(["protected", 0x100020, 0x2badb002]);
    expect([cpu.cr0, cpu.cr4, cpu.efer]).toEqual([0x11, 0, 0]);
    expect(memory.bytes[0x10000c]).toBe(0xf4);
    expect(memory.bytes[0x102fff]).toBe(0);
    const info = cpu.registers.rbx!;
    expect(memory.u32(info)).toBe(0x24f);
    expect([memory.u32(info + 4), memory.u32(info + 8)]).toEqual([639, 31 * 1024]);
    expect(memory.text(memory.u32(info + 16))).toBe("kernel.elf a=b");
    expect(memory.u32(info + 20)).toBe(2);
    const list = memory.u32(info + 24);
    expect([memory.u32(list), memory.u32(list + 4)]).toEqual([0x103000, 0x103003]);
    expect(memory.text(memory.u32(list + 8))).toBe("one a b");
    expect([memory.u32(list + 16), memory.u32(list + 20)]).toEqual([0x104000, 0x105388]);
    expect(memory.bytes[0x105387]).toBe(2);
    const map = memory.u32(info + 48);
    expect([memory.u32(map), memory.u64(map + 4), memory.u64(map + 12), memory.u32(map + 20)]).toEqual([
      20, 0, 0x9fc00, 1,
    ]);
    expect(memory.u32(info + 44) % 24).toBe(0);
  });

  it("loads flat files by the addresses in their header", async () => {
    const flat = new Uint8Array(256).fill(9);
    // the header is 16 bytes into the part that is loaded, which begins 32 bytes into the file
    flat.set([...header(0x10003), ...words(0x200010, 0x200000, 0x200080, 0x200400, 0x200044)], 48);
    const memory = new TestMemory(8 * MIB);
    const cpu = (await prepareKernel(inputs(flat))).load(testContext(memory));
    expect(cpu.rip).toBe(0x200044);
    expect(memory.u32(0x200010)).toBe(0x1badb002);
    expect([memory.bytes[0x20007f], memory.bytes[0x200080], memory.bytes[0x2003ff], memory.bytes[0x200400]]).toEqual([
      9, 0, 0, 0xcc,
    ]);
  });

  it("keeps its structures out of a kernel in low memory", async () => {
    const low = testElf({
      bits: 32,
      entry: 0x8000,
      segments: [{ address: 0x8000, bytes: header(0), size: 0x4000 }],
    });
    const memory = new TestMemory(8 * MIB);
    const info = (await prepareKernel(inputs(low))).load(testContext(memory)).registers.rbx!;
    expect(info).toBeGreaterThanOrEqual(MIB);
    expect(memory.u32(0x8000)).toBe(0x1badb002);
  });

  it("enters kernels that are linked for a high address at their physical one", async () => {
    const code = [...header(0), 0xf4];
    const cases = [
      { bits: 32, virtual: 0xc0100000, entry: 0xc010000c },
      { bits: 64, virtual: 0xffffffff80100000n, entry: 0xffffffff8010000cn },
    ] as const;
    for (const { bits, virtual, entry } of cases) {
      const high = testElf({ bits, entry, segments: [{ address: MIB, virtual, bytes: code }] });
      const cpu = (await prepareKernel(inputs(high))).load(testContext(new TestMemory(8 * MIB)));
      expect(cpu.rip).toBe(0x10000c);
    }
    const physical = testElf({
      bits: 32,
      entry: 0x10000c,
      segments: [{ address: MIB, virtual: 0xc0100000, bytes: code }],
    });
    const cpu = (await prepareKernel(inputs(physical))).load(testContext(new TestMemory(8 * MIB)));
    expect(cpu.rip).toBe(0x10000c);
  });

  it("counts no more upper memory than the map says is usable", async () => {
    const memory = new TestMemory(8 * MIB);
    const table = { address: 7 * MIB + 0x2010, bytes: new Uint8Array(16), type: 3 } as const;
    const cpu = (await prepareKernel(inputs(elf))).load(testContext(memory, { tables: [table] }));
    expect(memory.u32(cpu.registers.rbx! + 8)).toBe(6 * 1024 + 8);
  });

  it("says what it cannot do", async () => {
    const needy = testElf({ bits: 32, entry: 0, segments: [{ address: MIB, bytes: header(0x8) }] });
    const packed = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
    await expect(prepareKernel(inputs(packed))).rejects.toThrow("gunzip -c kernel.elf > FILE");
    await expect(prepareKernel(inputs(needy))).rejects.toThrow("flags are 0x8");
    await expect(prepareKernel(inputs(elf.slice(0, elf.length - 1)))).rejects.toThrow(/is truncated/);
    const high = testElf({ bits: 32, entry: 0, segments: [{ address: 64 * MIB, bytes: header(0) }] });
    const kernel = await prepareKernel(inputs(high));
    expect(() => kernel.load(testContext(new TestMemory(8 * MIB)))).toThrow("the guest's 8 MiB of RAM");
    const vga = testElf({ bits: 32, entry: 0, segments: [{ address: 0xb8000, bytes: header(0) }] });
    const strange = await prepareKernel(inputs(vga));
    expect(() => strange.load(testContext(new TestMemory(8 * MIB)))).toThrow("0xb8000-0xb800b, where a PC has none");
  });

  it("tells which -initrd is a list, and takes it apart", () => {
    expect(takesModules(elf)).toBe(true);
    expect(takesModules(testElf({ bits: 64, entry: 0, segments: [] }))).toBe(false);
    expect(splitModules("a x=1,b,,c y")).toEqual([
      { file: "a", name: "a x=1" },
      { file: "b,c", name: "b,c y" },
    ]);
    expect(splitModules("a  b ,")).toEqual([{ file: "a", name: "a  b " }]);
    expect(() => splitModules("a, b")).toThrow("the module ' b' does not begin with a file's name");
  });
});

describe("PVH", () => {
  const elf = testElf({
    bits: 64,
    entry: 0x1000000,
    segments: [{ address: 0x1000000, bytes: [1, 2, 3], size: 16 }],
    notes: note,
  });

  it("is entered where the note says, with the start info in EBX", async () => {
    const kernel = await prepareKernel(inputs(elf, [{ name: "initrd", bytes: Uint8Array.of(7, 8) }]));
    expect(kernel.format).toBe("pvh");
    const memory = new TestMemory(32 * MIB);
    const cpu = kernel.load(testContext(memory, { rsdp: 0xf5a00 }));
    expect([cpu.mode, cpu.rip]).toEqual(["protected", 0x1000100]);
    const info = cpu.registers.rbx!;
    expect([memory.u32(info), memory.u32(info + 4), memory.u32(info + 12)]).toEqual([0x336ec578, 1, 1]);
    const module = memory.u64(info + 16);
    expect([memory.u64(module), memory.u64(module + 8)]).toEqual([32 * MIB - 4096, 2]);
    expect(memory.bytes[32 * MIB - 4095]).toBe(8);
    expect(memory.text(memory.u64(info + 24))).toBe("a=b");
    expect(memory.u64(info + 32)).toBe(0xf5a00);
    const map = memory.u64(info + 40);
    expect([memory.u64(map), memory.u64(map + 8), memory.u32(map + 16)]).toEqual([0, 0x9fc00, 1]);
    expect(memory.u32(info + 48)).toBeGreaterThan(3);
  });

  it("is refused without the note, and for other machines", async () => {
    const plain = testElf({ bits: 64, entry: 0, segments: [{ address: MIB, bytes: [1] }] });
    await expect(prepareKernel(inputs(plain))).rejects.toThrow("no PVH entry and no multiboot header");
    const arm = testElf({ bits: 64, machine: 183, entry: 0, segments: [], notes: note });
    await expect(prepareKernel(inputs(arm))).rejects.toThrow("another machine than x86 (ELF machine 183)");
    await expect(prepareKernel(inputs(elf.slice(0, 100)))).rejects.toThrow("truncated");
  });
});

describe("hostile ELF files", () => {
  const load = (changes: (view: DataView) => void): Uint8Array => {
    const file = testElf({
      bits: 64,
      entry: 0x200000,
      segments: [{ address: 0x200000, bytes: [1], size: 400 * MIB }],
      notes: note,
    });
    // Room for what the headers may claim.
    const whole = new Uint8Array(1 << 20);
    whole.set(file);
    changes(new DataView(whole.buffer));
    return whole;
  };
  const at = { stride: 0x36, count: 0x38, headers: 64 };

  it("with one header said 65535 times, and headers outside the file, are refused", async () => {
    const repeated = load((view) => {
      view.setUint16(at.stride, 0, true);
      view.setUint16(at.count, 65535, true);
    });
    await expect(prepareKernel(inputs(repeated))).rejects.toThrow("program headers have 0 bytes each, not 56");
    const outside = load((view) => view.setUint16(at.count, 65535, true));
    await expect(prepareKernel(inputs(outside))).rejects.toThrow("its ELF headers do not fit into 1048576 bytes");
  });

  it("whose segments overlap so often that they are more than RAM are refused", async () => {
    const many = load((view) => {
      view.setUint16(at.count, 1002, true);
      new Uint8Array(view.buffer).set(note, 900_000);
      view.setBigUint64(at.headers + 56 + 8, 900_000n, true);
      const header = new Uint8Array(view.buffer, at.headers, 56);
      for (let n = 2; n < 1002; n++) new Uint8Array(view.buffer).set(header, at.headers + 56 * n);
    });
    const kernel = await prepareKernel(inputs(many));
    expect(() => kernel.load(testContext({ size: 512 * MIB, low: 512 * MIB, write: () => {} }))).toThrow(
      "has 1001 segments of 400400 MiB in all, more than the guest's 512 MiB of RAM",
    );
  });

  it("with notes over notes, or a note whose owner's name is long, are looked through once", async () => {
    const over = load((view) => {
      view.setUint16(at.count, 1000, true);
      view.setBigUint64(at.headers + 56 + 32, 1_000_000n, true);
      view.setBigUint64(at.headers + 56 + 8, 40_000n, true);
      const header = new Uint8Array(view.buffer, at.headers + 56, 56);
      for (let n = 2; n < 700; n++) new Uint8Array(view.buffer).set(header, at.headers + 56 * n);
      view.setUint16(at.count, 700, true);
    });
    await expect(prepareKernel(inputs(over))).rejects.toThrow("its notes overlap");
    const owner = load((view) => {
      view.setBigUint64(at.headers + 56 + 32, 1_000_000n, true);
      view.setBigUint64(at.headers + 56 + 8, 40_000n, true);
      view.setUint32(40_000, 500_000, true);
    });
    await expect(prepareKernel(inputs(owner))).rejects.toThrow("it has no PVH entry and no multiboot header");
  });

  it("with no segment to load are refused", async () => {
    const kernel = await prepareKernel(inputs(load((view) => view.setUint32(at.headers, 0, true))));
    expect(() => kernel.load(testContext(new TestMemory(16 * MIB), { placed: () => {} }))).toThrow(
      "kernel kernel.elf has no segment to load",
    );
  });

  it("with a segment that has more bytes in the file than in memory are refused", async () => {
    const file = load((view) => view.setBigUint64(at.headers + 40, 0n, true));
    await expect(prepareKernel(inputs(file))).rejects.toThrow("a segment has 1 bytes in the file, but 0 in memory");
  });
});
