// RAM whose writes come to a device: the guest reads it, and runs code in it, as any other.

import { expect, it } from "vitest";
import { EngineGuestMemory } from "../../../src/machine/guest-memory.js";
import { Assembler, R0, R1, R2, R3, R4, R5, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const WATCHED = 0x800000;
const DATA = 0x100;
const TIMES = 1000;

it.each(TIERS)("$name: writes come to the device, reads and code are RAM's", ({ tier1 }) => {
  const { ram } = LAYOUTS[0]!;
  const written: number[] = [];
  // What is written is there doubled.
  const mmioWrite = (address: number, size: number, value: number): void => {
    written.push(value);
    const bytes = memory.ramBytes(address, size)!;
    new DataView(bytes.buffer, bytes.byteOffset, size).setUint32(0, 2 * value, true);
  };
  const machine = new ToyMachine(ram, tier1, { mmioWrite });
  const memory = new EngineGuestMemory(machine.cpu.engine);
  machine.map(CODE, 1);
  machine.map(WATCHED, 1);
  // The routine in the watched page adds 1 to r0; each value is stored, read and added to r4.
  const code = new Assembler(CODE)
    .op("li", R0, 0)
    .op("li", R2, 0)
    .op("li", R3, WATCHED)
    .op("li", R4, 0)
    .op("li", R1, TIMES)
    .label("again")
    .op("call", WATCHED)
    .op("stw", R0, R3, DATA)
    .op("ldw", R5, R3, DATA)
    .op("add", R4, R5)
    .op("addi", R1, -1)
    .op("bne", R1, R2, "again")
    .op("sys", R0, T.SYS_HALT);
  machine.write(CODE, code.finish());
  machine.write(WATCHED, new Assembler(WATCHED).op("addi", R0, 1).op("jr", R7).finish());
  const page = machine.physical(machine.offsetOf(WATCHED));
  memory.setRanges([{ address: page, length: 4096, kind: "watched-ram" }]);
  machine.start(CODE);
  machine.run();
  expect(written).toEqual(Array.from({ length: TIMES }, (_, n) => n + 1));
  expect(machine.register("r4")).toBe(TIMES * (TIMES + 1));
});
