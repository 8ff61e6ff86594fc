// Floating-point instructions in regions, where they are WebAssembly's own under the usual conditions, beside tier 0: random operands with the
// inexact flag set, results and flags.

import { expect, it } from "vitest";
import { STAT_T0_INSNS } from "../../../src/layout/vcpu.js";
import { setV8Flags } from "../../../src/node/v8.js";
import { assemble } from "../../../testing/riscv/assembler.js";
import { BareHart, RAM, TIERS } from "../../../testing/riscv/machine.js";
import { integer, operand, Random } from "./float-operands.js";

// Else V8 11.3 multiplies and adds by a helper.
setV8Flags();

const CODE = RAM + 0x1000;
const IN = RAM + 0x100000;
const OUT = RAM + 0x400000;
const COUNT = 10_000;
/** Bytes of operands, and of results: f register, x register, flags. */
const STRIDE = 24;

type Source = 32 | 64 | "long";
const [FT0, FT1, FT2, FT3, T1, T2] = [0, 1, 2, 3, 6, 7];

/** funct7, rs2, rm: OP-FP (unprivileged, chapter 37). */
function word(funct7: number, rd: number, rs1: number, rs2: number, rm: number): number {
  return ((funct7 << 25) | (rs2 << 20) | (rs1 << 15) | (rm << 12) | (rd << 7) | 0x53) >>> 0;
}

const both = (name: string, funct7: number, make: (funct7: number) => number): [string, Source, number][] => [
  [`${name}.s`, 32, make(funct7)],
  [`${name}.d`, 64, make(funct7 + 1)],
];
const fused = (format: number): number =>
  ((FT3 << 27) | (format << 25) | (FT1 << 20) | (FT0 << 15) | (FT2 << 7) | 0x43) >>> 0;

const INSTRUCTIONS: readonly [name: string, source: Source, word: number][] = [
  ...["fadd", "fsub", "fmul", "fdiv"].flatMap((name, k) => both(name, 4 * k, (f) => word(f, FT2, FT0, FT1, 0))),
  ...both("fsqrt", 0x2c, (f) => word(f, FT2, FT0, 0, 0)),
  ...both("fmin", 0x14, (f) => word(f, FT2, FT0, FT1, 0)),
  ...both("fmax", 0x14, (f) => word(f, FT2, FT0, FT1, 1)),
  ...["fle", "flt", "feq"].flatMap((name, k) => both(name, 0x50, (f) => word(f, T1, FT0, FT1, k))),
  ["fmadd.s", 32, fused(0)],
  ["fmadd.d", 64, fused(1)],
  ["fcvt.s.l", "long", word(0x68, FT2, T2, 2, 0)],
  ["fcvt.s.lu", "long", word(0x68, FT2, T2, 3, 0)],
  ["fcvt.d.l", "long", word(0x69, FT2, T2, 2, 0)],
  ["fcvt.d.lu", "long", word(0x69, FT2, T2, 3, 0)],
  ["fcvt.l.d", 64, word(0x61, T1, FT0, 2, 1)],
  ["fcvt.w.s", 32, word(0x60, T1, FT0, 0, 1)],
  ["fcvt.d.s", 32, word(0x21, FT2, FT0, 0, 0)],
  ["fcvt.s.d", 64, word(0x20, FT2, FT0, 1, 0)],
];

const PROGRAM = (instruction: number) => `
  li t0, 0x6000
  csrrs zero, mstatus, t0
  li s0, ${IN}
  li s1, ${OUT}
  li a0, ${COUNT}
loop:
  fld ft0, 0(s0)
  ld t2, 0(s0)
  fld ft1, 8(s0)
  fld ft3, 16(s0)
  csrrwi zero, fflags, 1
  .word ${instruction}
  csrrs t0, fflags, zero
  fsd ft2, 0(s1)
  sd t1, 8(s1)
  sd t0, 16(s1)
  addi s0, s0, ${STRIDE}
  addi s1, s1, ${STRIDE}
  addi a0, a0, -1
  bne a0, zero, loop
  wfi
`;

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = new Random(seed);

it.each(INSTRUCTIONS)(
  `%s is the same in both tiers (seed ${seed})`,
  { timeout: 60_000 },
  (_name, source, instruction) => {
    const operands = new BigInt64Array((COUNT * STRIDE) / 8);
    for (let k = 0; k < operands.length; k++) {
      if (source === "long") operands[k] = integer(random);
      else operands[k] = operand(random, source);
      // One in 32 is not boxed.
      if (source === 32 && random.below(32) !== 0) operands[k]! |= -1n << 32n;
    }
    const [first, second] = TIERS.map(({ tier1 }) => {
      const hart = new BareHart({ tier1 });
      hart.words(CODE, ...assemble(CODE, PROGRAM(instruction)).code);
      hart.write(IN, new Uint8Array(operands.buffer));
      hart.run(CODE, 50 * COUNT);
      if (tier1) expect(hart.cpu.engine.vcpu.stat(STAT_T0_INSNS)).toBeLessThan(COUNT);
      return hart.ram.view(OUT, COUNT * STRIDE)!.slice();
    });
    const differs = first!.findIndex((byte, k) => byte !== second![k]);
    const at = Math.floor(differs / STRIDE) * (STRIDE / 8);
    const shown = [...operands.slice(at, at + 3)].map((value) => BigInt.asUintN(64, value).toString(16));
    expect(differs, `operands ${shown}`).toBe(-1);
  },
);
