import { describe, expect, it } from "vitest";
import { MemoryBackend } from "./backends/memory.js";
import { BlockError } from "./interfaces.js";
import { probe, refusal } from "./probe.js";
import { ProbedRaw, probeImage } from "./probed.js";

/** A sector with `text` (a byte a character) at a place. */
function sector(text: string, at = 0): Uint8Array {
  const bytes = new Uint8Array(512);
  for (let k = 0; k < text.length; k++) bytes[at + k] = text.charCodeAt(k);
  return bytes;
}

// As the programs of each format write them.
const FORMATS: readonly (readonly [file: string, head: Uint8Array, what: string, todo: string])[] = [
  ["a.qcow2", sector("QFI\xfb\0\0\0\x03"), "a qcow2 image", "qemu-img convert -O raw a.qcow2 a.raw"],
  ["a.qcow2", sector("QFI\xfb\0\0\0\x02"), "a qcow2 image", "qemu-img convert -O raw a.qcow2 a.raw"],
  ["a.qcow", sector("QFI\xfb\0\0\0\x01"), "a qcow image", "qemu-img convert -O raw a.qcow a.raw"],
  ["a", sector("QED\0"), "a QED image", "qemu-img convert -O raw a a.raw"],
  ["a.vhdx", sector("vhdxfileq\0e\0m\0u\0"), "a VHDX image", "qemu-img convert -O raw a.vhdx a.raw"],
  ["a.vhd", sector("conectix\0\0\0\x02"), "a VHD image", "qemu-img convert -O raw a.vhd a.raw"],
  ["a.vmdk", sector("KDMV\x01\0\0\0"), "a VMDK image", "qemu-img convert -O raw a.vmdk a.raw"],
  ["a.vmdk", sector("COWD"), "a VMDK image", "qemu-img convert -O raw a.vmdk a.raw"],
  ["a.vmdk", sector("# Disk DescriptorFile\nversion=1\n"), "a VMDK image", "qemu-img convert -O raw a.vmdk a.raw"],
  ["a b.vdi", sector("\x7f\x10\xda\xbe", 0x40), "a VDI image", "qemu-img convert -O raw 'a b.vdi' 'a b.raw'"],
  ["a.hds", sector("WithoutFreeSpace"), "a Parallels image", "qemu-img convert -O raw a.hds a.raw"],
  ["a.hds", sector("WithouFreSpacExt"), "a Parallels image", "qemu-img convert -O raw a.hds a.raw"],
  ["a", sector("Bochs Virtual HD Image"), "a Bochs image", "qemu-img convert -O raw a a.raw"],
  ["a", sector("\x3a\xff\x26\xed"), "an Android sparse image", "simg2img a a.raw"],
  ["a", sector("LUKS\xba\xbe\0\x02"), "encrypted (LUKS)", "cryptsetup open a NAME"],
  ["a.img.gz", sector("\x1f\x8b\x08"), "packed (gzip)", "gunzip -k a.img.gz"],
  ["a.img.xz", sector("\xfd7zXZ\0"), "packed (xz)", "unxz -k a.img.xz"],
  ["a.img.zst", sector("\x28\xb5\x2f\xfd"), "packed (zstd)", "unzstd a.img.zst"],
  ["a.img.bz2", sector("BZh91AY&SY"), "packed (bzip2)", "bunzip2 -k a.img.bz2"],
  ["it's.lz4", sector("\x04\x22\x4d\x18"), "packed (lz4)", "unlz4 'it'\\''s.lz4'"],
  ["a.zip", sector("PK\x03\x04"), "packed (zip)", "unzip a.zip"],
];

describe("probe", () => {
  it.each(FORMATS)("%s: %#", (file, head, what, todo) => {
    const format = probe(head)!;
    expect(format.what).toBe(what);
    const sentence = refusal(file, format);
    expect(sentence).toMatch(/^'.*' is .*, which is not supported: .*, or say format=raw/);
    expect(sentence).toContain(`'${file}' is ${what}, `);
    expect(sentence).toContain(`(${todo})`);
  });

  it("finds a signature at the end of an image", async () => {
    for (const signature of ["conectix\0\0\0\x02", "koly\0\0\0\x04"]) {
      const bytes = new Uint8Array(2048);
      bytes.set(sector(signature), 1536);
      expect((await probeImage(new MemoryBackend(bytes))).format?.disk).toBe(true);
    }
  });

  it("takes the rest for raw: boot sectors, file systems, archives, text, nothing", async () => {
    const raws = [
      sector("\xeb\x63\x90"),
      sector("ustar", 257),
      sector("QFI"),
      sector("QFI\xfb\0\0\0\x02", 1),
      sector("BZh9"),
      sector("# Disk"),
      new Uint8Array(3),
      new Uint8Array(0),
    ];
    for (const bytes of raws) expect((await probeImage(new MemoryBackend(bytes))).format).toBeUndefined();
  });
});

describe("an image that was probed as raw", () => {
  const header = sector("QFI\xfb\0\0\0\x03");
  const make = async (bytes: Uint8Array): Promise<ProbedRaw> => {
    const image = new MemoryBackend(bytes);
    return new ProbedRaw(image, (await probeImage(image)).head);
  };

  it("does not become another format, in one write or by pieces", async () => {
    const bytes = new Uint8Array(4096);
    const image = await make(bytes);
    expect(() => image.writeSync!(0, header)).toThrow(BlockError);
    await expect(image.write(0, header)).rejects.toThrow("may not make the image a qcow2 image");
    expect(image.writeSync!(0, header.subarray(0, 2))).toBe(true);
    await expect(image.write(2, header.subarray(2))).rejects.toThrow(BlockError);
    expect([...bytes.subarray(0, 4)]).toEqual([...header.subarray(0, 2), 0, 0]);
  });

  it("takes everything else: other sectors, packed data, what only looks like a signature elsewhere", async () => {
    const bytes = new Uint8Array(4096);
    const image = await make(bytes);
    await image.write(512, header);
    await image.write(0, sector("\x1f\x8b\x08"));
    await image.write(0, sector("QFI\xfb", 4));
    await image.write(0, sector("\xeb\x63\x90"));
    expect([bytes[0], bytes[512]]).toEqual([0xeb, header[0]]);
  });
});
