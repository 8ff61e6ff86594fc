// The engine with a guest that nothing in it knows: both tiers, RAM in two places.

import { describe, expect, it } from "vitest";
import { Assembler, R0, R1, R2, R3, R4, R5, R6, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const DATA = 0x800000;
const HANDLER = 0xc00000;

/** The last exception in R4 (program counter), R5 (cause), R6 (address), then a halt. */
const handler = (): Uint8Array =>
  new Assembler(HANDLER)
    .op("li", R4, 0)
    .op("sys", R4, T.SYS_EXCEPTION)
    .op("li", R5, 1)
    .op("sys", R5, T.SYS_EXCEPTION)
    .op("li", R6, 2)
    .op("sys", R6, T.SYS_EXCEPTION)
    .op("sys", R0, T.SYS_HALT)
    .finish();

describe.each(LAYOUTS)("$name", ({ ram }) => {
  describe.each(TIERS)("$name", ({ tier1 }) => {
    /** With code at CODE, 4 pages of data, a handler that halts. */
    function toy(code: Assembler, hooks = {}): ToyMachine {
      const machine = new ToyMachine(ram, tier1, hooks);
      machine.map(CODE, 4);
      machine.map(DATA, 4);
      machine.map(HANDLER, 1);
      machine.write(CODE, code.finish());
      machine.write(HANDLER, handler());
      machine.cpu.vcpu.set64(T.T_VECTOR, BigInt(HANDLER));
      machine.start(CODE);
      return machine;
    }

    it("computes in a loop, with calls, to the instruction", () => {
      const code = new Assembler(CODE)
        .op("li", R0, 1000)
        .op("li", R1, 0)
        .op("li", R2, 0)
        .label("loop")
        .op("call", "add")
        .op("addi", R0, -1)
        .op("bne", R0, R2, "loop")
        .op("sys", R3, T.SYS_COUNT)
        .op("sys", R0, T.SYS_HALT)
        .label("add")
        .op("add", R1, R0)
        .op("jr", R7);
      const machine = toy(code);
      machine.run();
      expect(machine.register("r1")).toBe(500500);
      expect(machine.register("r3")).toBe(3 + 5 * 1000);
      expect(machine.cpu.instructions).toBe(3 + 5 * 1000 + 2);
      if (tier1) expect(machine.cpu.vcpu.inRegions).toBeGreaterThan(3000);
    });

    it("has registers of 32 bits", () => {
      const code = new Assembler(CODE)
        .op("li", R0, 0xfffffff0 | 0)
        .op("addi", R0, 0x20)
        .op("li", R1, -1)
        .op("mul", R1, R1)
        .op("sys", R0, T.SYS_HALT);
      const machine = toy(code);
      machine.run();
      expect([machine.register("r0"), machine.register("r1")]).toEqual([0x10, 1]);
    });

    it("leaves an instruction that faults in its middle undone", () => {
      // The second word lies in the page behind the data.
      const code = new Assembler(CODE)
        .op("li", R0, DATA + 4 * 4096 - 4)
        .op("li", R1, 0x11)
        .op("li", R2, 0x22)
        .op("nop")
        .op("ldp", R1, R0, 0)
        .op("sys", R0, T.SYS_HALT);
      const machine = toy(code);
      machine.run();
      expect(machine.register("r1")).toBe(0x11);
      expect(machine.register("r2")).toBe(0x22);
      expect(machine.register("r4")).toBe(CODE + 19);
      expect(machine.register("r5")).toBe(T.CAUSE_READ);
      expect(machine.register("r6")).toBe(DATA + 4 * 4096);
    });

    it("faults as a write where a word may only be read, and where it is misaligned", () => {
      for (const [offset, cause] of [
        [0, T.CAUSE_WRITE],
        [2, T.CAUSE_ALIGNMENT],
      ] as const) {
        const code = new Assembler(CODE).op("li", R0, DATA).op("swap", R1, R0, offset).op("sys", R0, T.SYS_HALT);
        const machine = toy(code);
        machine.mapAt(DATA, machine.offsetOf(DATA), T.PTE_READ);
        machine.run();
        expect(machine.register("r5")).toBe(cause);
        expect(machine.register("r6")).toBe(DATA + offset);
      }
    });

    it("keeps programs off what is the system's", () => {
      const code = new Assembler(CODE)
        .op("li", R0, "program")
        .op("sys", R0, T.SYS_PROGRAM)
        .op("sys", R0, T.SYS_RETURN)
        .label("program")
        .op("li", R1, DATA)
        .op("ldw", R2, R1, 0)
        .op("sys", R0, T.SYS_HALT);
      for (const [flags, cause] of [
        [T.PTE_READ, T.CAUSE_READ],
        [T.PTE_READ | T.PTE_USER, T.CAUSE_RIGHTS],
      ] as const) {
        const machine = toy(code);
        // The system has the page in its own TLB before.
        machine.mapAt(DATA, machine.offsetOf(DATA), flags);
        expect(machine.cpu.engine.translateAddress(machine.cpu.vcpu, BigInt(DATA))).toBe(
          machine.physical(machine.offsetOf(DATA)),
        );
        machine.run();
        expect(machine.register("r5")).toBe(cause);
        expect(machine.register("user")).toBe(0);
      }
    });

    it("executes an instruction across two pages, and drops it when the second one changes", () => {
      const machine = toy(new Assembler(CODE).op("nop"));
      const at = CODE + 4096 - 3;
      machine.write(at, new Assembler(at).op("li", R0, 0x12345678).op("jr", R1).finish());
      const start = new Assembler(CODE)
        .op("li", R2, 50)
        .op("li", R3, 0)
        .op("li", R1, "back")
        .label("loop")
        .op("jmp", at)
        .label("back")
        .op("addi", R2, -1)
        .op("bne", R2, R3, "loop")
        .op("sys", R0, T.SYS_HALT);
      machine.write(CODE, start.finish());
      machine.run();
      expect(machine.register("r0")).toBe(0x12345678);
      // Another page behind it.
      const offset = machine.take(4096);
      machine.mapAt(CODE + 4096, offset);
      machine.write(
        at,
        new Assembler(at)
          .op("li", R0, 0x9abc5678 | 0)
          .op("jr", R1)
          .finish(),
      );
      machine.cpu.engine.core.flushTlb(machine.cpu.vcpu.base, 0);
      machine.cpu.vcpu.set(T.T_ENABLED, 0);
      resume(machine, CODE);
      machine.run();
      expect(machine.register("r0")).toBe(0x9abc5678);
    });

    it("wraps around at 4 GiB, an instruction in two pages and a code base too", () => {
      for (const base of [0, 0x1000]) {
        const machine = toy(new Assembler(CODE).op("nop"));
        machine.map(0xfffff000, 1);
        machine.map(0, 1);
        const pc = (0xfffffffd - base) >>> 0;
        const code = new Assembler(pc).op("li", R0, 0x12345678).op("jr", R1);
        machine.write(0xfffffffd, code.finish());
        machine.write(
          (CODE + base) >>> 0,
          new Assembler(CODE)
            .op("li", R2, 20)
            .op("li", R1, "back")
            .label("loop")
            .op("jmp", pc)
            .label("back")
            .op("addi", R2, -1)
            .op("bne", R2, R3, "loop")
            .op("sys", R0, T.SYS_HALT)
            .finish(),
        );
        machine.cpu.vcpu.set64(T.T_BASE, BigInt(base));
        machine.cpu.engine.update(machine.cpu.vcpu);
        machine.run();
        expect([machine.register("r0"), machine.register("r2")]).toEqual([0x12345678, 0]);
      }
    });

    it("keeps a translation until it is told that it goes: one page, all, all that are not global", () => {
      for (const [global, flush, stays] of [
        [false, undefined, true],
        [false, T.CONTROL_FLUSH_PAGE, false],
        [true, T.CONTROL_FLUSH_PAGE, false],
        [false, T.CONTROL_FLUSH, false],
        [true, T.CONTROL_FLUSH, true],
      ] as const) {
        const machine = toy(new Assembler(CODE).op("nop"));
        const other = machine.take(4096);
        const flags = T.PTE_READ | T.PTE_WRITE | (global ? T.PTE_GLOBAL : 0);
        machine.mapAt(DATA, machine.offsetOf(DATA), flags);
        machine.write(DATA, Uint8Array.of(1));
        const first = machine.offsetOf(DATA);
        machine.mapAt(DATA, other, flags);
        machine.write(DATA, Uint8Array.of(2));
        machine.mapAt(DATA, first, flags);
        const code = new Assembler(CODE)
          .op("li", R0, DATA)
          .op("ldb", R1, R0, 0)
          .op("li", R2, machine.entryAddress(DATA) | 0)
          .op("li", R3, machine.entryFor(other, flags) | 0)
          .op("stw", R3, R2, 0);
        if (flush === T.CONTROL_FLUSH) code.op("li", R0, 1).op("control", R0, flush).op("li", R0, DATA);
        else if (flush !== undefined) code.op("control", R0, flush);
        code.op("ldb", R2, R0, 0).op("sys", R0, T.SYS_HALT);
        machine.write(CODE, code.finish());
        machine.run();
        expect([machine.register("r1"), machine.register("r2")]).toEqual([1, stays ? 1 : 2]);
      }
    });

    it("sees code that is written over: by itself, in its own block, in another mapping of its page", () => {
      const machine = toy(new Assembler(CODE).op("nop"));
      const alias = 0x1000000;
      machine.mapAt(alias, machine.offsetOf(CODE));
      const code = new Assembler(CODE)
        .op("li", R0, 200)
        .op("li", R1, 0)
        .label("loop")
        .op("li", R2, "insn")
        // The number in the instruction, by the other mapping: it is that of the next one executed.
        .op("addi", R2, 2 + alias - CODE)
        .op("stw", R0, R2, 0)
        .label("insn")
        .op("addi", R1, 0)
        .op("addi", R0, -1)
        .op("bne", R0, R3, "loop")
        .op("sys", R0, T.SYS_HALT);
      machine.write(CODE, code.finish());
      machine.run();
      expect(machine.register("r1")).toBe((200 * 201) / 2);
    });

    it("takes interrupts between instructions, the line with the lower number first, and wakes from a halt", () => {
      const code = new Assembler(CODE)
        .op("li", R0, 1)
        .op("control", R0, T.CONTROL_ENABLE)
        .label("loop")
        .op("addi", R1, 1)
        .op("jmp", "loop");
      const machine = toy(code);
      expect(machine.cpu.run(1001)).toBe("budget");
      machine.cpu.setInterrupt(1, true);
      machine.cpu.setInterrupt(0, true);
      machine.run();
      expect(machine.register("r5")).toBe(T.CAUSE_INTERRUPT);
      expect(machine.register("exc_enabled")).toBe(1);
      expect(machine.cpu.halted).toBe(true);
    });

    it("asks the machine where no memory is, once for each access", () => {
      const asked: string[] = [];
      const code = new Assembler(CODE)
        .op("li", R0, 0x2000000)
        .op("li", R2, 30)
        .label("loop")
        .op("ldw", R1, R0, 8)
        .op("stb", R1, R0, 3)
        .op("addi", R2, -1)
        .op("bne", R2, R3, "loop")
        .op("sys", R0, T.SYS_HALT);
      const machine = toy(code, {
        mmioRead: (address: number, size: number) => asked.push(`read ${address.toString(16)} ${size}`),
        mmioWrite: (address: number, size: number, value: number) =>
          asked.push(`write ${address.toString(16)} ${size} ${value}`),
      });
      machine.mapDevice(0x2000000, 0x20000000);
      machine.run();
      expect(asked).toHaveLength(60);
      expect(asked.slice(0, 2)).toEqual(["read 20000008 4", "write 20000003 1 1"]);
      expect(machine.register("r1")).toBe(59);
    });

    it.each([
      ["a load", T.CAUSE_READ, 0x2000008, "ldw"],
      ["a store", T.CAUSE_WRITE, 0x2000003, "stb"],
    ] as const)("has a fault for %s that nobody answers, once there is nobody", (_what, cause, address, name) => {
      let answered = 0;
      const code = new Assembler(CODE)
        .op("li", R0, 0x2000000)
        .op("li", R2, 30)
        .label("loop")
        .op(name, R1, R0, address - 0x2000000)
        .op("addi", R2, -1)
        .op("bne", R2, R3, "loop")
        .op("sys", R0, T.SYS_HALT);
      const machine = toy(code, { mmioRead: () => 7, unanswered: () => ++answered > 20 });
      machine.mapDevice(0x2000000, 0x20000000);
      machine.run();
      expect([R5, R6].map((r) => machine.register(`r${r}`))).toEqual([cause, address]);
      expect(answered).toBe(21);
      expect(machine.register("r2")).toBe(10);
    });

    it.each([
      ["in one page", 0x2000000],
      ["in the second page of an instruction", 0x1ffffff],
    ])("has a fault for code that is not in memory, %s", (_where, at) => {
      const machine = toy(new Assembler(CODE).op("li", R0, at).op("jr", R0));
      machine.map(0x1fff000, 1);
      machine.write(0x1ffffff, new Assembler(0).op("li", R0, 0).finish().subarray(0, 1));
      machine.mapDevice(0x2000000, 0x20000000);
      machine.run();
      expect([R4, R5, R6].map((r) => machine.register(`r${r}`))).toEqual([at, T.CAUSE_FETCH, 0x2000000]);
    });

    it("is lost in code that is not in memory where there is no handler", () => {
      const machine = toy(new Assembler(CODE).op("li", R0, 0x2000000).op("jr", R0));
      machine.mapDevice(0x2000000, 0x20000000);
      machine.cpu.vcpu.set64(T.T_VECTOR, 0n);
      expect(machine.cpu.run(10)).toBe("shutdown");
      expect(machine.cpu.strayed).toBe(true);
    });

    it("gives up where there is no handler", () => {
      const machine = toy(new Assembler(CODE).op("undefined"));
      machine.cpu.vcpu.set64(T.T_VECTOR, 0n);
      expect(machine.cpu.run(10)).toBe("shutdown");
    });
  });
});

/** Goes on at `pc` after a halt. */
function resume(machine: ToyMachine, pc: number): void {
  machine.cpu.wake();
  machine.start(pc);
}
