// A supervisor's program that uses each of the firmware's calls and prints what came out: for tests, on this machine and on others.

/** `SECOND` harts there are besides the first: 0 or 1. */
export const PAYLOAD = `
start:
  la s2, tag
  mv s3, a0
  li a7, 0x10             # base: version, what is there
  li a6, 0
  call sbi
  li a7, 0x10
  li a6, 3
  li a0, EXT_HSM
  call sbi
  li a7, 0x10
  li a6, 3
  li a0, 0x12345
  call sbi
  li a7, 0x12345          # nothing
  li a6, 0
  call sbi
  li a7, EXT_DBCN         # a text, one outside of RAM, one byte
  li a6, 0
  li a0, 6
  la a1, text
  li a2, 0
  call sbi
  li a7, EXT_DBCN
  li a6, 0
  li a0, 6
  li a1, 0
  li a2, 0
  call sbi
  li a7, EXT_DBCN
  li a6, 2
  li a0, 0x2a
  call sbi
  li a7, 1                # version 0.1's
  li a0, 0x2b
  ecall
  li a7, EXT_PMU          # counters: how many, of instructions; stopped and started, and started again
  li a6, 0
  call sbi
  li a7, EXT_PMU
  li a6, 1
  li a0, 2
  call sbi
  li a7, EXT_PMU
  li a6, 1
  li a0, 1
  call sbi
  li a7, EXT_PMU
  li a6, 2
  li a0, 0
  li a1, 5
  li a2, 2
  li a3, 2
  call sbi
  csrr s9, instret
  csrr t0, instret
  sub t0, t0, s9
  call show
  li s10, 0x0b            # start from 9, start again, stop, stop again, stop and give back, and once more
pmu_next:
  li a7, EXT_PMU
  andi a6, s10, 7
  srli a2, s10, 3
  li a0, 2
  li a1, 1
  li a3, 9
  call sbi
  la t1, pmu_calls
  add t1, t1, s11
  lbu s10, 0(t1)
  addi s11, s11, 1
  bnez s10, pmu_next
  csrr s9, instret
  csrr t0, instret
  beq t0, s9, pmu_still
  li t0, 1
  call show
pmu_still:
  li a7, EXT_PMU          # an event that nobody counts
  li a6, 2
  li a0, 0
  li a1, 5
  li a3, 0x10009
  call sbi

  la t0, interrupted
  csrw stvec, t0
  li t0, 0x22             # SSIE, STIE
  csrs sie, t0
  li a7, EXT_TIME         # a timer that is due at once
  li a6, 0
  csrr a0, time
  call sbi
  csrrsi zero, sstatus, 2
timer_wait:
  beqz s4, timer_wait
  li a7, EXT_IPI          # an interrupt to itself
  li a6, 0
  li a0, 1
  li a1, 0
  call sbi
ipi_wait:
  li t0, 3
  bne s4, t0, ipi_wait
  li a7, EXT_RFENCE
  li a6, 0
  li a0, 0
  li a1, -1
  call sbi
  li a7, EXT_RFENCE
  li a6, 1
  li a0, 1
  li a1, 0
  li a2, 0
  li a3, -1
  call sbi
  li a7, EXT_IPI          # no such harts
  li a6, 0
  li a0, -1
  li a1, 0
  call sbi
  li a7, EXT_HSM          # this hart: runs, and cannot be started
  li a6, 2
  mv a0, s3
  call sbi
  li a7, EXT_HSM
  li a6, 0
  mv a0, s3
  la a1, start
  call sbi
  li a7, EXT_HSM
  li a6, 2
  li a0, 77
  call sbi
  li t0, SECOND
  beqz t0, done
  li a7, EXT_HSM          # the other: stopped, started with a value, seen
  li a6, 2
  li a0, 1
  call sbi
  li a7, EXT_HSM
  li a6, 0
  li a0, 1
  la a1, other
  li a2, 0x777
  call sbi
  la t1, flag
other_wait:
  ld t0, 0(t1)
  beqz t0, other_wait
  call show
  li a7, EXT_RFENCE       # both
  li a6, 0
  li a0, 3
  li a1, 0
  call sbi
  la t1, flag
  sd zero, 0(t1)
stop_wait:
  li a7, EXT_HSM
  li a6, 2
  li a0, 1
  ecall
  li t0, 1
  bne a1, t0, stop_wait
  mv t0, a1
  call show
done:
  li a7, EXT_SRST
  li a6, 0
  li a0, 0
  li a1, REASON
  ecall
  j done

# The second hart: says its value, waits until it has been seen, stops.
other:
  la t1, flag
  sd a1, 0(t1)
other_seen:
  ld t0, 0(t1)
  bnez t0, other_seen
  li a7, EXT_HSM
  li a6, 1
  ecall

# Timer: 1; software: 2; each once.
interrupted:
  csrr t0, scause
  andi t0, t0, 7
  li t1, 5
  beq t0, t1, timer_came
  csrrci zero, sip, 2
  ori s4, s4, 2
  j interrupt_end
timer_came:
  li t1, 0x20
  csrc sie, t1
  ori s4, s4, 1
interrupt_end:
  .word 0x10200073        # sret

# A call, and what came out of it.
sbi:
  mv s5, ra
  ecall
  mv s6, a1
  mv t0, a0
  call show
  mv t0, s6
  call show
  jr s5

# t0 as two hexadecimal digits and a blank.
show:
  mv s7, ra
  mv s8, t0
  srli a0, s8, 4
  call digit
  mv a0, s8
  call digit
  li a0, 0x20
  li a7, 1
  ecall
  jr s7
digit:
  andi a0, a0, 15
  addi a0, a0, 0x30
  li t1, 0x3a
  bltu a0, t1, digit_out
  addi a0, a0, 0x27
digit_out:
  li a7, 1
  ecall
  ret

  .align 8
flag:
  .dword 0
# Function, and flags from bit 3 on.
pmu_calls:
  .word 0x0c040403
  .word 4
tag:
text:
  .ascii "hello "
`;

/** What the payload prints, with one hart or two. */
export function payloadOutput(harts: number): string {
  const one = [
    ...["00 00", "00 01", "00 00", "fe 00", "hello 00 06", "fd 00", "*00 00"],
    ...["+00 03", "00 02", "fd 00", "00 02", "00", "00 00", "f9 00", "00 00", "f8 00", "f8 00", "fd 00", "01", "fe 00"],
    ...["00 00", "00 00", "00 00", "00 00", "fd 00", "00 00", "fa 00", "fd 00"],
  ];
  const two = ["00 01", "00 00", "77", "00 00", "01"];
  return `${[...one, ...(harts > 1 ? two : [])].join(" ")} `;
}
