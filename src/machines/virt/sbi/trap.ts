// Calls of the supervisor and interrupts of machine mode. A handler has t0 to t6, ra, s0 and s1 to itself and ends with a jump to one of
// the labels at the end of DISPATCH.

export const TRAP = `
  .align 4
trap:
  csrrw tp, mscratch, tp
  sd ra, SAVE_RA(tp)
  sd t0, SAVE_T0(tp)
  sd t1, SAVE_T1(tp)
  sd t2, SAVE_T2(tp)
  csrr t0, mcause
  bltz t0, interrupt
  li t1, CAUSE_CALL
  bne t0, t1, fatal
  sd t3, SAVE_T3(tp)
  sd t4, SAVE_T4(tp)
  sd t5, SAVE_T5(tp)
  sd t6, SAVE_T6(tp)
  sd s0, SAVE_S0(tp)
  sd s1, SAVE_S1(tp)
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  mv t3, a7
  call find
  beqz t0, not_supported
  jr t0

# The handler of extension t3 in t0; 0: there is none.
find:
  la t1, extensions
find_next:
  ld t0, 8(t1)
  beqz t0, found
  ld t2, 0(t1)
  addi t1, t1, 16
  bne t2, t3, find_next
found:
  ret

ok0:
  li a1, 0
ok:
  li a0, 0
  j restore
not_supported:
  li a0, ERROR_NOT_SUPPORTED
  li a1, 0
  j restore
invalid:
  li a0, ERROR_INVALID_PARAM
  li a1, 0
restore:
  ld t3, SAVE_T3(tp)
  ld t4, SAVE_T4(tp)
  ld t5, SAVE_T5(tp)
  ld t6, SAVE_T6(tp)
  ld s0, SAVE_S0(tp)
  ld s1, SAVE_S1(tp)
restore_few:
  ld ra, SAVE_RA(tp)
  ld t0, SAVE_T0(tp)
  ld t1, SAVE_T1(tp)
  ld t2, SAVE_T2(tp)
  csrrw tp, mscratch, tp
  mret

# The timer's becomes the supervisor's; the one of other harts brings requests.
interrupt:
  andi t0, t0, 0xff
  li t1, 3
  beq t0, t1, others
  li t1, MTIP
  csrc mie, t1
  li t1, STIP
  csrs mip, t1
  j restore_few
others:
  call requests
  j restore_few

# Does what other harts have asked for.
requests:
  li t0, MSIP
  ld t1, HARTID(tp)
  slli t1, t1, 2
  add t0, t0, t1
  sw zero, 0(t0)
  li t1, 1
  sw t1, BUSY(tp)
  fence
  addi t0, tp, REQUESTS
  amoswap.w t1, zero, (t0)
  andi t2, t1, REQUEST_IPI
  beqz t2, no_ipi
  csrsi mip, SSIP
no_ipi:
  andi t2, t1, REQUEST_FENCE_I
  beqz t2, no_fence_i
  fence.i
no_fence_i:
  andi t2, t1, REQUEST_SFENCE
  beqz t2, no_sfence
  sfence.vma zero, zero
no_sfence:
  fence
  sw zero, BUSY(tp)
  ret

# The firmware itself trapped: says so, and the machine leaves with status 1.
fatal:
  la t1, fatal_text
  la t2, fatal_text_end
fatal_next:
  lbu t0, 0(t1)
  li t3, UART
  sb t0, 0(t3)
  addi t1, t1, 1
  bne t1, t2, fatal_next
  li t0, FINISHER
  li t1, FAILURE
  sw t1, 0(t0)
  j park
`;
