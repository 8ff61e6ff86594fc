import { describe, expect, it } from "vitest";
import type { MachineMemory, PhysicalRange } from "../../machine/cpu.js";
import { PcMemory, ramBelow4g } from "./memory.js";

function setup() {
  let ranges: readonly PhysicalRange[] = [];
  const memory = {
    addRom: () => 7,
    setRanges: (given: readonly PhysicalRange[]) => {
      ranges = given;
    },
  } as unknown as MachineMemory;
  return { map: new PcMemory(memory), ranges: () => ranges };
}

describe("PcMemory", () => {
  it("is all RAM below 1 MiB but for the VGA window when there is no firmware", () => {
    const { map, ranges } = setup();
    map.setShadow(0xf0000, 0x10000, false, false);
    expect(ranges()).toEqual([{ address: 0xa0000, length: 0x20000, kind: "mmio" }]);
  });

  it("shows the end of the firmware below 1 MiB until the guest switches RAM in", () => {
    const { map, ranges } = setup();
    map.setFirmware(new Uint8Array(0x20000));
    expect(ranges()).toEqual([
      { address: 0xa0000, length: 0x40000, kind: "mmio" },
      { address: 0xe0000, length: 0x20000, kind: "rom", rom: 7, romOffset: 0 },
      { address: 0xfffe0000, length: 0x20000, kind: "rom", rom: 7, romOffset: 0 },
    ]);
    map.setShadow(0xf0000, 0x10000, true, true);
    map.setShadow(0xe0000, 0x4000, true, false);
    expect(ranges()).toEqual([
      { address: 0xa0000, length: 0x40000, kind: "mmio" },
      { address: 0xe0000, length: 0x4000, kind: "read-only-ram" },
      { address: 0xe4000, length: 0xc000, kind: "rom", rom: 7, romOffset: 0x4000 },
      { address: 0xfffe0000, length: 0x20000, kind: "rom", rom: 7, romOffset: 0 },
    ]);
    map.reset();
    expect(ranges()).toHaveLength(3);
  });

  it("splits RAM at the PCI hole", () => {
    expect(ramBelow4g(2 ** 30, undefined)).toBe(2 ** 30);
    expect(ramBelow4g(3.5 * 2 ** 30, undefined)).toBe(3 * 2 ** 30);
    expect(ramBelow4g(2 ** 31, 2 ** 30)).toBe(2 ** 30);
  });
});
