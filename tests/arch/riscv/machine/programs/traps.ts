// Traps of a supervisor that it takes itself.

import { DONE, type Image, image, OPEN, RESULT, START } from "./image.js";

const TABLES = 0x80200000;

/** Each is tried in supervisor mode, and what its handler sees is kept. Those that jump come back by ra. */
const TRAPS: readonly string[] = [
  ".word 0xffffffff",
  ".word 0",
  "li a0, 0x80100801\namoadd.w a1, a2, (a0)",
  "li a0, 0x80100802\nlr.d a1, (a0)",
  "csrrs a0, mstatus, zero",
  "csrrw zero, cycle, a0",
  "csrrs a0, 0x5c0, zero",
  "mret",
  "li a0, 0x12345\nld a1, 0(a0)",
  "li a0, 0x12345\nsb a1, 0(a0)",
  "li a0, 0x12345678\njalr ra, 0(a0)",
  // Of the user; that may only be read; that has no A; no D; that is reserved; no address.
  ...[1, 2, 3, 4, 5].flatMap((page) => [
    `li a0, ${page << 12}\nld a1, 8(a0)`,
    `li a0, ${page << 12}\nsd a1, 8(a0)`,
    `li a0, ${page << 12}\njalr ra, 0(a0)`,
  ]),
  "li a0, 0x4000000000\nlw a1, 0(a0)",
  "li a0, 0x40000\nlui a3, 0x40\ncsrrs zero, sstatus, a3\nlui a0, 1\nld a1, 8(a0)\ncsrrc zero, sstatus, a3",
  "lui a3, 0x80\ncsrrs zero, sstatus, a3\nlui a0, 6\nld a1, 8(a0)\ncsrrc zero, sstatus, a3\nld a1, 16(a0)",
];

export function traps(): Image {
  const leaf = (flags: number, more = 0n): bigint => BigInt((RESULT / 4096 + 1) * 1024 + flags) | more;
  const next = (table: number): bigint => BigInt((table / 4096) * 1024 + 1);
  const entries: readonly (readonly [address: number, value: bigint])[] = [
    [TABLES, next(TABLES + 0x1000)],
    [TABLES + 16, BigInt((START / 4096) * 1024 + 0xcf)],
    [TABLES + 0x1000, next(TABLES + 0x2000)],
    [TABLES + 0x2008, leaf(0xdf)],
    [TABLES + 0x2010, leaf(0xc3)],
    [TABLES + 0x2018, leaf(0x0f)],
    [TABLES + 0x2020, leaf(0x47)],
    [TABLES + 0x2028, leaf(0xcf, 1n << 57n)],
    [TABLES + 0x2030, leaf(0xc9)],
  ];
  return image(`
    ${OPEN}
    la t0, end
    csrrw zero, mtvec, t0
    la t0, handler
    csrrw zero, stvec, t0
    li t0, 0xb1ff
    csrrw zero, medeleg, t0
    csrrw zero, menvcfg, zero
    ${entries.map(([address, value]) => `li t0, ${address}\nli t1, ${BigInt.asIntN(64, value)}\nsd t1, 0(t0)`).join("\n")}
    li t0, ${BigInt.asIntN(64, (8n << 60n) | BigInt(TABLES / 4096))}
    csrrw zero, satp, t0
    sfence.vma zero, zero
    li s0, ${RESULT}
    li t0, 0x1800
    csrrc zero, mstatus, t0
    li t0, 0x800
    csrrs zero, mstatus, t0
    la t0, supervisor
    csrrw zero, mepc, t0
    mret
  supervisor:
    ${TRAPS.join("\n")}
    ecall
  handler:
    csrrs t0, scause, zero
    sd t0, 0(s0)
    csrrs t1, stval, zero
    sd t1, 8(s0)
    csrrs t1, sstatus, zero
    sd t1, 16(s0)
    addi s0, s0, 24
    csrrs t1, sepc, zero
    addi t1, t1, 4
    addi t2, zero, 12
    bne t0, t2, back
    addi t1, ra, 0
  back:
    csrrw zero, sepc, t1
    sret
  end:
    csrrs t0, mcause, zero
    sd t0, 0(s0)
    csrrs t0, mstatus, zero
    sd t0, 8(s0)
    addi s0, s0, 16
    ${DONE}
  `);
}
