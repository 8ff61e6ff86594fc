// Bare-metal programs whose results are the same here and in qemu-system-riscv64's virt. Each leaves words at RESULT, s0 behind the last,
// and goes to `done`, which prints them and powers off.

import { fileURLToPath } from "node:url";
import { assemble } from "../../../../testing/riscv/assembler.js";

export const START = 0x80000000;
const RESULT = 0x80100000;
const TABLES = 0x80200000;
export const UART = 0x10000000;
export const FINISHER = 0x100000;

/** Values of a register: at first, after all ones, zeros, and a pattern were written. A register that is not there leaves the mark. */
function legalValues(name: string, ones = "s1"): string {
  const look = (n: number) => `addi a0, zero, 0x7a\ncsrrs a0, ${name}, zero\nsd a0, ${8 * n}(s0)`;
  return `
    ${look(0)}
    csrrw zero, ${name}, ${ones}
    ${look(1)}
    csrrw zero, ${name}, zero
    ${look(2)}
    csrrw zero, ${name}, s2
    ${look(3)}
    ld a0, 0(s0)
    csrrw zero, ${name}, a0
    addi s0, s0, 32
  `;
}

/** CSRs by their names; counters differ from one look to the next. */
export const REGISTERS: readonly string[] = (
  "fflags frm fcsr sstatus sie stvec scounteren senvcfg sscratch sepc scause stval sip satp mstatus misa medeleg mideleg mie mtvec " +
  "mcounteren menvcfg mscratch mepc mcause mtval mip pmpaddr0 pmpaddr15 mhartid mconfigptr 0x7ff 0x5c0"
).split(" ");

const SKIP_MACHINE = `
  skip:
    csrrw t6, mscratch, t6
    csrrs t6, mepc, zero
    addi t6, t6, 4
    csrrw zero, mepc, t6
    csrrw t6, mscratch, t6
    mret
`;

const DONE = `
  done:
    li a1, ${RESULT}
    li a2, ${UART}
    addi a5, zero, 10
  next:
    beq a1, s0, off
    ld a3, 0(a1)
    addi a4, zero, 60
  digit:
    srl a0, a3, a4
    andi a0, a0, 15
    sltu t0, a0, a5
    sub t0, zero, t0
    andi t0, t0, 39
    addi a0, a0, 87
    sub a0, a0, t0
  full:
    lbu t0, 5(a2)
    andi t0, t0, 32
    beq t0, zero, full
    sb a0, 0(a2)
    addi a4, a4, -4
    bge a4, zero, digit
  line:
    lbu t0, 5(a2)
    andi t0, t0, 32
    beq t0, zero, line
    sb a5, 0(a2)
    addi a1, a1, 8
    j next
  off:
    li a1, ${FINISHER}
    li a2, 0x5555
    sw a2, 0(a1)
    wfi
`;

const OPEN = `
    li t0, -1
    csrrw zero, pmpaddr0, t0
    addi t0, zero, 31
    csrrw zero, pmpcfg0, t0
`;

/** Address of a label, of which the program does not know before it is assembled: twice. */
function program(text: string): Uint8Array {
  const fill = (labels: ReadonlyMap<string, number>) =>
    text.replace(/la (\w+), (\w+)/g, (_, register: string, label: string) => {
      const address = labels.get(label) ?? START + 4;
      const low = (address << 20) >> 20;
      const high = ((address - low) >>> 12) & 0xfffff;
      return `lui ${register}, ${high}\naddiw ${register}, ${register}, ${low}\nslli ${register}, ${register}, 32\nsrli ${register}, ${register}, 32`;
    });
  const { labels } = assemble(START, fill(new Map()));
  const { code } = assemble(START, fill(labels));
  return new Uint8Array(Uint32Array.from(code).buffer);
}

function registers(): Uint8Array {
  // The handler has mscratch for itself.
  return program(`
    la t0, skip
    csrrw zero, mtvec, t0
    ${OPEN}
    li s0, ${RESULT}
    addi s1, zero, -1
    li s2, 0x5a5a5a5a5a5a5a5a
    li t0, 0x2000
    csrrs zero, mstatus, t0
    ${REGISTERS.map((name) => legalValues(name)).join("")}
    j done
    ${SKIP_MACHINE}
    ${DONE}
  `);
}

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

function traps(): Uint8Array {
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
  return program(`
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

export const PROGRAMS: Readonly<Record<string, { readonly code: Uint8Array }>> = {
  registers: { code: registers() },
  traps: { code: traps() },
};

/** -cpu of QEMU for what both have. */
export const CPU = "rv64,h=off,v=off";

export const FILE = fileURLToPath(new URL("qemu.json", import.meta.url));
