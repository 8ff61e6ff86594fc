import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeMsi } from "../../testing.js";
import { Ioapic } from "./ioapic.js";

function setup() {
  const msi = new FakeMsi();
  const io = new Ioapic(msi, { acknowledge: () => 0x20 });
  const get = (register: number) => {
    io.write(0, 4, register);
    return io.read(0x10, 4);
  };
  const set = (register: number, value: number) => {
    io.write(0, 4, register);
    io.write(0x10, 4, value);
  };
  return { msi, io, get, set };
}

describe("I/O APIC", () => {
  test("id, version and masked entries after reset", () => {
    const { get, set } = setup();
    expect(get(1)).toBe(0x00170020);
    expect(get(0x10)).toBe(0x10000);
    set(0, 0x0f000000);
    expect(get(0)).toBe(0x0f000000);
    expect(get(0x3e)).toBe(0x10000);
    expect(get(0x40)).toBe(0);
  });

  test("an edge is sent once; edges while masked are lost", () => {
    const { msi, io, set } = setup();
    io.pin(4).set(true);
    set(0x19, 0x01000000);
    set(0x18, 0x934);
    expect(msi.sent).toEqual([]);
    io.pin(4).set(false);
    io.pin(4).set(true);
    io.pin(4).set(true);
    expect(msi.sent).toEqual([{ address: 0xfee01004, data: 0x4134 }]);
  });

  test("a level is sent again after EOI for as long as it lasts", () => {
    const { msi, io, get, set } = setup();
    set(0x22, 0x8041);
    io.pin(9).set(true);
    expect(msi.sent.length).toBe(1);
    expect(msi.sent[0]!.data).toBe(0xc041);
    expect(get(0x22)).toBe(0xc041);
    io.pin(9).set(true);
    io.eoi(0x40);
    expect(msi.sent.length).toBe(1);
    io.eoi(0x41);
    expect(msi.sent.length).toBe(2);
    io.pin(9).set(false);
    io.write(0x40, 4, 0x41);
    expect(msi.sent.length).toBe(2);
    expect(get(0x22)).toBe(0x8041);
  });

  test("a level that came while masked is sent at unmasking; edge mode clears remote IRR", () => {
    const { msi, io, get, set } = setup();
    set(0x22, 0x18041);
    io.pin(9).set(true);
    expect(msi.sent.length).toBe(0);
    set(0x22, 0x8041);
    expect(msi.sent.length).toBe(1);
    set(0x22, 0x10041);
    expect(get(0x22)).toBe(0x10041);
  });

  test("ExtINT asks the 8259s for the vector", () => {
    const { msi, io, set } = setup();
    set(0x14, 0x700);
    io.pin(2).set(true);
    expect(msi.sent).toEqual([{ address: 0xfee00000, data: 0x4020 }]);
  });

  test("snapshot", () => {
    const { io, set } = setup();
    set(0x22, 0x8041);
    io.pin(9).set(true);
    const other = setup();
    restore(other.io, io.save());
    expect(other.get(0x22)).toBe(0xc041);
    other.io.eoi(0x41);
    expect(other.msi.sent.length).toBe(1);
  });
});
