// The physical map changes under code that was translated: firmware's ROM is replaced by RAM, and RAM by ROM.

import { expect, it } from "vitest";
import { E_PAGE_BLOCKS } from "../../../src/layout/engine.js";
import type { PhysicalRange } from "../../../src/machine/cpu.js";
import { PAGE } from "./address-space.js";
import { Prober, WINDOW } from "./prober.js";
import { MIB } from "./sizes.js";

const PLACE = 0xf0000;
const TIMES = 500;

/** again: add eax, number; dec ecx; jnz again; hlt */
const code = (number: number): number[] => [0x83, 0xc0, number, 0xff, 0xc9, 0x75, 0xf9, 0xf4];
const rom: PhysicalRange = { address: PLACE, length: PAGE, kind: "rom", rom: 0, romOffset: 0 };

it.each([
  ["the interpreter", undefined],
  ["regions", 20],
])("%s: what runs is what is there now", (_, hot) => {
  const bytes = new Uint8Array(PAGE);
  bytes.set(code(1));
  const guest = new Prober({ name: "", ram: [{ address: 0, length: 16 * MIB }], rom: bytes }, hot);
  const { cpu, space } = guest;
  const { memory } = space;
  memory.write(PLACE, Uint8Array.from(code(2)));
  guest.look(PLACE);
  const added = (): number => {
    cpu.setGpr("rax", 0n);
    cpu.setGpr("rcx", BigInt(TIMES));
    expect(guest.jump(WINDOW)).toBe(true);
    return Number(cpu.gpr("rax")) / TIMES;
  };
  for (let round = 0; round < 3; round++) {
    memory.setRanges([rom]);
    expect(added()).toBe(1);
    memory.setRanges([]);
    expect(added()).toBe(2 + round);
    // Stores still find the code that they overlap.
    guest.store(WINDOW + 2, [3 + round]);
    expect(added()).toBe(3 + round);
    memory.setRanges([{ address: PLACE, length: PAGE, kind: "read-only-ram" }]);
    guest.store(WINDOW + 2, [77]);
    expect(added()).toBe(3 + round);
  }
  expect(space.differences()).toEqual([]);
});

it("a page's list of code is empty once the page is no longer where the code was translated", () => {
  const guest = new Prober({ name: "", ram: [{ address: 0, length: 16 * MIB }], rom: new Uint8Array(PAGE) });
  const { cpu, space } = guest;
  const { memory } = space;
  memory.write(PLACE, Uint8Array.from(code(2)));
  guest.look(PLACE);
  cpu.setGpr("rcx", 1n);
  guest.jump(WINDOW);
  memory.setRanges([rom]);
  // Where the block was there will be others; the page's list must not lead there.
  expect(cpu.engine.memory.i32[(cpu.engine.memory.engine(E_PAGE_BLOCKS) >> 2) + PLACE / PAGE]).toBe(0);
});
