import { expect, it } from "vitest";
import { LAYOUTS, ToyMachine } from "../../testing/toy/machine.js";
import { VirtualMemory } from "./virtual-memory.js";

const PLACE = 0x800000;
const PAGE = 4096;

it.each(LAYOUTS)("$name: reads and writes over pages that lie apart, and stops where there are none", ({ ram }) => {
  const machine = new ToyMachine(ram);
  machine.map(PLACE, 3);
  const memory = new VirtualMemory(machine.cpu);
  const bytes = Uint8Array.from({ length: PAGE + 200 }, (_, n) => 1 + (n % 250));
  expect(memory.write(BigInt(PLACE + PAGE - 100), bytes)).toBe(true);
  expect(memory.read(BigInt(PLACE + PAGE - 100), bytes.length)).toEqual(bytes);
  expect(memory.readText(BigInt(PLACE + PAGE - 100), bytes.length)).toEqual(bytes);
  expect(memory.readText(BigInt(PLACE + PAGE - 100), bytes.length - 1)).toBeUndefined();
  expect(memory.read(BigInt(PLACE + 3 * PAGE - 4), 4)).toEqual(new Uint8Array(4));
  expect(memory.read(BigInt(PLACE + 3 * PAGE - 4), 5)).toBeUndefined();
  expect(memory.write(BigInt(PLACE + 3 * PAGE), bytes)).toBe(false);
});
