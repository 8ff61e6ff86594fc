// A request from another thread ends code that never looks up from a loop, in both tiers.

import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { S_EXACT, S_STOP } from "../../../src/layout/vcpu.js";
import { EXACT_PIECE, PIECE } from "../../../src/tuning/engine.js";
import { Assembler, R0, R1, R2 } from "../../../testing/toy/assembler.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const MOST = 2 ** 31 - 1;
/** Sets word `at` to 1 after a while. */
const THREAD = `
  const { buffer, at, after } = require("node:worker_threads").workerData;
  setTimeout(() => Atomics.store(new Int32Array(buffer), at, 1), after);
`;

function looping(tier1: (typeof TIERS)[number]["tier1"], exact: boolean): ToyMachine {
  const machine = new ToyMachine(LAYOUTS[0]!.ram, tier1, {}, 1, true);
  const code = new Assembler(CODE).op("li", R1, 0).label("loop").op("addi", R0, 1).op("xor", R2, R0).op("jmp", "loop");
  machine.map(CODE, 1);
  machine.write(CODE, code.finish());
  machine.cpu.vcpu.set(S_EXACT, exact ? 1 : 0);
  machine.start(CODE);
  return machine;
}

describe.each(TIERS)("$name", ({ tier1 }) => {
  it.each([true, false])("ends a loop when another thread says so, exact %s", async (exact) => {
    const { cpu } = looping(tier1, exact);
    // The loop is hot.
    expect(cpu.run(1000)).toBe("budget");
    const { buffer } = cpu.engine.memory.memory;
    const at = (cpu.vcpu.base + S_STOP) >> 2;
    const worker = new Worker(THREAD, { eval: true, workerData: { buffer, at, after: 30 } });
    // A budget of seconds in tier 1, and of a minute in tier 0.
    expect(cpu.run(MOST)).toBe("stop");
    expect(cpu.instructions).toBeLessThan(MOST);
    if (tier1) expect(cpu.vcpu.inRegions).toBeGreaterThan(1000);
    expect(cpu.run(1000)).toBe("budget");
    await worker.terminate();
  });

  it.each([true, false])("looks for requests within a bounded number of instructions, exact %s", (exact) => {
    const { cpu } = looping(tier1, exact);
    cpu.run(1000);
    const piece = exact ? EXACT_PIECE : PIECE;
    const before = cpu.instructions;
    const { run } = cpu.engine.core;
    let calls = 0;
    // Another thread's request comes right after the run has begun.
    cpu.engine.core.run = (base) => {
      const exit = run(base);
      if (++calls === 1) cpu.vcpu.requestStop();
      return exit;
    };
    expect(cpu.run(MOST)).toBe("stop");
    expect(cpu.instructions - before).toBeGreaterThan(piece - 100);
    expect(cpu.instructions - before).toBeLessThan(piece + 100);
  });

  it("counts what it executes over many pieces, to the instruction where that is asked for", () => {
    const { cpu } = looping(tier1, true);
    const budget = 3 * EXACT_PIECE + 12345;
    expect(cpu.run(budget)).toBe("budget");
    expect(cpu.instructions).toBe(budget);
    expect(cpu.engine.vcpu.get64(0x100)).toBe(BigInt(Math.floor((budget - 1 + 2) / 3)));
  });
});
