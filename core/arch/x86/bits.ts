// Bits of control registers, descriptors and error codes (Intel SDM volume 3, chapters 2 to 6).

export const CR0_PE: i32 = 1;
export const CR0_MP: i32 = 2;
export const CR0_EM: i32 = 4;
export const CR0_TS: i32 = 8;
export const CR0_ET: i32 = 0x10;
export const CR0_NE: i32 = 0x20;
export const CR0_WP: i32 = 0x10000;
export const CR0_AM: i32 = 0x40000;
export const CR0_NW: i32 = 0x20000000;
export const CR0_CD: i32 = 0x40000000;
export const CR0_PG: i32 = <i32>0x80000000;
/** Bits of CR0 that exist; the others of the low half are ignored. */
export const CR0_MASK: i32 = <i32>0xe005003f;

export const CR4_VME: i32 = 1;
export const CR4_PVI: i32 = 2;
export const CR4_TSD: i32 = 4;
export const CR4_DE: i32 = 8;
export const CR4_PSE: i32 = 0x10;
export const CR4_PAE: i32 = 0x20;
export const CR4_MCE: i32 = 0x40;
export const CR4_PGE: i32 = 0x80;
export const CR4_PCE: i32 = 0x100;
export const CR4_OSFXSR: i32 = 0x200;
export const CR4_OSXMMEXCPT: i32 = 0x400;
export const CR4_UMIP: i32 = 0x800;
export const CR4_FSGSBASE: i32 = 0x10000;
export const CR4_PCIDE: i32 = 0x20000;
export const CR4_OSXSAVE: i32 = 0x40000;
export const CR4_SMEP: i32 = 0x100000;
export const CR4_SMAP: i32 = 0x200000;

export const EFER_SCE: i32 = 1;
export const EFER_LME: i32 = 0x100;
export const EFER_LMA: i32 = 0x400;
export const EFER_NXE: i32 = 0x800;
export const EFER_FFXSR: i32 = 0x4000;

// Segment attributes as kept in SEG_ATTR: the descriptor's bits 40-55.
export const A_ACCESSED: i32 = 1;
/** Data: writable. Code: readable. */
export const A_RW: i32 = 2;
/** Data: expands down. Code: conforming. */
export const A_DOWN: i32 = 4;
export const A_CODE: i32 = 8;
export const A_S: i32 = 0x10;
export const A_P: i32 = 0x80;
export const A_L: i32 = 0x2000;
export const A_DB: i32 = 0x4000;
export const A_G: i32 = 0x8000;

// Types of system descriptors.
export const T_TSS16: i32 = 1;
export const T_LDT: i32 = 2;
export const T_TSS16_BUSY: i32 = 3;
export const T_CALL16: i32 = 4;
export const T_TASK: i32 = 5;
export const T_INT16: i32 = 6;
export const T_TRAP16: i32 = 7;
export const T_TSS32: i32 = 9;
export const T_TSS32_BUSY: i32 = 11;
export const T_CALL32: i32 = 12;

export const V_DE: i32 = 0;
export const V_DB: i32 = 1;
export const V_NMI: i32 = 2;
export const V_UD: i32 = 6;
export const V_NM: i32 = 7;
export const V_DF: i32 = 8;
export const V_TS: i32 = 10;
export const V_NP: i32 = 11;
export const V_SS: i32 = 12;
export const V_GP: i32 = 13;
export const V_PF: i32 = 14;
export const V_AC: i32 = 17;

/** Page-fault error code bits. */
export const PF_P: i32 = 1;
export const PF_W: i32 = 2;
export const PF_U: i32 = 4;
export const PF_RSVD: i32 = 8;
export const PF_ID: i32 = 16;

/** Width of physical addresses (CPUID 8000_0008). */
export const PHYS_BITS: i32 = 40;

/** Flags a program may change through POPF and IRET, apart from IOPL, IF, RF, VM, VIF, VIP. */
export const F_USER: i32 = 0x244dd5;
export const F_ARITH: i32 = 0x8d5;
export const F_ALL: i32 = 0x3f7fd5;
