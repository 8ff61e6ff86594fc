// The SBI's extension PMU (SBI specification 2.0, chapter 11): the counters that a hart has without any choice, of cycles (0) and of
// instructions (2), each of which counts its own event only. A counter that nobody uses runs, so that programs read it.

export const PMU = `
pmu:
  beqz a6, pmu_count
  li t0, 1
  beq a6, t0, pmu_info
  li t0, 2
  beq a6, t0, pmu_match
  li t0, 3
  beq a6, t0, pmu_start
  li t0, 4
  beq a6, t0, pmu_stop
  # There are no counters of the firmware's own.
  li t0, 7
  bltu a6, t0, invalid
  j not_supported
pmu_count:
  li a1, 3
  j ok
# CSR number and width less one.
pmu_info:
  li a1, 0x3fc00
  beqz a0, ok
  li t0, 2
  bne a0, t0, invalid
  addi a1, a1, 2
  j ok

# Bits of the counters of mask a1 from number a0 on in t4; 0: none, or some that there are not.
pmu_set:
  li t4, 0
  li t0, 3
  bgeu a0, t0, pmu_set_end
  sll t4, a1, a0
  andi t0, t4, -6
  beqz t0, pmu_set_end
  li t4, 0
pmu_set_end:
  ret

# Value t1 to the counter of bit t3.
pmu_write:
  andi t0, t3, 1
  beqz t0, pmu_write_instret
  csrw mcycle, t1
  ret
pmu_write_instret:
  csrw minstret, t1
  ret

# Flags in a2: a counter of before, from 0 on, at once. Event in a3.
pmu_match:
  call pmu_set
  beqz t4, invalid
  ld t5, PMU_USED(tp)
  andi t0, a2, 1
  bnez t0, pmu_before
  li t3, 1
  beq a3, t3, pmu_matched
  li t0, 2
  bne a3, t0, not_supported
  li t3, 4
pmu_matched:
  and t0, t4, t3
  beqz t0, not_supported
  and t0, t5, t3
  bnez t0, not_supported
  or t5, t5, t3
  sd t5, PMU_USED(tp)
  csrs mcountinhibit, t3
  j pmu_flags
pmu_before:
  andi t3, t4, 1
  bnez t3, pmu_before_found
  li t3, 4
pmu_before_found:
  and t0, t5, t3
  beqz t0, invalid
pmu_flags:
  andi t0, a2, 2
  beqz t0, pmu_kept
  li t1, 0
  call pmu_write
pmu_kept:
  andi t0, a2, 4
  beqz t0, pmu_stands
  csrc mcountinhibit, t3
pmu_stands:
  srli a1, t3, 1
  j ok

# The counters of t4 are all in use, or the call ends.
pmu_used:
  ld t5, PMU_USED(tp)
  and t0, t4, t5
  bne t0, t4, invalid
  ret

# Flag in a2: from value a3 on. Those that run already are left.
pmu_start:
  call pmu_set
  beqz t4, invalid
  andi t0, a2, -2
  bnez t0, invalid
  call pmu_used
  mv s0, t4
  csrr t5, mcountinhibit
  and t4, t4, t5
  li t3, 1
pmu_start_next:
  and t0, t4, t3
  beqz t0, pmu_start_skip
  beqz a2, pmu_start_skip
  mv t1, a3
  call pmu_write
pmu_start_skip:
  slli t3, t3, 2
  li t0, 8
  bltu t3, t0, pmu_start_next
  csrc mcountinhibit, t4
  beq s0, t4, ok0
  li a0, ERROR_ALREADY_STARTED
  li a1, 0
  j restore

# Flag in a2: nobody uses them any more.
pmu_stop:
  call pmu_set
  beqz t4, invalid
  call pmu_used
  csrr t3, mcountinhibit
  csrs mcountinhibit, t4
  andi t0, a2, 1
  beqz t0, pmu_stopped
  xor t5, t5, t4
  sd t5, PMU_USED(tp)
  csrc mcountinhibit, t4
pmu_stopped:
  and t0, t3, t4
  beqz t0, ok0
  li a0, ERROR_ALREADY_STOPPED
  li a1, 0
  j restore
`;
