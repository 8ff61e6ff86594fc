import { describe, expect, it } from "vitest";
import { unpackModule } from "../../../../testing/core.js";
import { testRam } from "../../../boot/testing.js";
import { prepareKernel } from "./kernel.js";
import { TestMemory, testBzImage, testContext } from "./testing.js";

const MIB = 2 ** 20;
const ram = testRam(unpackModule(), MIB);
const initrd = { name: "initrd", bytes: new Uint8Array(5000).fill(7) };

/** A kernel of an old protocol, whose protected-mode part begins with 90h. */
function kernel(version: number, { high = true, size = 4096, sectors = 4 } = {}): Uint8Array {
  const file = testBzImage(new Uint8Array(size), { wide: false });
  const view = new DataView(file.buffer);
  view.setUint16(0x206, version, true);
  view.setUint8(0x211, high ? 1 : 0);
  view.setUint8(0x1f1, sectors);
  view.setUint32(0x1f4, 0, true);
  return file;
}

async function load(file: Uint8Array, commandLine = "a b") {
  const modules = Promise.resolve([initrd]);
  const arrived = async () => file.length;
  const prepared = await prepareKernel({ kernelName: "old", kernel: file, arrived, modules, commandLine, ram });
  const memory = new TestMemory(16 * MIB);
  return { format: prepared.format, memory, cpu: prepared.load(testContext(memory)) };
}

describe("setup code", () => {
  it("is entered in real mode with heap, command line and initrd where the header names no 32-bit entry", async () => {
    const { format, memory, cpu } = await load(kernel(0x207));
    expect(format).toBe("setup");
    expect([cpu.mode, cpu.rip, cpu.cr0, cpu.registers.rsp]).toEqual(["real", 0, 0x10, 0xfff0]);
    expect([cpu.segments.cs.base, cpu.segments.ds.base, cpu.segments.ss.base]).toEqual([0x10200, 0x10000, 0x10000]);
    const setup = new DataView(memory.bytes.buffer, 0x10000, 0x400);
    expect([setup.getUint8(0x210), setup.getUint8(0x211), setup.getUint16(0x224, true)]).toEqual([0xff, 0x81, 0xfe00]);
    expect(memory.text(setup.getUint32(0x228, true))).toBe("a b");
    const at = setup.getUint32(0x218, true);
    expect([at % 4096, setup.getUint32(0x21c, true), memory.bytes[at + 4999]]).toEqual([0, 5000, 7]);
    expect(memory.bytes[0x100000]).toBe(0x90);
  });

  it("lies at 90000h for zImages and before protocol 2.02, with the command line behind it", async () => {
    const low = await load(kernel(0x203, { high: false }));
    expect([low.cpu.segments.ds.base, low.memory.bytes[0x10000]]).toEqual([0x90000, 0x90]);
    const old = await load(kernel(0x201));
    expect([old.cpu.segments.ds.base, old.memory.bytes[0x100000]]).toEqual([0x90000, 0x90]);
    const setup = new DataView(old.memory.bytes.buffer, 0x90000, 0x400);
    expect(setup.getUint16(0x20, true)).toBe(0xa33f);
    expect(old.memory.text(0x90000 + setup.getUint16(0x22, true))).toBe("a b");
  });

  it("is refused when it or its kernel does not fit", async () => {
    await expect(load(kernel(0x203, { sectors: 200, size: 200 * 512 }))).rejects.toThrow("102912 bytes of setup code");
    await expect(load(kernel(0x203, { high: false, size: MIB / 2 }))).rejects.toThrow("does not fit below its setup");
    await expect(load(kernel(0x205), "x".repeat(256))).rejects.toThrow("this kernel takes 255");
  });
});
