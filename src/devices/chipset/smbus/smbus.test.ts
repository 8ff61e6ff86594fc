import { expect, test } from "vitest";
import { restore } from "../../state.js";
import * as r from "./registers.js";
import { Smbus } from "./smbus.js";

function transfer(bus: Smbus, protocol: number, address: number, reads: boolean, command = 0, data = 0): number {
  bus.write(r.HOST_STATUS, 1, 0xff);
  bus.write(r.HOST_ADDRESS, 1, (address << 1) | (reads ? 1 : 0));
  bus.write(r.HOST_COMMAND, 1, command);
  bus.write(r.HOST_DATA0, 1, data & 0xff);
  bus.write(r.HOST_DATA1, 1, data >> 8);
  bus.write(r.HOST_CONTROL, 1, r.CONTROL_START | (protocol << r.CONTROL_PROTOCOL_SHIFT));
  return bus.read(r.HOST_STATUS, 1);
}

test("eight EEPROMs answer, at 50h to 57h, and nobody else", () => {
  const bus = new Smbus();
  expect(bus.read(r.HOST_STATUS, 1)).toBe(0);
  const there = Array.from({ length: 128 }, (_, n) => n).filter(
    (address) => transfer(bus, r.PROTOCOL_QUICK, address, false) === r.STATUS_DONE,
  );
  expect(there).toEqual([0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57]);
  expect(transfer(bus, 5, 0x50, true)).toBe(r.STATUS_DEVICE_ERROR);
});

test("an EEPROM keeps bytes and words, and reads on from where it was", () => {
  const bus = new Smbus();
  transfer(bus, r.PROTOCOL_BYTE_DATA, 0x51, false, 4, 0x12);
  transfer(bus, r.PROTOCOL_WORD_DATA, 0x51, false, 5, 0x5634);
  transfer(bus, r.PROTOCOL_BYTE, 0x51, false, 4);
  const bytes = [1, 2, 3].map(() => {
    transfer(bus, r.PROTOCOL_BYTE, 0x51, true);
    return bus.read(r.HOST_DATA0, 1);
  });
  expect(bytes).toEqual([0x12, 0x34, 0x56]);
  const other = new Smbus();
  restore(other, bus.save());
  expect(transfer(other, r.PROTOCOL_WORD_DATA, 0x51, true, 4)).toBe(r.STATUS_DONE);
  expect([other.read(r.HOST_DATA0, 1), other.read(r.HOST_DATA1, 1)]).toEqual([0x12, 0x34]);
});

test("a transfer can be given up", () => {
  const bus = new Smbus();
  bus.write(r.HOST_CONTROL, 1, r.CONTROL_KILL);
  expect(bus.read(r.HOST_STATUS, 1)).toBe(r.STATUS_FAILED);
  bus.write(r.HOST_STATUS, 1, r.STATUS_FAILED);
  expect(bus.read(r.HOST_STATUS, 1)).toBe(0);
});
