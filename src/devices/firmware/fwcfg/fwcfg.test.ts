import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeLog, FakeMemory } from "../../testing.js";
import { FW_CFG_NB_CPUS, FwCfg } from "./fwcfg.js";
import { FwCfgMmio } from "./mmio.js";

const FILE_DIR = 0x19;

function setup(withMemory = true, size = 0x1000) {
  const memory = new FakeMemory(size);
  const log = new FakeLog();
  const files: [string, Uint8Array][] = [
    ["etc/z", Uint8Array.of(1, 2, 3)],
    ["etc/a", Uint8Array.of(9)],
  ];
  const fw = new FwCfg(files, withMemory ? memory : undefined, log);
  const read = (key: number, length: number) => {
    fw.write(0, 2, key);
    return Array.from({ length }, () => fw.read(1, 1));
  };
  /** Runs a DMA command placed at 0x100. */
  const dma = (control: number, length: number, address: number) => {
    const view = new DataView(memory.bytes.buffer, 0x100, 16);
    view.setUint32(0, control);
    view.setUint32(4, length);
    view.setUint32(8, 0);
    view.setUint32(12, address);
    fw.write(4, 4, 0);
    fw.write(8, 4, 0x00010000);
    return view.getUint32(0);
  };
  return { memory, log, fw, read, dma };
}

describe("fw_cfg", () => {
  test("a user's file comes before the machine's of the same name, whichever was there first", () => {
    const { fw, read } = setup();
    fw.give("etc/a", Uint8Array.of(7, 8));
    fw.addFile("etc/a", Uint8Array.of(1));
    fw.give("opt/b", Uint8Array.of(5));
    expect(read(FILE_DIR, 4)).toEqual([0, 0, 0, 3]);
    expect([read(0x21, 3), read(0x22, 1)]).toEqual([[7, 8, 0], [5]]);
  });

  test("signature, features, zeros past the end", () => {
    expect(setup().read(0, 6)).toEqual([0x51, 0x45, 0x4d, 0x55, 0, 0]);
    expect(setup().read(1, 4)).toEqual([3, 0, 0, 0]);
    expect(setup(false).read(1, 4)).toEqual([1, 0, 0, 0]);
    expect(setup().read(0x7777, 2)).toEqual([0, 0]);
  });

  test("items by number", () => {
    const { fw, read } = setup();
    fw.addU16(FW_CFG_NB_CPUS, 0x102);
    expect(read(FW_CFG_NB_CPUS, 2)).toEqual([2, 1]);
  });

  test("the directory is sorted by name and leads to the files", () => {
    const { read } = setup();
    const directory = read(FILE_DIR, 4 + 128);
    expect(directory.slice(0, 4)).toEqual([0, 0, 0, 2]);
    const entry = (i: number) => directory.slice(4 + 64 * i, 68 + 64 * i);
    expect(String.fromCharCode(...entry(0).slice(8, 14))).toBe("etc/a\0");
    expect(entry(1).slice(0, 4)).toEqual([0, 0, 0, 3]);
    const key = entry(1)[4]! * 256 + entry(1)[5]!;
    expect(read(key, 4)).toEqual([1, 2, 3, 0]);
  });

  test("DMA: as long as the guest likes, without so much memory of the host's", () => {
    const { memory, fw, dma } = setup(true, 0x100000);
    fw.addFile(
      "opt/long",
      Uint8Array.from({ length: 100_000 }, (_, k) => 1 + (k % 251)),
    );
    const pieces: number[] = [];
    const write = memory.write.bind(memory);
    memory.write = (address, bytes) => {
      pieces.push(bytes.length);
      return write(address, bytes);
    };
    memory.bytes.fill(0xff, 0x1000);
    expect(dma((0x22 << 16) | 8 | 2, 300_000, 0x1000)).toBe(0);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(0x10000);
    const found = memory.bytes.subarray(0x1000, 0x1000 + 300_001);
    expect([found[0], found[99_999], found[100_000], found[299_999], found[300_000]]).toEqual([
      1,
      1 + (99_999 % 251),
      0,
      0,
      0xff,
    ]);
    expect(dma(2, 0, 0)).toBe(0);
  });

  test("DMA: select, read, skip, zeros past the end", () => {
    const { memory, fw, dma } = setup();
    expect(fw.read(4, 4)).toBe(0x554d4551);
    expect(fw.read(8, 4)).toBe(0x47464320);
    expect(dma((0x20 << 16) | 8 | 4, 1, 0)).toBe(0);
    memory.bytes.fill(0xff, 0x200, 0x210);
    expect(dma(2, 4, 0x200)).toBe(0);
    expect([...memory.bytes.subarray(0x200, 0x205)]).toEqual([2, 3, 0, 0, 0xff]);
  });

  test("in memory: big-endian selector, data of any width, the same DMA", () => {
    const { fw, memory } = setup();
    const mmio = new FwCfgMmio(fw);
    mmio.write(8, 2, 0x2000);
    expect([mmio.read(0, 1), mmio.read(0, 4), mmio.read(4, 4)]).toEqual([1, 0x0302, 0]);
    mmio.write(8, 2, 0);
    expect([mmio.read(0, 4), mmio.read(0, 2)]).toEqual([0x554d4551, 0]);
    expect([mmio.read(0x10, 4), mmio.read(0x14, 4), mmio.read(8, 2)]).toEqual([0x554d4551, 0x47464320, 0]);
    new DataView(memory.bytes.buffer).setUint32(0x100, (0x20 << 16) | 8 | 2);
    new DataView(memory.bytes.buffer).setUint32(0x104, 3);
    new DataView(memory.bytes.buffer).setUint32(0x10c, 0x200);
    mmio.write(0x10, 4, 0);
    mmio.write(0x14, 4, 0x00010000);
    expect([...memory.bytes.subarray(0x200, 0x204)]).toEqual([1, 2, 3, 0]);
    mmio.write(0, 4, 0xffffffff);
    mmio.write(8, 4, 0);
    expect(mmio.read(0, 1)).toBe(0);
  });

  test("DMA outside RAM or for writing fails without harm", () => {
    const { log, fw, dma } = setup();
    expect(dma((0x20 << 16) | 8 | 2, 0xfffffff0, 0x200)).toBe(1);
    expect(dma((0x20 << 16) | 8 | 16, 1, 0x200)).toBe(1);
    fw.write(4, 4, 0xffffffff);
    fw.write(8, 4, 0);
    expect(log.guestErrors.length).toBe(2);
  });

  test("names that do not fit are refused by name", () => {
    expect(() => setup().fw.addFile("x".repeat(56), new Uint8Array())).toThrow("longer than 55 bytes");
  });

  test("snapshot keeps the position", () => {
    const a = setup();
    a.read(0x20, 1);
    const b = setup();
    restore(b.fw, a.fw.save());
    expect(b.fw.read(1, 1)).toBe(2);
  });

  test("is filled when somebody reads for the first time", () => {
    const { fw, read } = setup();
    let fills = 0;
    fw.fillOnUse(() => {
      fills++;
      fw.addU16(FW_CFG_NB_CPUS, 7);
    });
    fw.reset();
    fw.write(0, 2, FW_CFG_NB_CPUS);
    expect(fills).toBe(0);
    expect(read(FW_CFG_NB_CPUS, 2)).toEqual([7, 0]);
    read(FILE_DIR, 4);
    expect(fills).toBe(1);
  });
});
