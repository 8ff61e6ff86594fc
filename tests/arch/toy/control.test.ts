// Instructions that change what the CPU is, without being the end of a region: it looks at what has come of them and goes on.

import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engine/engine.js";
import { STAT_T1_ENTRIES } from "../../../src/layout/vcpu.js";
import { RegionTier } from "../../../src/tier1/tier1.js";
import { Assembler, R0, R1, R2, R3, R4, R5, R6, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const DATA = 0x800000;
const HANDLER = 0xc00000;
const TURNS = 2000;

describe.each(LAYOUTS)("$name", ({ ram }) => {
  describe.each(TIERS)("$name", ({ tier1 }) => {
    /** `turn` TURNS times: R0 counts down, R1 is 1 and R4 is 0 at its start. */
    function looping(turn: (code: Assembler) => Assembler, prepare = (code: Assembler) => code): Assembler {
      const code = prepare(new Assembler(CODE).op("li", R0, TURNS).op("li", R2, 0).op("li", R5, 0));
      return turn(code.label("loop").op("li", R1, 1).op("li", R4, 0))
        .label("next")
        .op("addi", R0, -1)
        .op("li", R4, 0)
        .op("bne", R0, R4, "loop")
        .op("sys", R0, T.SYS_HALT);
    }

    function toy(code: Assembler, handler?: Assembler, tier = tier1): ToyMachine {
      const machine = new ToyMachine(ram, tier);
      machine.map(CODE, 1);
      machine.map(DATA, 2);
      machine.map(HANDLER, 1);
      machine.write(CODE, code.finish());
      if (handler) machine.write(HANDLER, handler.finish());
      machine.cpu.vcpu.set64(T.T_VECTOR, BigInt(handler ? HANDLER : 0));
      machine.start(CODE);
      return machine;
    }

    it("stays in its region", () => {
      const code = looping((code) =>
        code
          .op("control", R1, T.CONTROL_ENABLE)
          .op("addi", R2, 3)
          .op("control", R4, T.CONTROL_ENABLE)
          .op("addi", R2, 4),
      );
      // All blocks have been executed when the first is hot.
      const hotBlock = { system: 30, user: 30 };
      const later = (engine: Engine) => new RegionTier(engine, { eager: true, unlimited: true, hotBlock });
      const machine = toy(code, undefined, tier1 && later);
      machine.run();
      expect(machine.register("r2")).toBe(7 * TURNS);
      expect(machine.cpu.instructions).toBe(3 + 9 * TURNS + 1);
      if (!tier1) return;
      expect(machine.cpu.vcpu.inRegions).toBeGreaterThan(8 * TURNS);
      expect(machine.cpu.vcpu.stat(STAT_T1_ENTRIES)).toBeLessThan(20);
    });

    it("takes an interrupt that it lets in before the next instruction", () => {
      // The handler notes where it was, and goes on at the next turn.
      const code = looping((code) => code.op("control", R1, T.CONTROL_ENABLE).label("behind").op("addi", R2, 1));
      const behind = new Assembler(CODE + 3 * 6 + 2 * 6 + 6).here;
      const next = behind + 6;
      const handler = new Assembler(HANDLER)
        .op("sys", R4, T.SYS_EXCEPTION)
        .op("add", R5, R4)
        .op("li", R7, next)
        .op("jr", R7);
      const machine = toy(code, handler);
      machine.cpu.setInterrupt(1, true);
      machine.run();
      expect(machine.register("r2")).toBe(0);
      expect(machine.register("r5")).toBe((behind * TURNS) % 2 ** 32);
      expect(machine.register("exc_cause")).toBe(T.CAUSE_INTERRUPT + 1);
    });

    it("fetches what is behind it where that is mapped by then", () => {
      // Two copies of the code, of which the one that is seen changes with each turn.
      const code = (add: number): Assembler =>
        looping(
          (code) =>
            code
              .op("stw", R6, R7, 0)
              .op("control", R3, T.CONTROL_FLUSH_PAGE)
              .op("addi", R2, add)
              .op("ldw", R4, R5, 0)
              .op("xor", R6, R4),
          (code) => code.op("li", R3, CODE).op("li", R5, DATA).op("li", R7, table).op("li", R6, other),
        );
      const machine = new ToyMachine(ram, tier1);
      machine.map(CODE, 1);
      machine.map(DATA, 1);
      const [here, there] = [machine.offsetOf(CODE), machine.take(4096)];
      const flags = T.PTE_READ | T.PTE_WRITE | T.PTE_EXEC | T.PTE_USER;
      const table = machine.entryAddress(CODE) | 0;
      const other = machine.entryFor(there, flags) | 0;
      machine.mapAt(CODE, there);
      machine.write(CODE, code(1000).finish());
      machine.mapAt(CODE, here);
      machine.write(CODE, code(1).finish());
      // What turns one entry into the other.
      const word = new DataView(new ArrayBuffer(4));
      word.setUint32(0, (machine.entryFor(here, flags) ^ machine.entryFor(there, flags)) >>> 0, true);
      machine.write(DATA, new Uint8Array(word.buffer));
      machine.start(CODE);
      machine.run();
      expect(machine.register("r2")).toBe((TURNS / 2) * 1001);
      if (tier1) expect(machine.cpu.vcpu.inRegions).toBeGreaterThan(TURNS);
    });

    it("sees another address space behind it", () => {
      // The data of space 1 stays where it was when the tables change for space 2.
      const see = (code: Assembler, space: number) =>
        code.op("li", R3, space).op("control", R3, T.CONTROL_SPACE).op("ldw", R3, R5, 0).op("add", R2, R3);
      const machine = toy(new Assembler(CODE));
      const second = machine.offsetOf(DATA + 4096);
      machine.write(DATA, Uint8Array.of(5));
      machine.write(DATA + 4096, Uint8Array.of(70));
      const entry = machine.entryFor(second, T.PTE_READ) | 0;
      const code = looping(
        (code) => see(see(code, 1), 2),
        (code) =>
          see(code.op("li", R5, DATA), 1)
            .op("li", R6, machine.entryAddress(DATA) | 0)
            .op("li", R4, entry)
            .op("stw", R4, R6, 0)
            .op("li", R2, 0),
      );
      machine.write(CODE, code.finish());
      machine.run();
      expect(machine.register("r2")).toBe(75 * TURNS);
      if (tier1) expect(machine.cpu.vcpu.inRegions).toBeGreaterThan(TURNS);
    });

    it("is refused to programs, with all as it was before it", () => {
      // The handler counts in R6, notes where it was, and goes on behind the instruction.
      const code = looping(
        (code) => code.op("addi", R2, 1).op("control", R1, T.CONTROL_ENABLE).op("addi", R2, 1000),
        (code) => code.op("li", R6, 0),
      );
      const handler = new Assembler(HANDLER)
        .op("addi", R6, 1)
        .op("li", R4, 0)
        .op("sys", R4, T.SYS_EXCEPTION)
        .op("add", R5, R4)
        .op("addi", R4, 6)
        .op("sys", R4, T.SYS_PROGRAM)
        .op("sys", R0, T.SYS_RETURN);
      const machine = toy(code, handler);
      machine.cpu.vcpu.set(T.T_USER, 1);
      machine.cpu.engine.update(machine.cpu.vcpu);
      // The halt at the end is refused, too: the count goes on from there.
      const refused = TURNS / 2;
      while (machine.register("r6") < refused) machine.cpu.run(1);
      const at = CODE + 4 * 6 + 2 * 6 + 6;
      expect(machine.register("r2")).toBe(refused + 1000 * (refused - 1));
      expect(machine.register("exc_cause")).toBe(T.CAUSE_RIGHTS);
      expect(machine.register("exc_pc")).toBe(at);
      expect(machine.register("r5")).toBe((at * (refused - 1)) % 2 ** 32);
    });

    it("does products and comparisons as its helpers say, whatever the numbers", () => {
      const word = new DataView(new ArrayBuffer(4));
      const bits = (value: number): number => {
        word.setFloat32(0, value);
        return word.getUint32(0);
      };
      const number = (n: number): number => {
        word.setUint32(0, n);
        return word.getFloat32(0);
      };
      const numbers = [1.5, -3, 1e-30, 2 ** -126, 0, -0, 1e30, Number.POSITIVE_INFINITY, Number.NaN].map(bits);
      const product = (x: number, y: number, negative: boolean): number => {
        const value = Math.fround(number(x) * number(y));
        if (Math.abs(value) <= 2 ** -126) return 0;
        if (!(Math.abs(value) < Number.POSITIVE_INFINITY)) return bits(1);
        return bits(negative ? -value : value);
      };
      const less = (x: number, y: number): number =>
        Number.isNaN(number(x)) || Number.isNaN(number(y)) ? 2 : Number(number(x) < number(y));
      for (const x of numbers) {
        // R5 is the sum of all results, and R6 walks over the numbers.
        const code = new Assembler(CODE).op("li", R5, 0).op("li", R0, 40).label("again").op("li", R6, DATA);
        code.op("li", R2, numbers.length).label("loop").op("ldw", R3, R6, 0);
        for (const negative of [0, 1])
          code
            .op("li", R4, x | 0)
            .op("product", R4, R3, negative)
            .op("add", R5, R4);
        code
          .op("li", R4, x | 0)
          .op("less", R4, R3)
          .op("add", R5, R4)
          .op("add", R5, R5)
          .op("addi", R6, 4);
        code.op("addi", R2, -1).op("li", R1, 0).op("bne", R2, R1, "loop").op("addi", R0, -1).op("bne", R0, R1, "again");
        const machine = toy(code.op("sys", R0, T.SYS_HALT));
        machine.write(DATA, new Uint8Array(Uint32Array.from(numbers).buffer));
        machine.run();
        let sum = 0;
        for (let turn = 0; turn < 40; turn++)
          for (const y of numbers)
            sum = ((sum + product(x, y, false) + product(x, y, true) + less(x, y)) * 2) % 2 ** 32;
        expect(machine.register("r5"), `${number(x)}`).toBe(sum);
        if (tier1) expect(machine.cpu.vcpu.inRegions).toBeGreaterThan(1000);
      }
    });
  });
});
