import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { program } from "../../../../testing/programs.js";
import { Structure } from "../../../boot/bytes.js";
import { ARM_KERNEL, RISCV_KERNEL, readKernel } from "./kernel-file.js";
import { placeBoot } from "./place.js";

const MIB = 1 << 20;
const MOST = 64 * MIB;

/** An Image as Linux makes it for RISC-V: 2 MiB from RAM's beginning, more memory than file, and an EFI stub. */
function image(length = 5000): Uint8Array {
  const file = new Structure(length)
    .u16(0, 0x5a4d)
    .u64(8, 2 * MIB)
    .u64(16, 3 * MIB)
    .u32(32, 2);
  file.bytes.set(
    [..."RISCV"].map((c) => c.charCodeAt(0)),
    48,
  );
  file.bytes.set([0x52, 0x53, 0x43, 5], 56);
  for (let n = 64; n < length; n++) file.bytes[n] = (n * n) >> 3;
  return file.bytes;
}

function elf(machine = 243, wide = true): Uint8Array {
  const file = new Structure(0x200)
    .u32(0, 0x464c457f)
    .u8(4, wide ? 2 : 1)
    .u8(5, 1)
    .u16(0x12, machine);
  file
    .u64(0x20, 64)
    .u16(0x36, wide ? 56 : 32)
    .u16(0x38, wide ? 1 : 0);
  file.u32(0x18, 0x80000010).u32(0x1c, 0xffffffff);
  file.u32(64, 1).u32(68, 5).u64(72, 0x100).u32(80, 0x80000000).u32(84, 0xffffffff);
  file.u64(88, 0x8020_0000).u64(96, 0x100).u64(104, 0x4000);
  if (!wide) file.u32(0x1c, 0);
  return file.bytes;
}

function zboot(packed: Uint8Array, format: string): Uint8Array {
  const file = new Structure(64 + packed.length + 4)
    .u16(0, 0x5a4d)
    .u32(4, 0x676d697a)
    .u32(8, 64)
    .u32(12, packed.length);
  return file
    .put(
      24,
      Uint8Array.from(format, (c) => c.charCodeAt(0)),
    )
    .put(64, packed).bytes;
}

const zstd = (bytes: Uint8Array): Uint8Array => new Uint8Array(execFileSync(program("zstd"), ["-c"], { input: bytes }));

