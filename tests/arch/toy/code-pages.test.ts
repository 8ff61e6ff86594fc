// Pages that hold code and are written to.

import { expect, it } from "vitest";
import { STAT_CODE_STORE } from "../../../src/layout/vcpu.js";
import { CODE_PAGE_STORES } from "../../../src/tuning/engine.js";
import { Assembler, R0, R1, R2, R3, R4, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const ROUTINE = 0x800000;

/** At ROUTINE: r0 + 1, back. */
function toy(code: Assembler): ToyMachine {
  const machine = new ToyMachine(LAYOUTS[0]!.ram);
  machine.map(CODE, 1);
  machine.map(ROUTINE, 1);
  machine.write(CODE, code.finish());
  machine.write(ROUTINE, new Assembler(ROUTINE).op("addi", R0, 1).op("jr", R7).finish());
  machine.start(CODE);
  return machine;
}

const slowStores = ({ cpu }: ToyMachine): number => cpu.vcpu.stat(STAT_CODE_STORE);

it("lose code that is left over when other data is written there, and take new code", () => {
  // The number that is added is behind the opcode and the registers.
  const code = new Assembler(CODE)
    .op("li", R3, ROUTINE)
    .op("li", R2, 0)
    .op("call", ROUTINE)
    .op("li", R1, 1000)
    .label("again")
    .op("stw", R1, R3, 0x800)
    .op("addi", R1, -1)
    .op("bne", R1, R2, "again")
    .op("li", R4, 5)
    .op("stb", R4, R3, 2)
    .op("call", ROUTINE)
    .op("sys", R0, T.SYS_HALT);
  const machine = toy(code);
  machine.run();
  expect(machine.register("r0")).toBe(1 + 5);
  // The one that makes the code go is executed again, in a block of its own.
  expect(slowStores(machine)).toBe(CODE_PAGE_STORES + 1);
});

it("keep code that is in use, after a few translations", () => {
  const code = new Assembler(CODE)
    .op("li", R3, ROUTINE)
    .op("li", R2, 0)
    .op("li", R1, 1000)
    .label("again")
    .op("call", ROUTINE)
    .op("stw", R0, R3, 0x800)
    .op("addi", R1, -1)
    .op("bne", R1, R2, "again")
    .op("sys", R0, T.SYS_HALT);
  const machine = toy(code);
  machine.run();
  expect(machine.register("r0")).toBe(1000);
  expect(slowStores(machine)).toBeGreaterThan(900);
  expect(machine.cpu.engine.translations).toBeLessThan(14);
});
