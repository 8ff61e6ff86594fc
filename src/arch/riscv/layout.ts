// State of a hart, offsets from `cpu`, inside the guest part of src/layout/vcpu.ts. Read by both compilers: plain constants only.

/** 32 x i64: x0 to x31. The slot of x0 is never written and holds 0. */
export const RV_X = 0x100;
/** 32 x i64: f0 to f31; narrower values are NaN-boxed (unprivileged 21.2). */
export const RV_F = 0x200;

/** i32: PRIV_*. */
export const RV_PRIV = 0x500;
/** i32: cause of the exception that is pending, and i64: what goes to xtval. */
export const RV_CAUSE = 0x504;
export const RV_TVAL = 0x508;
/** i32: what a region may know at its entry; no instruction looks at it. */
export const RV_CONTEXT = 0x510;

// Control and status registers, i64 each.
export const RV_MSTATUS = 0x520;
export const RV_MEDELEG = 0x528;
export const RV_MIDELEG = 0x530;
export const RV_MIE = 0x538;
/** Bits of mip that software may write; the lines are in RV_LINES. */
export const RV_MIP = 0x540;
export const RV_MTVEC = 0x548;
export const RV_MSCRATCH = 0x550;
export const RV_MEPC = 0x558;
export const RV_MCAUSE = 0x560;
export const RV_MTVAL = 0x568;
export const RV_STVEC = 0x570;
export const RV_SSCRATCH = 0x578;
export const RV_SEPC = 0x580;
export const RV_SCAUSE = 0x588;
export const RV_STVAL = 0x590;
export const RV_SATP = 0x598;

// Bits of S_MODE: what translations depend on.
/** Bits 0-1: PRIV_*. */
export const M_PRIV = 3;
/** cbo.zero may be executed (xenvcfg.CBZE). */
export const M_CBO_ZERO = 1 << 2;

export const PRIV_USER = 0;
export const PRIV_SUPERVISOR = 1;
export const PRIV_MACHINE = 3;