describe("kernel files", () => {
  it("with a header say where they go and how much they need", async () => {
    const file = image();
    const flat = { form: "flat", bytes: file, offset: 2 * MIB, size: 3 * MIB, entry: 0 };
    expect(await readKernel(file, RISCV_KERNEL, MOST)).toEqual(flat);
    for (const packed of [new Uint8Array(gzipSync(file)), zstd(file)]) {
      expect(await readKernel(packed, RISCV_KERNEL, MOST)).toEqual(flat);
    }
    expect(await readKernel(zboot(new Uint8Array(gzipSync(file)), "gzip"), RISCV_KERNEL, MOST)).toEqual(flat);
    expect(await readKernel(zboot(zstd(file), "zstd22"), RISCV_KERNEL, MOST)).toEqual(flat);
  });

  it("without one are bytes", async () => {
    const file = Uint8Array.of(0x13, 0, 0, 0);
    expect(await readKernel(file, RISCV_KERNEL, MOST)).toEqual({
      form: "flat",
      bytes: file,
      offset: undefined,
      size: 4,
      entry: 0,
    });
  });

  it("in ELF have a physical entry", async () => {
    const kernel = await readKernel(elf(), RISCV_KERNEL, MOST);
    expect(kernel).toMatchObject({
      form: "elf",
      elf: { entry: 0x8020_0010, segments: [{ offset: 0x100, fileSize: 0x100, address: 0x8020_0000, size: 0x4000 }] },
    });
  });

  it("in ELF that is position-independent from 0 on are laid out, with zeros where the file has none", async () => {
    const file = elf();
    const write = new Structure(0x200).put(0, file);
    write.u16(0x10, 3).u32(0x18, 0x10).u32(0x1c, 0).u64(80, 0).u64(88, 0);
    const flat = await readKernel(write.bytes, RISCV_KERNEL, MOST);
    const bytes = new Uint8Array(0x4000);
    bytes.set(write.bytes.subarray(0x100, 0x200));
    expect(flat).toEqual({ form: "flat", bytes, offset: undefined, size: 0x4000, entry: 0x10 });
    await expect(readKernel(write.bytes, RISCV_KERNEL, 0x3fff)).rejects.toThrow("needs 16384 bytes of memory");
  });

  it("that cannot be used are refused with a sentence", async () => {
    const armed = image();
    armed.set([0x41, 0x52, 0x4d, 0x64], 56);
    const big = image();
    big[24] = 1;
    const short = image(4 * MIB);
    const bz = new Uint8Array(0x300);
    bz.set([0x48, 0x64, 0x72, 0x53], 0x202);
    const empty = elf();
    empty[64] = 0;
    const packed = new Uint8Array(gzipSync(image()));
    const wrong = packed.slice();
    wrong[wrong.length - 4]! ^= 1;
    for (const [file, message] of [
      [new Uint8Array(), "is empty"],
      [armed, "is a kernel for aarch64, and this machine is riscv64"],
      [big, "is a big-endian kernel, and the CPU is little-endian"],
      [short, "is damaged: its header says that it needs 3145728 bytes of memory, and it has 4194304"],
      [bz, "is a kernel for x86, and this machine is riscv64"],
      [elf(62), "is an ELF file for x86_64, and this machine is riscv64"],
      [elf(183), "is an ELF file for aarch64, and this machine is riscv64"],
      [elf(243, false), "is an ELF file for 32-bit riscv, and this machine is riscv64"],
      [elf(8), "is an ELF file for machine number 8, and this machine is riscv64"],
      [empty, "is an ELF file with nothing to be loaded"],
      [elf().subarray(0, 100), "is truncated: its ELF headers do not fit into 100 bytes"],
      [packed.subarray(0, 1000), "is damaged: it cannot be unpacked as gzip (unexpected EOF)"],
      [wrong, "is damaged: it cannot be unpacked as gzip (it is not as long as it says)"],
      [zstd(image()).subarray(0, 1000), "is damaged: it cannot be unpacked as zstd"],
      [Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2), "is compressed as xz; gzip and zstd can be unpacked here"],
      [zboot(new Uint8Array(8), "lzma"), "is compressed as 'lzma'; gzip and zstd"],
      [zboot(new Uint8Array(100), "gzip").subarray(0, 99), "is truncated: it should have 164 bytes or more, not 99"],
    ] as const) {
      await expect(readKernel(file, RISCV_KERNEL, MOST)).rejects.toThrow(message);
    }
    await expect(readKernel(image(), ARM_KERNEL, MOST)).rejects.toThrow("is a kernel for riscv64");
  });

  it("do not fill the host's memory", async () => {
    for (const bomb of [new Uint8Array(gzipSync(new Uint8Array(64 * MIB))), zstd(new Uint8Array(64 * MIB))]) {
      await expect(readKernel(bomb, RISCV_KERNEL, MIB)).rejects.toThrow(
        "has more than 1048576 bytes when it is unpacked",
      );
    }
  });

  it("of any bytes are read or refused with a sentence", async () => {
    const seeds = [
      image(200),
      elf(),
      new Uint8Array(gzipSync(image(200))),
      zstd(image(200)),
      zboot(zstd(image(200)), "zstd"),
    ];
    const changes = fc.array(fc.tuple(fc.nat(199), fc.nat(255)), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), changes, fc.nat(200), async (seed, changed, cut) => {
        const bytes = seed.slice(0, seed.length - (cut < 20 ? cut : 0));
        for (const [at, value] of changed) if (at < bytes.length) bytes[at] = value;
        try {
          await readKernel(bytes, RISCV_KERNEL, MIB);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^(is|has) /);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("places", () => {
  const ram = { address: 0x8000_0000, length: 1024 * MIB };
  const kernel = { offset: 2 * MIB, size: 20 * MIB };

  it("are QEMU's", () => {
    expect(placeBoot({ ram, firmwareEnd: 0x8004_0000, kernel, initrd: 10 * MIB, tree: 5000 })).toEqual({
      kernel: 0x8020_0000,
      initrd: 0xa020_0000,
      tree: 0xbfe0_0000,
    });
    const large = { address: 0x8000_0000, length: 4096 * MIB };
    expect(placeBoot({ ram: large, firmwareEnd: 0x8004_0000, kernel, tree: 5000 }).tree).toBe(0xbfe0_0000);
    const small = { address: 0x8000_0000, length: 128 * MIB };
    expect(
      placeBoot({ ram: small, firmwareEnd: 0x8000_0000, kernel: { offset: undefined, size: 4 }, tree: 5000 }),
    ).toEqual({
      kernel: 0x8000_0000,
      initrd: 0x8400_0000,
      tree: 0x87e0_0000,
    });
  });

  it("move for long firmware, long kernels and long initrds", () => {
    const places = (kernelSize: number, initrd: number, firmwareEnd = 0x8004_0000) =>
      placeBoot({ ram, firmwareEnd, kernel: { ...kernel, size: kernelSize }, initrd, tree: 5000 });
    expect(places(MIB, MIB, 0x8020_0001).kernel).toBe(0x8040_0000);
    expect(places(700 * MIB, MIB).initrd).toBe(0x8020_0000 + 700 * MIB);
    expect(places(MIB, 600 * MIB).initrd).toBe(0xbfe0_0000 - 600 * MIB);
  });

  it("that RAM has not are refused", () => {
    const place =
      (kernel: { address: number; size: number }, initrd = 0) =>
      () =>
        placeBoot({ ram, firmwareEnd: 0x8004_0000, kernel, initrd, tree: 5000 });
    expect(place({ address: 0x1000, size: 16 })).toThrow(
      "-kernel needs 0x1000-0x100f, and RAM is 0x80000000-0xbfffffff",
    );
    expect(place({ address: 0x8000_0000, size: 16 })).toThrow("and the firmware is 0x80000000-0x8003ffff");
    expect(place({ address: 0xbff0_0000, size: 16 })).toThrow(
      "the device tree does not fit into RAM behind the kernel",
    );
    expect(place({ address: 0x8020_0000, size: 16 }, 1024 * MIB)).toThrow(
      "-initrd (1073741824 bytes) and the device tree",
    );
  });
});
