// Traps, delegation, interrupts, page tables and protection, by programs that end with WFI, in both tiers.

import { describe, expect, it } from "vitest";
import { X_NAMES } from "../../../src/arch/riscv/frontend/registers.js";
import { IRQ_MTI, IRQ_SEI, IRQ_STI, PRIV_MACHINE, PRIV_SUPERVISOR, RV_PRIV } from "../../../src/arch/riscv/layout.js";
import { assemble } from "../../../testing/riscv/assembler.js";
import { BareHart, type BareOptions, RAM, TIERS } from "../../../testing/riscv/machine.js";

const CODE = RAM + 0x1000;
const HANDLER = RAM + 0x4000;
const TABLES = RAM + 0x10000;
const RESULT = RAM + 0x8000;
/** PTE: V R W X U A D. */
const V = 1;
const ALL = 0xef | 0x10;

const x = (name: string): number => X_NAMES.indexOf(name);

/** All of memory is everybody's, and traps of machine mode end the program. */
const OPEN = `
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 31
  csrw pmpcfg0, t0
  li t0, ${HANDLER}
  csrw mtvec, t0
`;

function hart(
  text: string,
  options: BareOptions,
  handler = "wfi",
): { hart: BareHart; labels: ReadonlyMap<string, number> } {
  const made = new BareHart(options);
  const program = assemble(CODE, OPEN + text);
  made.words(CODE, ...program.code);
  made.words(HANDLER, ...assemble(HANDLER, handler).code);
  return { hart: made, labels: program.labels };
}

/** What the handler of machine mode sees. */
const trap = ({ cpu }: BareHart) => ({ cause: csr(cpu, "mcause"), value: csr(cpu, "mtval"), pc: csr(cpu, "mepc") });
const csr = (cpu: BareHart["cpu"], name: string): bigint => {
  const register = cpu.engine.arch.registers.find((one) => one.name === name)!;
  return cpu.field(register.slot);
};

