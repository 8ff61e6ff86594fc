// What the frontend does to mstatus and sstatus by itself, beside what core does to them: the same instruction with an operand that is known
// when it is translated and with one that is not, in both tiers.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IRQ_STI, MMU_SUM, MMU_SUPERVISOR, RV_MCAUSE, RV_MSTATUS } from "../../../src/arch/riscv/layout.js";
import { MODE_MMU_MASK, MODE_MMU_SHIFT, S_MODE } from "../../../src/layout/vcpu.js";
import { assemble } from "../../../testing/riscv/assembler.js";
import { BareHart, RAM, TIERS } from "../../../testing/riscv/machine.js";

const CODE = RAM + 0x1000;
const HANDLER = RAM + 0x4000;
const A0 = 10;

/** Memory is everybody's, and traps end the program. */
const OPEN = `
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 31
  csrw pmpcfg0, t0
  li t0, ${HANDLER}
  csrw mtvec, t0
`;
const SUPERVISOR = `
  li t0, 0x1800
  csrrc zero, mstatus, t0
  li t0, 0x800
  csrrs zero, mstatus, t0
  auipc t1, 0
  addi t1, t1, 16
  csrw mepc, t1
  mret
`;

function run(text: string, tier1: (typeof TIERS)[number]["tier1"]): BareHart {
  const hart = new BareHart({ tier1 });
  hart.words(HANDLER, ...assemble(HANDLER, "wfi").code);
  hart.words(CODE, ...assemble(CODE, OPEN + text).code);
  hart.run(CODE);
  return hart;
}

const mmu = (hart: BareHart): number => (hart.cpu.engine.vcpu.get(S_MODE) >> MODE_MMU_SHIFT) & MODE_MMU_MASK;

describe.each(TIERS)("in $name", ({ tier1 }) => {
  it("does by itself what core does", () => {
    // All but MPP and what is read only; MIE, with nothing that could be due.
    const bits = [1, 3, 5, 7, 8, 13, 14, 17, 18, 19];
    const mask = fc.subarray(bits).map((list) => list.reduce((sum, bit) => sum | (1 << bit), 0));
    fc.assert(
      fc.property(
        mask,
        fc.constantFrom("csrrs", "csrrc"),
        fc.oneof(
          mask,
          mask.map((bits) => bits & 0x7ff),
        ),
        fc.constantFrom(["mstatus", ""], ["sstatus", ""], ["sstatus", SUPERVISOR]),
        (before, insn, operand, [name, enter]) => {
          // MPRV has the machine's own accesses go elsewhere.
          const start = `li t0, ${before & ~(1 << 17)}\ncsrrs zero, mstatus, t0\n${enter}`;
          const known = `${start}\nli t0, ${operand}\n${insn} a0, ${name}, t0\ncsrr a1, ${name}\necall`;
          // What comes out of a CSR is not known.
          const unknown = `li t0, ${operand}\ncsrw mscratch, t0\ncsrr s0, mscratch\n${start}\n${insn} a0, ${name}, s0\ncsrr a1, ${name}\necall`;
          // Of what is masked some bits are known to be 0. The mask is what fits an immediate.
          const masked = unknown.replace(`${insn} a0`, `andi s0, s0, ${operand & 0x7ff}\n${insn} a0`);
          const results = [known, unknown, ...(operand < 0x800 ? [masked] : [])].map((text) => {
            const hart = run(text, tier1);
            return [hart.cpu.x(A0), hart.cpu.x(A0 + 1), hart.cpu.field(RV_MSTATUS), mmu(hart)];
          });
          for (const result of results) expect(result).toEqual(results[0]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("goes on with the other TLB when SUM changes", () => {
    const set = run(`${SUPERVISOR}\nli t0, 0x40000\ncsrrs a0, sstatus, t0\ncsrr a1, sstatus\nebreak`, tier1);
    expect([set.cpu.x(A0), set.cpu.x(A0 + 1)]).toEqual([0x200000000n, 0x200040000n]);
    const modes: number[] = [];
    for (const [before, insn] of [
      [0, "csrrs"],
      [0x40000, "csrrc"],
    ] as const) {
      const hart = new BareHart({ tier1 });
      const text = `li t0, ${before}\ncsrrs zero, mstatus, t0${SUPERVISOR}\nli t0, 0x40000\n${insn} zero, sstatus, t0\nloop:\nj loop`;
      hart.words(CODE, ...assemble(CODE, OPEN + text).code);
      hart.cpu.setPc(BigInt(CODE));
      hart.cpu.run(200);
      modes.push(mmu(hart));
    }
    expect(modes).toEqual([MMU_SUM, MMU_SUPERVISOR]);
  });

  it("takes an interrupt right after it is enabled, and none while it is not", () => {
    const text = `
      li t0, 0x20
      csrw mideleg, t0
      csrw mie, t0
      li t0, ${HANDLER}
      csrw stvec, t0
      ${SUPERVISOR}
      li s0, 0
      li s1, 40
      again:
      csrrsi zero, sstatus, 2
      addi s0, s0, 1
      csrrci zero, sstatus, 2
      addi s0, s0, 1
      addi s1, s1, -1
      bne s1, zero, again
      ebreak
    `;
    const { code, labels } = assemble(CODE, OPEN + text);
    for (let count = 30; count < 120; count++) {
      const hart = new BareHart({ tier1 });
      hart.words(HANDLER, ...assemble(HANDLER, "csrr a0, sepc\ncsrw sie, zero\nwfi").code);
      hart.words(CODE, ...code);
      hart.cpu.setPc(BigInt(CODE));
      hart.cpu.run(count);
      hart.cpu.setInterrupt(IRQ_STI, true);
      expect(hart.cpu.run(10_000)).toBe("halt");
      // Between the two instructions that enable and disable.
      const offset = Number(hart.cpu.x(A0)) - labels.get("again")!;
      expect([offset === 4 || offset === 8, hart.cpu.x(8) % 2n]).toEqual([true, offset === 4 ? 0n : 1n]);
    }
  });

  it("lets a supervisor use the floating-point unit while it is on", () => {
    const use = `
      li t0, 0x6000
      csrrs zero, sstatus, t0
      li t1, 0x3ff0000000000000
      fmv.d.x ft0, t1
      fadd.d ft1, ft0, ft0
      fmv.x.d a0, ft1
      csrrc zero, sstatus, t0
      fadd.d ft1, ft0, ft0
    `.replaceAll(/fadd.d (\w+), (\w+), (\w+)/g, ".word 0x020070d3");
    const hart = run(`${SUPERVISOR}${use}`, tier1);
    expect([hart.cpu.x(A0), hart.cpu.field(RV_MCAUSE)]).toEqual([0x4000000000000000n, 2n]);
  });
});
