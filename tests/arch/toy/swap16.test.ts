// Compare and exchange of 16 bytes in both tiers: in memory, beside code, in a device; and what it may not write.

import { describe, expect, it } from "vitest";
import { Assembler, R0, R1, R2, R3, R4, R5, R6, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const DATA = 0x800000;
const DEVICE = 0x2000000;
const HANDLER = 0xc00000;

/** `times` exchanges that succeed, each with what the last one stored; then one that does not. */
const program = (address: number, times: number): Assembler =>
  new Assembler(CODE)
    .op("li", R0, 0)
    .op("li", R1, 0)
    .op("li", R4, address)
    .op("li", R5, 0)
    .op("li", R6, times)
    .label("loop")
    .op("mov", R2, R0)
    .op("addi", R2, 1)
    .op("mov", R3, R1)
    .op("addi", R3, 3)
    .op("swap16", R7, R4, 0)
    .op("add", R5, R7)
    .op("mov", R0, R2)
    .op("mov", R1, R3)
    .op("bne", R2, R6, "loop")
    .op("li", R0, 77)
    .op("swap16", R7, R4, 0)
    .op("sys", R0, T.SYS_HALT);

describe.each(TIERS)("$name", ({ tier1 }) => {
  function toy(code: Assembler, hooks = {}): ToyMachine {
    const machine = new ToyMachine(LAYOUTS[1]!.ram, tier1, hooks);
    machine.map(CODE, 1);
    machine.map(DATA, 1);
    machine.map(HANDLER, 1);
    machine.mapDevice(DEVICE, 0x20000000);
    machine.write(CODE, code.finish());
    machine.write(
      HANDLER,
      new Assembler(HANDLER).op("li", R6, 1).op("sys", R6, T.SYS_EXCEPTION).op("sys", R0, T.SYS_HALT).finish(),
    );
    machine.cpu.vcpu.set64(T.T_VECTOR, BigInt(HANDLER));
    machine.start(CODE);
    return machine;
  }

  const results = (machine: ToyMachine) => ["r0", "r1", "r5", "r7"].map((name) => machine.register(name));

  it.each([
    ["in memory", DATA + 0x230, 500],
    ["beside code", CODE + 0x800, 20],
  ])("exchanges what is as expected, %s", (_, address, times) => {
    const machine = toy(program(address, times));
    machine.run();
    expect(results(machine)).toEqual([times, 3 * times, times, 0]);
    expect([0, 4, 8, 12].map((offset) => machine.read32(address + offset))).toEqual([times, 0, 3 * times, 0]);
    if (tier1 && times === 500) expect(machine.cpu.vcpu.inRegions).toBeGreaterThan(2000);
  });

  it("reads a device and writes to it each time, also what it has read", () => {
    const registers = new DataView(new ArrayBuffer(16));
    let [reads, writes] = [0, 0];
    const machine = toy(program(DEVICE, 20), {
      mmioRead(address: number) {
        reads++;
        return registers.getUint32(address & 15, true);
      },
      mmioWrite(address: number, _size: number, value: number) {
        writes++;
        registers.setUint32(address & 15, value, true);
      },
    });
    machine.run();
    expect(results(machine)).toEqual([20, 60, 20, 0]);
    expect([registers.getUint32(0, true), registers.getUint32(8, true)]).toEqual([20, 60]);
    expect([reads, writes]).toEqual([4 * 21, 4 * 21]);
  });

  it.each([
    ["may only be read", 0, T.CAUSE_WRITE],
    ["is no multiple of 16", 8, T.CAUSE_ALIGNMENT],
  ])("does nothing where the address %s", (_, offset, cause) => {
    const machine = toy(program(DATA + offset, 5));
    machine.mapAt(DATA, machine.offsetOf(DATA), offset === 0 ? T.PTE_READ | T.PTE_USER : T.PTE_READ | T.PTE_WRITE);
    machine.run();
    expect(machine.register("r6")).toBe(cause);
    expect([0, 4, 8, 12].map((at) => machine.read32(DATA + at))).toEqual([0, 0, 0, 0]);
  });
});
