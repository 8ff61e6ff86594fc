// Where every hart begins: a0 is ignored, a1 is the device tree, a2 may point to what QEMU's virt and OpenSBI call fw_dynamic information.

export const ENTRY = `
entry:
  csrw mie, zero
  csrr s0, mhartid
  mv s1, a1
  li t0, HARTS
  bgeu s0, t0, park
  la tp, scratch
  slli t0, s0, SCRATCH_SHIFT
  add tp, tp, t0
  sd s0, HARTID(tp)
  call prepare

  # The hart that boots, and where: 40(a2) and 16(a2), or hart 0 and the default.
  la t4, next
  ld t0, 0(t4)
  li t1, 0
  beqz a2, chosen
  li t2, DYNAMIC_MAGIC
  ld t3, 0(a2)
  bne t2, t3, chosen
  ld t0, 16(a2)
  ld t1, 40(a2)
chosen:
  bne s0, t1, wait
  li t1, STATE_STARTED
  sd t1, STATE(tp)
  mv a0, s0
  mv a1, s1

# To the supervisor at t0, with a0 and a1.
enter:
  csrw mscratch, tp
  csrw mepc, t0
  li t1, 0x1882           # MPP, MPIE and SIE off
  csrc mstatus, t1
  li t1, 0x800            # MPP: supervisor
  csrs mstatus, t1
  csrw satp, zero
  csrw stvec, zero
  li t1, S_INTERRUPTS
  csrc mie, t1
  csrsi mie, MSIP_BIT
  la t1, trap
  csrw mtvec, t1
  mret

# A stopped hart: until somebody starts it.
wait:
  csrw mscratch, tp
  csrw mie, zero
  csrsi mie, MSIP_BIT
asleep:
  wfi
  csrr t0, mip
  andi t0, t0, MSIP_BIT
  beqz t0, asleep
  call requests
  ld t0, STATE(tp)
  li t1, STATE_START_PENDING
  bne t0, t1, asleep
  fence
  li t1, STATE_STARTED
  sd t1, STATE(tp)
  ld t0, START_ADDRESS(tp)
  ld a0, HARTID(tp)
  ld a1, START_VALUE(tp)
  fence.i
  j enter

park:
  wfi
  j park

# What the supervisor may do and gets. Registers that a hart has not trap, and the next label goes on.
prepare:
  la t1, after_pmp
  csrw mtvec, t1
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
after_pmp:
  la t1, after_envcfg
  csrw mtvec, t1
  li t2, 0
  la t0, envcfg
  ld t0, 0(t0)
  csrw menvcfg, t0
  csrr t2, menvcfg
after_envcfg:
  sd t2, ENVCFG(tp)
  la t1, after_stateen
  csrw mtvec, t1
  li t0, -1
  csrw mstateen0, t0
after_stateen:
  la t1, fatal
  csrw mtvec, t1
  li t0, S_EXCEPTIONS
  csrw medeleg, t0
  li t0, S_INTERRUPTS
  csrw mideleg, t0
  li t0, -1
  csrw mcounteren, t0
  li t0, 7
  csrw scounteren, t0
  ret
`;

/** Behind the code: constants, then what changes. */
export const DATA = `
  .align 8
# Sstc, Svpbmt, hardware updates of A and D bits, and all of Zicbom and Zicboz.
envcfg:
  .dword 0xe0000000000000f0
next:
  .dword NEXT
ram_end:
  .dword RAM_END
fatal_text:
  .ascii "SBI: trap in machine mode\\r\\n"
fatal_text_end:
`;
