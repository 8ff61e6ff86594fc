// Control and status registers: what they hold after values were written to them.

import { DONE, type Image, image, OPEN, RESULT } from "./image.js";

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

export function registers(): Image {
  // The handler has mscratch for itself.
  return image(`
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
