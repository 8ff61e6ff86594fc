import { expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeLines } from "../../testing.js";
import { PcTestDevice } from "./pctestdev.js";

test("interrupt ports, port register and memory in all widths", () => {
  const lines = new FakeLines(24);
  const device = new PcTestDevice(lines.lines);
  device.irq.write(0x0f, 1, 1);
  expect(lines.at(15).level).toBe(true);
  device.irq.write(0x0f, 1, 0);
  expect(lines.at(15).level).toBe(false);
  device.irq.write(0x20, 1, 1);
  device.port.write(0, 4, 0xdeadbeef);
  device.port.write(1, 1, 0x55);
  expect(device.port.read(0, 4)).toBe(0xdead55ef);
  expect(device.port.read(2, 2)).toBe(0xdead);
  device.mmio.write(0xfffc, 4, 0x80000001);
  expect(device.mmio.read(0xfffc, 4)).toBe(0x80000001);
  expect(device.mmio.read(0xffff, 1)).toBe(0x80);
  const other = new PcTestDevice(lines.lines);
  restore(other, device.save());
  expect(other.port.read(0, 2)).toBe(0x55ef);
});
