// State of a hart, offsets from `cpu`, inside the guest part of src/layout/vcpu.ts. Read by both compilers: plain constants only.

/** 32 x i64: x0 to x31. The slot of x0 is never written and holds 0. */
export const RV_X = 0x100;
/** 32 x i64: f0 to f31; narrower values are NaN-boxed (unprivileged 21.2). */
export const RV_F = 0x200;
/** 32 x 16 bytes: v0 to v31 (V 3.2). */
export const RV_V = 0x300;

/** i32: PRIV_*. */
export const RV_PRIV = 0x500;
/** i32: cause of the exception that is pending, and i64: what goes to xtval. */
export const RV_CAUSE = 0x504;
export const RV_TVAL = 0x508;
/** i32: what a region may know at its entry; no instruction looks at it. */
export const RV_CONTEXT = 0x510;
/** i32: lines that are asserted, as bits of mip. */
export const RV_LINES = 0x514;
/** i32: features of the CPU that have registers of their own, FEATURE_*. Set once. */
export const RV_FEATURES = 0x518;
/** i32 each: fflags, frm. */
export const RV_FFLAGS = 0x51c;
export const RV_FRM = 0x520;
/** i32: rounding mode of an instruction with three operands, while it is executed. */
export const RV_RM = 0x524;

// Control and status registers, i64 each.
export const RV_MSTATUS = 0x528;
export const RV_MEDELEG = 0x530;
export const RV_MIDELEG = 0x538;
export const RV_MIE = 0x540;
/** The bits of mip that were written by software. */
export const RV_MIP = 0x548;
export const RV_MTVEC = 0x550;
export const RV_MSCRATCH = 0x558;
export const RV_MEPC = 0x560;
export const RV_MCAUSE = 0x568;
export const RV_MTVAL = 0x570;
export const RV_STVEC = 0x578;
export const RV_SSCRATCH = 0x580;
export const RV_SEPC = 0x588;
export const RV_SCAUSE = 0x590;
export const RV_STVAL = 0x598;
export const RV_SATP = 0x5a0;
export const RV_MCOUNTEREN = 0x5a8;
export const RV_SCOUNTEREN = 0x5b0;
export const RV_MCOUNTINHIBIT = 0x5b8;
export const RV_MENVCFG = 0x5c0;
export const RV_SENVCFG = 0x5c8;
export const RV_STIMECMP = 0x5d0;
/** What is added to the instruction count; while a counter stands still, its value. */
export const RV_MCYCLE = 0x5d8;
export const RV_MINSTRET = 0x5e0;
/** What is added to time. */
export const RV_TIME = 0x5e8;
/** 4 each. */
export const RV_MSTATEEN = 0x5f0;
export const RV_SSTATEEN = 0x610;
/** Set once: misa, mhartid. */
export const RV_MISA = 0x630;
export const RV_MHARTID = 0x638;
/** PMP_COUNT bytes: the configurations; PMP_COUNT x i64: the addresses. */
export const RV_PMPCFG = 0x640;
export const RV_PMPADDR = 0x650;
export const PMP_COUNT = 16;
/** i32: S_MODE says of the floating-point and the vector unit what mstatus.FS and VS do, though it is not the user who runs. */
export const RV_UNIT_SEEN = 0x6d0;
/** vtype, i64; i32 each: vl, vstart, vxrm, vxsat. */
export const RV_VTYPE = 0x6d8;
export const RV_VL = 0x6e0;
export const RV_VSTART = 0x6e4;
export const RV_VXRM = 0x6e8;
export const RV_VXSAT = 0x6ec;
/** End of the guest's part that is in use. */
export const RV_END = 0x6f0;

// Bits of S_MODE: what translations depend on.
/** Bits 0-1: PRIV_*. */
export const M_PRIV = 3;
/** cbo.zero may be executed (xenvcfg.CBZE). */
export const M_CBO_ZERO = 1 << 2;

// Of the user, and of others from their first floating-point instruction on (RV_UNIT_SEEN): a system that has none is translated once,
// whatever the unit of the program it serves does.
/** The floating-point unit is on (mstatus.FS is not off). */
export const M_FS_ON = 1 << 3;
/** 3 bits: frm. */
export const M_FRM_SHIFT = 5;
export const M_FRM = 7 << 5;
/** The vector unit is on (mstatus.VS is not off). */
export const M_VS_ON = 1 << 8;

/** Bits of mstatus: the states of the floating-point and of the vector unit. All of them say that it is dirty (privileged 3.1.6.6). */
export const MSTATUS_FS = 3 << 13;
export const MSTATUS_VS = 3 << 9;

export const PRIV_USER = 0;
export const PRIV_SUPERVISOR = 1;
export const PRIV_MACHINE = 3;

// MMU modes: whose rights, and in machine mode with MPRV whose rights loads and stores have.
export const MMU_MACHINE = 0;
export const MMU_SUPERVISOR = 1;
/** The supervisor may access pages of the user (SUM). */
export const MMU_SUM = 2;
export const MMU_USER = 3;
/** Added: fetches are the machine's. */
export const MMU_MPRV = 3;
export const MMU_COUNT = 7;
/** Address spaces that are kept beside the current one. */
export const SPACES = 8;

// Lines into the hart: bits of mip.
export const IRQ_SSI = 1;
export const IRQ_MSI = 3;
export const IRQ_STI = 5;
export const IRQ_MTI = 7;
export const IRQ_SEI = 9;
export const IRQ_MEI = 11;

export const FEATURE_SSTC = 1;
export const FEATURE_STATEEN = 2;
export const FEATURE_SVADU = 4;
export const FEATURE_SVPBMT = 8;
export const FEATURE_SVNAPOT = 16;
export const FEATURE_F = 32;
export const FEATURE_CBOM = 64;
export const FEATURE_CBOZ = 128;
export const FEATURE_V = 256;
export const FEATURE_SVADE = 512;
/** No extension: EBREAK may be a call of the host (semihosting). */
export const FEATURE_SEMIHOSTING = 1024;
/** 4 bits: the highest satp.MODE. */
export const WIDEST_MODE_SHIFT = 16;

/** Nanoseconds of one step of `time`: 10 MHz. */
export const TIME_STEP = 100;