describe.each(TIERS)("in $name", ({ tier1 }) => {
  it("takes exceptions in machine mode, with cause, value and address", () => {
    const { hart: h, labels } = hart("here:\n.word 0xffffffff", { tier1 });
    h.run(CODE);
    expect(trap(h)).toEqual({ cause: 2n, value: 0xffffffffn, pc: BigInt(labels.get("here")!) });
  });

  it.each([
    ["ecall", 11n, 0n],
    ["ebreak", 3n, undefined],
    [`li a0, ${RAM + 1}\nhere:\namoadd.w a1, a2, (a0)`, 6n, BigInt(RAM + 1)],
    [`li a0, ${RAM + 2}\nlr.d a1, (a0)`, 4n, BigInt(RAM + 2)],
    ["csrrw a0, cycle, a1", 2n, 0xc0059573n],
    ["csrrs a0, 0x7c0, zero", 2n, 0x7c002573n],
  ])("%s traps", (text, cause, value) => {
    const { hart: h } = hart(text, { tier1 });
    h.run(CODE);
    expect(trap(h).cause).toBe(cause);
    expect(trap(h).value).toBe(value ?? trap(h).pc);
  });

  it("has an access fault for code that is not in memory, and is lost where its handler is not either", () => {
    const text = "li a0, 0x50000000\njalr zero, 0(a0)";
    const { hart: h } = hart(text, { tier1 });
    h.run(CODE);
    expect(trap(h)).toEqual({ cause: 1n, value: 0x50000000n, pc: 0x50000000n });

    const { hart: lost } = hart(`li t0, 0x60000000\ncsrw mtvec, t0\n${text}`, { tier1 });
    lost.cpu.setPc(BigInt(CODE));
    expect(lost.cpu.run(1000)).toBe("shutdown");
    expect(lost.cpu.strayed).toBe(true);
    expect(trap(lost)).toEqual({ cause: 1n, value: 0x50000000n, pc: 0x50000000n });
  });

  it("goes to supervisor and user mode and back, by way of delegation", () => {
    const { hart: h, labels } = hart(
      `
      li t0, 0x100            # environment calls of the user are the supervisor's
      csrw medeleg, t0
      li t0, ${HANDLER + 0x100}
      csrw stvec, t0
      li t0, 0x1800
      csrrc zero, mstatus, t0 # MPP: user
      auipc t1, 0
      addi t1, t1, 16
      csrw mepc, t1
      mret
      user:
      ecall
      `,
      { tier1 },
    );
    h.words(
      HANDLER + 0x100,
      ...assemble(HANDLER + 0x100, "csrr a0, scause\ncsrr a1, sepc\ncsrr a2, sstatus\necall").code,
    );
    h.run(CODE);
    expect(h.cpu.x(x("a0"))).toBe(8n);
    expect(h.cpu.x(x("a1"))).toBe(BigInt(labels.get("user")!));
    // SPP is 0: it was the user; UXL is 2.
    expect(h.cpu.x(x("a2"))).toBe(0x200000000n);
    expect([trap(h).cause, h.cpu.engine.vcpu.get(RV_PRIV)]).toEqual([9n, PRIV_MACHINE]);
  });

  it("refuses what a privilege may not do", () => {
    // To supervisor mode with TVM, TW and TSR set.
    for (const insn of [
      "csrr a0, satp",
      "sfence.vma zero, zero",
      "wfi",
      "sret",
      "mret",
      "csrr a0, mstatus",
      "csrr a0, stimecmp",
    ]) {
      const { hart: h, labels } = hart(
        `
        li t0, 0x701800
        csrrc zero, mstatus, t0
        li t0, 0x700800
        csrrs zero, mstatus, t0
        auipc t1, 0
        addi t1, t1, 16
        csrw mepc, t1
        mret
        here:
        ${insn}
        `,
        { tier1 },
      );
      h.run(CODE);
      expect([insn, trap(h).cause, trap(h).pc]).toEqual([insn, 2n, BigInt(labels.get("here")!)]);
    }
  });

  it.each([
    ["an instruction while its unit is off", 0, "fsgnj.d ft0, ft1, ft2"],
    ["fcsr while the unit is off", 0, "csrr a0, fcsr"],
    ["a rounding mode that is reserved", 0x2000, ".word 0x0020d053"],
    ["a reserved one in frm", 0x2000, ".word 0x0020f053"],
  ])("refuses of floating point %s", (_, fs, insn) => {
    const reserve = fs === 0 ? "" : "csrrwi zero, frm, 5";
    const text = `li t0, ${fs}\ncsrrs zero, mstatus, t0\n${reserve}\nhere:\n${insn}`;
    const { hart: h, labels } = hart(text, { tier1 });
    h.run(CODE);
    expect([trap(h).cause, trap(h).pc]).toEqual([2n, BigInt(labels.get("here")!)]);
  });

  it("makes the state of the floating-point unit dirty where it changes, and follows frm", () => {
    const { hart: h } = hart(
      `
      li t0, 0x2000
      csrrs zero, mstatus, t0
      fmv.x.d a0, ft0
      csrr a1, mstatus
      fmv.d.x ft0, zero
      csrr a2, mstatus
      csrrwi zero, frm, 3
      li t0, 0x3ff0000000000000
      fmv.d.x ft0, t0
      li t0, 1
      fmv.d.x ft1, t0
      .word 0x0210f153        # fadd.d ft2, ft1, ft1, dyn
      .word 0x02107153        # fadd.d ft2, ft0, ft1, dyn
      fmv.x.d a3, ft2
      csrr a4, fcsr
      ecall
      `,
      { tier1 },
    );
    h.run(CODE);
    const fs = (name: string) => [(h.cpu.x(x(name)) >> 13n) & 3n, h.cpu.x(x(name)) >> 63n];
    expect([fs("a1"), fs("a2")]).toEqual([
      [1n, 0n],
      [3n, 1n],
    ]);
    // Up; inexact.
    expect([h.cpu.x(x("a3")), h.cpu.x(x("a4"))]).toEqual([0x3ff0000000000001n, 0x61n]);
  });

  it("takes interrupts by priority, vectored, and lets WFI end without taking one", () => {
    const { hart: h } = hart(
      `
      li t0, ${HANDLER + 1}
      csrw mtvec, t0
      li t0, 0xaaa
      csrw mie, t0
      wfi
      csrrsi zero, mstatus, 8
      loop:
      j loop
      `,
      { tier1 },
      "wfi\n".repeat(16),
    );
    h.run(CODE);
    h.cpu.setInterrupt(IRQ_SEI, true);
    h.cpu.setInterrupt(IRQ_MTI, true);
    // The timer's line stays: WFI in the handler ends at once, and what follows it runs.
    h.words(HANDLER + 4 * IRQ_MTI, ...assemble(0, "addi s0, s0, 1\ncsrw mie, zero\nwfi").code);
    expect(h.cpu.run(1000)).toBe("halt");
    expect([h.cpu.x(x("s0")), csr(h.cpu, "mcause")]).toEqual([1n, 0x8000000000000007n]);
  });

  it("has no page tables in satp that -cpu turned off", () => {
    const values = [9n, 8n, 10n, 9n].map((mode) => (mode << 60n) | 5n);
    const writes = values.map((value, n) => `li t0, ${BigInt.asIntN(64, value)}\ncsrw satp, t0\ncsrr a${n}, satp`);
    const { hart: h } = hart(`csrw satp, zero\n${writes.join("\n")}\nwfi`, { tier1, scheme: "sv39" });
    h.run(CODE);
    const seen = ["a0", "a1", "a2", "a3"].map((name) => BigInt.asUintN(64, h.cpu.x(x(name))));
    expect(seen).toEqual([0n, values[1], values[1], values[1]]);
  });

  it("has the machine told of stimecmp, and its line in sip", () => {
    let time = 0;
    const set: bigint[] = [];
    const { hart: h } = hart(
      `
      li t0, 0x8000000000000000
      csrrs zero, menvcfg, t0
      li t0, 500
      csrw stimecmp, t0
      csrr a0, mip
      li t0, 20
      csrw stimecmp, t0
      csrr a1, mip
      csrr a2, time
      wfi
      `,
      { tier1, hooks: { now: () => time, timerSet: (at) => set.push(at) } },
    );
    time = 30 * 100;
    h.run(CODE);
    expect([h.cpu.x(x("a0")), h.cpu.x(x("a1")), h.cpu.x(x("a2"))]).toEqual([0n, BigInt(1 << IRQ_STI), 30n]);
    expect(set.filter((at) => at !== 0n)).toContain(500n);
  });

  /** Sv39 with the code and results as they are, a page at 0 by three levels, and supervisor mode. */
  function paged(text: string, entry: bigint, more = ""): { hart: BareHart; labels: ReadonlyMap<string, number> } {
    const made = hart(
      `
      ${more}
      li t0, ${(8n << 60n) | BigInt(TABLES / 4096)}
      csrw satp, t0
      li t0, 0x1800
      csrrc zero, mstatus, t0
      li t0, 0x800
      csrrs zero, mstatus, t0
      auipc t1, 0
      addi t1, t1, 16
      csrw mepc, t1
      mret
      ${text}
      ecall
      `,
      { tier1 },
    );
    const pte = (table: number, index: number, value: bigint) => made.hart.write64(table + 8 * index, value);
    const next = (table: number): bigint => BigInt((table / 4096) * 1024 + V);
    pte(TABLES, 0, next(TABLES + 0x1000));
    pte(TABLES + 0x1000, 0, next(TABLES + 0x2000));
    pte(TABLES + 0x2000, 0, entry);
    // RAM is a gigapage of the supervisor's.
    pte(TABLES, 2, BigInt((RAM / 4096) * 1024) | 0xcfn);
    made.hart.write64(RESULT, 0x1122334455667788n);
    return made;
  }
  const page = (flags: number): bigint => BigInt((RESULT / 4096) * 1024 + flags);
  const READ = "ld a0, 0(zero)";
  const WRITE = "sd a0, 8(zero)";

  it.each([
    ["reads what is mapped", READ, page(0xcf), "", 9n],
    ["refuses what is not", READ, 0n, "", 13n],
    ["refuses to write where it may only read", WRITE, page(0xc3), "", 15n],
    ["refuses pages of the user", READ, page(ALL), "", 13n],
    ["reads pages of the user with SUM", READ, page(ALL), "li t0, 0x40000\ncsrrs zero, mstatus, t0", 9n],
    ["refuses to read what may only be executed", READ, page(0xc9), "", 13n],
    ["reads it with MXR", READ, page(0xc9), "li t0, 0x80000\ncsrrs zero, mstatus, t0", 9n],
    ["refuses without A (Svade)", READ, page(0x0f), "", 13n],
    ["refuses a write without D (Svade)", WRITE, page(0x4f), "", 15n],
    ["refuses what is reserved", READ, page(0xcf) | (1n << 54n), "", 13n],
    ["refuses memory types without PBMTE", READ, page(0xcf) | (1n << 61n), "csrw menvcfg, zero", 13n],
    ["takes them with PBMTE", READ, page(0xcf) | (1n << 61n), "li t0, 0x4000000000000000\ncsrw menvcfg, t0", 9n],
    ["refuses an address that is not canonical", "li t0, 0x4000000000\nld a0, 0(t0)", page(0xcf), "", 13n],
    ["refuses to execute what may not be", "jalr zero, 0(zero)", page(0xc7), "", 12n],
    ["refuses where there is no memory to execute", "jalr zero, 0(zero)", ((0x40000000n << 0n) / 4n) | 0xcfn, "", 1n],
  ])("%s", (_what, text, entry, more, cause) => {
    const { hart: h } = paged(text, entry, more);
    h.run(CODE);
    expect(trap(h).cause).toBe(cause);
    if (cause === 9n && text === READ) expect(h.cpu.x(x("a0"))).toBe(0x1122334455667788n);
    if (cause === 13n || cause === 15n)
      expect(trap(h).value).toBe(text === READ ? 0n : text === WRITE ? 8n : 0x4000000000n);
  });

  it("sets A and D with ADUE (Svadu)", () => {
    const { hart: h } = paged(
      `${READ}\nld a1, 0(s0)\n${WRITE}\nld a2, 0(s0)`,
      page(0x0f),
      "li t0, 0x2000000000000000\ncsrw menvcfg, t0",
    );
    h.cpu.setX(x("s0"), BigInt(TABLES + 0x2000));
    h.run(CODE);
    expect([trap(h).cause, h.cpu.x(x("a1")) & 0xffn, h.cpu.x(x("a2")) & 0xffn]).toEqual([9n, 0x4fn, 0xcfn]);
  });

  it("keeps a translation until the fence, and not beyond", () => {
    const { hart: h } = paged(`${READ}\nsd zero, 0(s0)\nsfence.vma zero, zero\n${READ}`, page(0xcf));
    h.cpu.setX(x("s0"), BigInt(TABLES + 0x2000));
    h.run(CODE);
    expect(trap(h).cause).toBe(13n);
  });

  it("keeps the translations of address spaces apart, and fences them by their numbers", () => {
    const satp = (asid: bigint) => (8n << 60n) | (asid << 44n) | BigInt(TABLES / 4096);
    const { hart: h } = paged(
      `
      addi t1, zero, 1
      ld a0, 0(zero)
      sd s1, 0(s0)          # another page
      csrw satp, s2
      ld a1, 0(zero)
      sd s3, 0(s0)          # a third one
      csrw satp, s4
      ld a2, 0(zero)
      sfence.vma zero, t1   # of the other space
      ld a3, 0(zero)
      csrw satp, s2
      ld a4, 0(zero)
      csrw satp, s4
      sfence.vma t2, t3     # of address 0 in this one
      ld a5, 0(zero)
      `,
      page(0xcf),
      "li t0, 0",
    );
    h.write64(RESULT + 0x1000, 2n);
    h.write64(RESULT + 0x2000, 3n);
    const other = (n: number): bigint => BigInt(((RESULT + 0x1000 * n) / 4096) * 1024 + 0xcf);
    const values = { s0: BigInt(TABLES + 0x2000), s1: other(1), s2: satp(1n), s3: other(2), s4: satp(0n) };
    for (const [name, value] of Object.entries({ ...values, t2: 0n, t3: 0n })) h.cpu.setX(x(name), value);
    h.run(CODE);
    const seen = ["a0", "a1", "a2", "a3", "a4", "a5"].map((name) => h.cpu.x(x(name)));
    expect(trap(h).cause).toBe(9n);
    expect(seen).toEqual([0x1122334455667788n, 2n, 0x1122334455667788n, 0x1122334455667788n, 3n, 3n]);
  });

  it("fences a page of 512 GiB by any address in it (Sv48)", () => {
    const { hart: h } = paged(
      `
      li t1, ${(9n << 60n) | BigInt(TABLES / 4096)}
      csrw satp, t1
      li t2, 0x4100000000
      sd zero, 0(s0)
      sfence.vma t2, zero
      `,
      0n,
    );
    h.write64(TABLES, 0xcfn);
    h.cpu.setX(x("s0"), BigInt(TABLES));
    h.run(CODE);
    expect(trap(h).cause).toBe(12n);
  });

  it("maps 64 KiB by one entry (Svnapot)", () => {
    const { hart: h } = paged("lui t0, 8\nld a0, 0(t0)", 0n);
    const entry = (1n << 63n) | BigInt(((RAM + 0x8000) / 4096) * 1024 + 0xcf);
    for (let k = 0; k < 16; k++) h.write64(TABLES + 0x2000 + 8 * k, entry);
    h.run(CODE);
    expect([trap(h).cause, h.cpu.x(x("a0"))]).toEqual([9n, 0x1122334455667788n]);
  });

  it("protects physical memory from lower privileges", () => {
    // The first entry: 4 KiB that may be read alone.
    const napot = RESULT / 4 + 0x1ff;
    const { hart: h } = paged(
      `${READ}\n${WRITE}`,
      page(0xcf),
      `li t0, ${napot}\ncsrw pmpaddr0, t0\nli t0, -1\ncsrw pmpaddr1, t0\nli t0, 0x1f19\ncsrw pmpcfg0, t0`,
    );
    h.run(CODE);
    expect([trap(h).cause, trap(h).value, h.cpu.x(x("a0"))]).toEqual([7n, 8n, 0x1122334455667788n]);
  });

  it("loads and stores with the rights of another privilege (MPRV)", () => {
    const { hart: h } = hart(
      `
      li t0, ${(8n << 60n) | BigInt(TABLES / 4096)}
      csrw satp, t0
      li t0, 0x1800
      csrrc zero, mstatus, t0
      li t0, 0x20800
      csrrs zero, mstatus, t0
      ld a0, 0(zero)
      csrrc zero, mstatus, t0
      ld a1, 0(zero)
      `,
      { tier1 },
    );
    const next = (table: number): bigint => BigInt((table / 4096) * 1024 + V);
    h.write64(TABLES, next(TABLES + 0x1000));
    h.write64(TABLES + 0x1000, next(TABLES + 0x2000));
    h.write64(TABLES + 0x2000, page(0xcf));
    h.write64(RESULT, 77n);
    h.run(CODE, 200);
    expect(h.cpu.x(x("a0"))).toBe(77n);
  });

  it("counts instructions, and stops counting when it is told to", () => {
    const { hart: h } = hart(
      "csrw minstret, zero\ncsrr a0, minstret\ncsrr a1, minstret\ncsrrsi zero, mcountinhibit, 4\ncsrr a2, minstret\ncsrr a3, minstret\nwfi",
      { tier1 },
    );
    h.run(CODE);
    const [a0, a1, a2, a3] = ["a0", "a1", "a2", "a3"].map((name) => h.cpu.x(x(name)));
    expect([a0, a1! - a0!, a3! - a2!]).toEqual([0n, 1n, 0n]);
  });

  it("clears memory by blocks where it is allowed to, and refuses where it is not", () => {
    const text = `li a0, ${RESULT + 5}\ncbo.zero (a0)`;
    const { hart: h } = hart(`${text}\nwfi`, { tier1 });
    h.write(RESULT - 8, new Uint8Array(80).fill(255));
    h.run(CODE);
    expect([h.read64(RESULT - 8), h.read64(RESULT), h.read64(RESULT + 56), h.read64(RESULT + 64)]).toEqual([
      ...[0xffffffffffffffffn, 0n, 0n, 0xffffffffffffffffn],
    ]);
    const { hart: refused } = paged(text, 0n);
    refused.run(CODE);
    expect([trap(refused).cause, refused.cpu.engine.vcpu.get(RV_PRIV)]).toEqual([2n, PRIV_MACHINE]);
    const { hart: granted } = paged(text, 0n, "li t0, 0x80\ncsrw menvcfg, t0");
    granted.run(CODE);
    expect([trap(granted).cause, PRIV_SUPERVISOR]).toEqual([9n, 1]);
  });
});
