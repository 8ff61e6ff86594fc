// What V refuses, and the state of its unit: cases of the corpus have the unit on and begin where they may.

import { expect, it } from "vitest";
import * as R from "../../../../src/arch/riscv/layout.js";
import { assemble } from "../../../../testing/riscv/assembler.js";
import { BareHart, RAM } from "../../../../testing/riscv/machine.js";

const HANDLER = RAM + 0x1000;
const ILLEGAL = 2n;
const BREAKPOINT = 3n;
const EBREAK = 0x00100073;
const VS_INITIAL = 0x200n;
const VS_DIRTY = 0x600n;
const FS = 0x6000n;
/** vsetivli zero, 4, e32, m1, tu, mu. */
const CONFIGURE = 0xc1027057;

function hart(mstatus: bigint, extensions = ["i", "m", "f", "d", "v", "zicsr"]): BareHart {
  const bare = new BareHart({ extensions });
  bare.words(HANDLER, ...assemble(HANDLER, "wfi").code);
  bare.cpu.setField(R.RV_MTVEC, BigInt(HANDLER));
  bare.cpu.setField(R.RV_MSTATUS, mstatus);
  bare.cpu.update();
  return bare;
}

/** Runs words; the cause of the trap that ended them, and which of them it was at. */
function run(bare: BareHart, ...words: number[]): [cause: bigint, at: number] {
  bare.words(RAM, ...words, EBREAK);
  bare.run(RAM);
  const { cpu } = bare;
  return [cpu.field(R.RV_MCAUSE), (Number(cpu.field(R.RV_MEPC)) - RAM) / 4];
}

const VADD = 0x02110157;
const VFADD = 0x02111157;
const READ_VL = 0xc20022f3;

it.each([
  ["an instruction", VADD],
  ["a whole register's load", 0x02858107],
  ["a register", READ_VL],
])("%s is illegal while the unit is off", (_, word) => {
  expect(run(hart(FS), word)).toEqual([ILLEGAL, 0]);
});

it("is not there where the CPU has no V, and mstatus.VS stays off", () => {
  const bare = hart(FS, ["i", "m", "f", "d", "zicsr"]);
  // csrs mstatus, a0.
  bare.cpu.setX(10, VS_DIRTY);
  expect(run(bare, 0x30052073, CONFIGURE)).toEqual([ILLEGAL, 1]);
  expect(bare.cpu.field(R.RV_MSTATUS) & VS_DIRTY).toBe(0n);
});

it("the first instruction makes the unit's state dirty", () => {
  const bare = hart(VS_INITIAL);
  expect(run(bare, CONFIGURE)).toEqual([BREAKPOINT, 1]);
  expect(bare.cpu.field(R.RV_MSTATUS) & VS_DIRTY).toBe(VS_DIRTY);
  expect(bare.cpu.field32(R.RV_VL)).toBe(4);
});

it("without a vtype nothing that needs one is done, and after a reset there is none", () => {
  expect(run(hart(VS_INITIAL), VADD)).toEqual([ILLEGAL, 0]);
  // vl1re8.v v2, (a1).
  const bare = hart(VS_INITIAL);
  bare.cpu.setX(11, BigInt(RAM));
  expect(run(bare, 0x02858107)).toEqual([BREAKPOINT, 1]);
});

it("floating-point elements need the floating-point unit, and a rounding mode", () => {
  expect(run(hart(VS_INITIAL), CONFIGURE, VFADD)).toEqual([ILLEGAL, 1]);
  expect(run(hart(VS_INITIAL | FS), CONFIGURE, VFADD)).toEqual([BREAKPOINT, 2]);
  const bare = hart(VS_INITIAL | FS);
  bare.cpu.setField32(R.RV_FRM, 5);
  bare.cpu.update();
  expect(run(bare, CONFIGURE, VFADD)).toEqual([ILLEGAL, 1]);
});

it.each([
  ["vredsum.vs", 0x0221a157],
  ["vcpop.m", 0x42282557],
  ["vmsbf.m", 0x5240a157],
  ["viota.m", 0x52482157],
  ["vcompress.vm", 0x5e41a157],
])("%s begins with the first element", (_, word) => {
  // csrwi vstart, 1.
  expect(run(hart(VS_INITIAL), CONFIGURE, 0x0080d073, word)).toEqual([ILLEGAL, 2]);
  expect(run(hart(VS_INITIAL), CONFIGURE, word)).toEqual([BREAKPOINT, 2]);
});
