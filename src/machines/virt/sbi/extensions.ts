// The extensions of the SBI specification 2.0, and the calls of version 0.1 that consoles and old kernels make. One table says what
// there is: calls and the question what there is look it up.

export const EXTENSIONS = `
base:
  li t0, 3
  beq a6, t0, probe
  li a1, SPEC_VERSION
  beqz a6, ok
  li t0, 1
  li a1, IMPLEMENTATION
  beq a6, t0, ok
  li t0, 2
  li a1, 1
  beq a6, t0, ok
  li t0, 4
  csrr a1, mvendorid
  beq a6, t0, ok
  li t0, 5
  csrr a1, marchid
  beq a6, t0, ok
  li t0, 6
  csrr a1, mimpid
  beq a6, t0, ok
  j not_supported
probe:
  mv t3, a0
  call find
  li a1, 0
  beqz t0, ok
  li a1, 1
  j ok

timer:
  bnez a6, not_supported
  call set_timer
  j ok0
old_timer:
  call set_timer
  li a0, 0
  j restore
# A hart with Sstc has a comparator of the supervisor's own.
set_timer:
  ld t0, ENVCFG(tp)
  bltz t0, own_timer
  li t0, MTIMECMP
  ld t1, HARTID(tp)
  slli t1, t1, 3
  add t0, t0, t1
  sd a0, 0(t0)
  li t0, STIP
  csrc mip, t0
  li t0, MTIP
  csrs mie, t0
  ret
own_timer:
  csrw stimecmp, a0
  ret

old_clear_ipi:
  csrci mip, SSIP
  li a0, 0
  j restore

ipi:
  bnez a6, not_supported
  li s0, REQUEST_IPI
  j ask
rfence:
  li s0, REQUEST_FENCE_I
  beqz a6, ask
  li s0, REQUEST_SFENCE
  li t0, 2
  bgeu t0, a6, ask
  j not_supported

# Requests s0 of the harts of mask a0 from number a1 on; a1 = -1: of all.
ask:
  li t3, -1
  bne a1, t3, some
  li a1, 0
  li a0, -1
  j ask_begin
some:
  li t3, HARTS
  bgeu a1, t3, invalid
  sub t3, t3, a1
  srl t4, a0, t3
  bnez t4, invalid
ask_begin:
  mv t4, a0
  mv s1, a1
ask_next:
  call target
  beqz t3, asked
  bltz t3, ask_skip
  addi t5, t3, REQUESTS
  fence
  amoor.w zero, s0, (t5)
  fence
  li t3, MSIP
  slli t5, s1, 2
  add t3, t3, t5
  li t5, 1
  sw t5, 0(t3)
ask_skip:
  srli t4, t4, 1
  addi s1, s1, 1
  j ask_next

asked:
  andi t3, s0, REQUEST_FENCES
  beqz t3, ok0
  mv t4, a0
  mv s1, a1
await_next:
  call target
  beqz t3, ok0
  bltz t3, await_skip
await_one:
  # Others may wait for this hart.
  call requests
  lw t5, REQUESTS(t3)
  fence
  lw t6, BUSY(t3)
  and t5, t5, s0
  or t5, t5, t6
  bnez t5, await_one
await_skip:
  srli t4, t4, 1
  addi s1, s1, 1
  j await_next

# The scratch area of hart s1 in t3, if bit 0 of mask t4 names it and it runs; -1: it does not; 0: there are no more.
target:
  li t3, 0
  beqz t4, target_end
  li t5, HARTS
  bgeu s1, t5, target_end
  li t3, -1
  andi t5, t4, 1
  beqz t5, target_end
  la t3, scratch
  slli t5, s1, SCRATCH_SHIFT
  add t3, t3, t5
  ld t5, STATE(t3)
  beqz t5, target_end
  li t3, -1
target_end:
  ret

harts:
  li t0, 1
  beq a6, t0, hart_stop
  li t0, 3
  beq a6, t0, hart_suspend
  bltu t0, a6, not_supported
  li t0, HARTS
  bgeu a0, t0, invalid
  la t3, scratch
  slli t4, a0, SCRATCH_SHIFT
  add t3, t3, t4
  ld t4, STATE(t3)
  beqz a6, hart_start
  mv a1, t4
  j ok
hart_start:
  li t0, STATE_STOPPED
  bne t4, t0, hart_busy
  sd a1, START_ADDRESS(t3)
  sd a2, START_VALUE(t3)
  fence
  li t0, STATE_START_PENDING
  sd t0, STATE(t3)
  fence
  li t0, MSIP
  slli t4, a0, 2
  add t0, t0, t4
  li t4, 1
  sw t4, 0(t0)
  j ok0
hart_busy:
  li a0, ERROR_ALREADY_AVAILABLE
  li a1, 0
  j restore
hart_stop:
  li t0, STATE_STOPPED
  sd t0, STATE(tp)
  fence
  j wait
# Any interrupt that is enabled ends it.
hart_suspend:
  addiw a0, a0, 0
  beqz a0, hart_doze
  li t0, -2147483648
  bne a0, t0, invalid
  wfi
  mv t0, a1
  ld a0, HARTID(tp)
  mv a1, a2
  j enter
hart_doze:
  wfi
  j ok0

system:
  bnez a6, not_supported
  li t0, 2
  bltu t0, a0, invalid
  li t1, RESET
  bnez a0, finish
  li t1, FAILURE
  bnez a1, finish
old_power_off:
  li t1, POWER_OFF
finish:
  li t0, FINISHER
  sw t1, 0(t0)
  j park

console:
  li t0, 2
  beq a6, t0, console_byte
  bltu t0, a6, not_supported
  # The buffer is RAM above the firmware.
  bnez a2, invalid
  la t0, firmware_end
  bltu a1, t0, invalid
  add t1, a1, a0
  bltu t1, a1, invalid
  la t0, ram_end
  ld t0, 0(t0)
  bltu t0, t1, invalid
  li t3, 0
  bnez a6, console_read
console_write:
  beq t3, a0, console_done
  add t2, a1, t3
  lbu t2, 0(t2)
  call put
  addi t3, t3, 1
  j console_write
console_read:
  beq t3, a0, console_done
  li t0, UART
  lbu t1, 5(t0)
  andi t1, t1, 1
  beqz t1, console_done
  lbu t1, 0(t0)
  add t2, a1, t3
  sb t1, 0(t2)
  addi t3, t3, 1
  j console_read
console_done:
  mv a1, t3
  j ok
console_byte:
  mv t2, a0
  call put
  j ok0
old_put:
  mv t2, a0
  call put
  li a0, 0
  j restore
old_get:
  li t0, UART
  lbu t1, 5(t0)
  andi t1, t1, 1
  li a0, -1
  beqz t1, restore
  lbu a0, 0(t0)
  j restore

# Byte t2 to the UART, when it has room.
put:
  li t0, UART
put_full:
  lbu t1, 5(t0)
  andi t1, t1, 0x20
  beqz t1, put_full
  sb t2, 0(t0)
  ret

  .align 8
extensions:
  .dword EXT_BASE
  .dword base
  .dword EXT_TIME
  .dword timer
  .dword EXT_IPI
  .dword ipi
  .dword EXT_RFENCE
  .dword rfence
  .dword EXT_HSM
  .dword harts
  .dword EXT_SRST
  .dword system
  .dword EXT_DBCN
  .dword console
  .dword EXT_PMU
  .dword pmu
  # Version 0.1.
  .dword 0
  .dword old_timer
  .dword 1
  .dword old_put
  .dword 2
  .dword old_get
  .dword 3
  .dword old_clear_ipi
  .dword 8
  .dword old_power_off
  .dword 0
  .dword 0
`;
