// Random programs of the toy in lockstep: both tiers with RAM in both places have the same state after every so many instructions. The
// programs loop, call, write their own code, change page tables, fault in mid-instruction and are interrupted.

import { expect, it } from "vitest";
import { STAT_CODE_STORE, STAT_FAULTS } from "../../../src/layout/vcpu.js";
import { Assembler, R0, R1, R2, R3, R4, R5, R6, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const PROGRAMS = 60;
const INSTRUCTIONS = 6000;
const CODE = 0x400000;
const DATA = 0x800000;
const HANDLER = 0xc00000;
const DEVICE = 0x2000000;

const seed = Number(process.env.TOY_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** xorshift. */
class Random {
  constructor(private state: number) {}
  below(n: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % n;
  }
  pick<V>(values: readonly V[]): V {
    return values[this.below(values.length)]!;
  }
}

/** Goes on behind the instruction that faulted, or where it was interrupted; a program goes on as one. */
const handler = (): Uint8Array =>
  new Assembler(HANDLER)
    .op("li", R4, 1)
    .op("sys", R4, T.SYS_EXCEPTION)
    .op("add", R5, R4)
    .op("sys", R0, T.SYS_RETURN)
    .finish();

/** Blocks of straight code, each ended by a jump to one of the others: it never ends. */
function program(r: Random): Assembler {
  const code = new Assembler(CODE);
  const blocks = 12;
  code.op("li", R6, DATA);
  for (let block = 0; block < blocks; block++) {
    code.label(`b${block}`);
    // R6 points to data most of the time.
    const register = (): number => r.pick([R0, R1, R2, R3, R4, R5]);
    for (let n = r.below(10); n > 0; n--) {
      const at = r.pick([0, 8, 4096 - 4, 4096 - 2, 8192 - 8, 4 * 4096 - 4, -4]);
      switch (r.below(16)) {
        case 0:
          code.op("li", register(), r.below(2 ** 31) - 2 ** 30);
          break;
        case 1:
          code.op("addi", register(), r.below(64) - 32);
          break;
        case 2:
          code.op("nop");
          break;
        case 3:
          code.op(r.pick(["ldb", "ldw"]), register(), R6, at);
          break;
        case 4:
          code.op(r.pick(["stb", "stw"]), register(), R6, at);
          break;
        case 5:
          code.op("ldp", register(), R6, at);
          break;
        case 6:
          code.op("swap", register(), R6, at & ~3);
          break;
        case 7:
          code.op("sys", register(), T.SYS_COUNT);
          break;
        case 8: {
          // A number in an instruction of some block, by the mapping that can be written.
          const target = `b${r.below(blocks)}`;
          code.op("li", R0, target).op("stb", register(), R0, 2);
          break;
        }
        case 9:
          code.op("li", R1, DEVICE).op(r.pick(["ldw", "stw"]), R2, R1, 4);
          break;
        case 10:
          code
            .op("li", R0, DATA + 4096 * r.below(4))
            .op("control", R0, r.pick([T.CONTROL_FLUSH_PAGE, T.CONTROL_FLUSH]));
          break;
        case 11:
          code
            .op("li", R0, r.below(4))
            .op("control", R0, r.pick([T.CONTROL_ENABLE, T.CONTROL_SPACE, T.CONTROL_DROP_SPACE]));
          break;
        case 12:
          code.op("product", register(), register(), r.below(3) === 0 ? 1 : 0).op("less", register(), register());
          break;
        default:
          code.op(r.pick(["mov", "add", "sub", "mul", "xor", "shr"]), register(), register());
      }
    }
    const to = `b${r.below(blocks)}`;
    switch (r.below(4)) {
      case 0:
        code.op("call", to);
        break;
      case 1:
        code.op("li", R7, to).op("jr", R7);
        break;
      default:
        code.op(r.pick(["beq", "bne", "bltu"]), register(), register(), to);
    }
  }
  return code.op("jmp", "b0");
}

it(`does the same in both tiers and wherever RAM is (TOY_SEED=${seed})`, { timeout: 120_000 }, () => {
  let [inRegions, faults, overwritten] = [0, 0, 0];
  for (let n = 0; n < PROGRAMS; n++) {
    const first = new Random(seed + n * 7919 || 1);
    const user = first.below(2) === 1;
    const bytes = program(first).finish();
    const steps = Array.from({ length: 20 }, () => 1 + first.below(INSTRUCTIONS / 10));
    const machines = LAYOUTS.flatMap(({ ram }) =>
      TIERS.map(({ tier1 }) => {
        let reads = 0;
        const machine = new ToyMachine(ram, tier1, { mmioRead: () => ++reads });
        machine.map(CODE, 2);
        machine.map(DATA, 4);
        machine.map(HANDLER, 1, T.PTE_READ | T.PTE_EXEC | T.PTE_GLOBAL);
        machine.mapDevice(DEVICE, 0x20000000);
        machine.write(CODE, bytes);
        machine.write(HANDLER, handler());
        machine.cpu.vcpu.set64(T.T_VECTOR, BigInt(HANDLER));
        machine.cpu.vcpu.set(T.T_USER, user ? 1 : 0);
        machine.cpu.vcpu.set(T.T_ENABLED, 1);
        machine.cpu.engine.update(machine.cpu.vcpu);
        machine.start(CODE);
        return machine;
      }),
    );
    steps.forEach((step, k) => {
      const states = machines.map((machine) => {
        machine.cpu.setInterrupt(k & 1, k % 3 === 0);
        const exit = machine.cpu.run(step);
        machine.cpu.setInterrupt(k & 1, false);
        return `${exit}\n${machine.state()}`;
      });
      for (const state of states) expect(state, `program ${n} of seed ${seed}, step ${k}`).toBe(states[0]);
    });
    for (const { cpu } of machines) {
      inRegions += cpu.vcpu.inRegions;
      faults += cpu.vcpu.stat(STAT_FAULTS);
      overwritten += cpu.vcpu.stat(STAT_CODE_STORE);
    }
  }
  // Else nothing was compared.
  expect(inRegions).toBeGreaterThan(PROGRAMS * 100);
  expect(faults).toBeGreaterThan(PROGRAMS);
  expect(overwritten).toBeGreaterThan(PROGRAMS);
});
