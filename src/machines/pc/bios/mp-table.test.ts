import { expect, test } from "vitest";
import { mpTable } from "./mp-table.js";

const ADDRESS = 0xf6000;
const facts = { signature: 0x60fb1, features: 0x78bfbfd, lapic: 0xfee00000, ioapic: 0xfec00000 };

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => (total + byte) & 255, 0);
}

test("the MP table has one CPU, two buses, an I/O APIC and its interrupts", () => {
  const bytes = mpTable({ ...facts, pci: [{ slot: 1, pin: 1, input: 9 }] }, ADDRESS);
  const view = new DataView(bytes.buffer);
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  expect([text(0, 4), view.getUint32(4, true), bytes[8], bytes[9], sum(bytes.subarray(0, 16))]).toEqual([
    ...["_MP_", ADDRESS + 16, 1, 4, 0],
  ]);
  const table = bytes.subarray(16);
  expect([text(16, 4), view.getUint16(20, true), sum(table)]).toEqual(["PCMP", table.length, 0]);
  expect(view.getUint32(16 + 36, true)).toBe(facts.lapic);
  const entries: string[] = [];
  for (let at = 44; at < table.length; ) {
    const length = table[at] === 0 ? 20 : 8;
    entries.push(Buffer.from(table.subarray(at, at + length)).toString("hex"));
    at += length;
  }
  expect(view.getUint16(16 + 34, true)).toBe(entries.length);
  // As SeaBIOS has them on QEMU's pc.
  expect(entries).toEqual([
    "00001403b10f0600fdfb8b070000000000000000",
    "0100504349202020",
    "0101495341202020",
    "020011010000c0fe",
    "0300010000040009",
    "0300000001000002",
    ...[1, 3, 4, 6, 7, 8, 12, 13, 14, 15].map((irq) => {
      const hex = irq.toString(16).padStart(2, "0");
      return `0300000001${hex}00${hex}`;
    }),
    "0403000001000000",
    "040100000100ff01",
  ]);
});
