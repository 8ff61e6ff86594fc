// PCI functions whose BARs are elsewhere in the saved machine than in the one that loads it.

import { expect, test } from "vitest";
import { PciBus } from "../../src/devices/pci/bus.js";
import { FakeMapper } from "../../src/devices/pci/testing.js";
import { restore } from "../../src/devices/state.js";
import { FakeLines, FakeLog, FakeMemory, FakeMsi } from "../../src/devices/testing.js";
import { VirtioRng } from "../../src/devices/virtio/rng/device.js";
import { VirtioPci } from "../../src/devices/virtio/transport/pci/transport.js";

const MSIX_BAR = 0x14;
const MODERN_BAR = 0x20;

function machine(places: readonly [first: number, second: number]) {
  const [mapper, log, memory] = [new FakeMapper(), new FakeLog(), new FakeMemory(0x1000)];
  const bus = new PciBus({ mapper, msi: new FakeMsi(), log, lines: new FakeLines(4).lines });
  for (const place of places) {
    const slot = bus.add(new VirtioPci(new VirtioRng({ fill() {} }), { memory, log }));
    bus.writeConfig(0, slot, 0, MSIX_BAR, 4, place);
    bus.writeConfig(0, slot, 0, MODERN_BAR, 4, place + 0x10000);
    bus.writeConfig(0, slot, 0, 4, 2, 6);
  }
  return { bus, mapper, log, at: (address: number) => mapper.find("mem", address) };
}

test("two functions that have changed places", () => {
  const saved = machine([0xfd000000, 0xfe000000]);
  const loaded = machine([0xfe000000, 0xfd000000]);
  restore(Object.assign(loaded.bus, { name: "pci" }), saved.bus.save());
  expect(loaded.mapper.ranges()).toEqual(saved.mapper.ranges());
  expect(loaded.log.guestErrors).toEqual([]);
  expect(loaded.bus.save()).toEqual(saved.bus.save());
});

test("of two functions at one place the one that was there first", () => {
  const saved = machine([0xfd000000, 0xfe000000]);
  const [first, second] = saved.bus.functions();
  saved.bus.writeConfig(0, first!.slot, 0, MSIX_BAR, 4, 0xfe000000);
  expect(saved.log.guestErrors.length).toBe(1);
  const loaded = machine([0xfa000000, 0xfb000000]);
  restore(Object.assign(loaded.bus, { name: "pci" }), saved.bus.save());
  expect(loaded.mapper.ranges()).toEqual(saved.mapper.ranges());
  const [, other] = loaded.bus.functions();
  expect(loaded.at(0xfe000000)).toBe(other!.bars[1]!.region);
  expect(saved.at(0xfe000000)).toBe(second!.bars[1]!.region);
});
