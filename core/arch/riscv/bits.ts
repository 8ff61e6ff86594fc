// Bits of control and status registers, and causes (privileged architecture, volume II).

// mstatus (3.1.6)
export const SIE: u64 = 1 << 1;
export const MIE: u64 = 1 << 3;
export const SPIE: u64 = 1 << 5;
export const MPIE: u64 = 1 << 7;
export const SPP: u64 = 1 << 8;
export const MPP: u64 = 3 << 11;
export const MPP_SHIFT: u64 = 11;
export const VS: u64 = 3 << 9;
export const FS: u64 = 3 << 13;
export const MPRV: u64 = 1 << 17;
export const SUM: u64 = 1 << 18;
export const MXR: u64 = 1 << 19;
export const TVM: u64 = 1 << 20;
export const TW: u64 = 1 << 21;
export const TSR: u64 = 1 << 22;
/** 64 bits in U and S mode. */
export const UXL_SXL: u64 = 0xa00000000;
export const SD: u64 = 0x8000000000000000;
export const MSTATUS_WRITABLE: u64 = SIE | MIE | SPIE | MPIE | SPP | MPP | MPRV | SUM | MXR | TVM | TW | TSR;
/** What is seen of it as sstatus, and what is written. */
export const SSTATUS_SEEN: u64 = SIE | SPIE | SPP | VS | FS | SUM | MXR | 0x300000000 | SD;
export const SSTATUS_WRITABLE: u64 = SIE | SPIE | SPP | SUM | MXR;

// menvcfg, senvcfg (3.1.18)
export const FIOM: u64 = 1;
export const CBIE: u64 = 3 << 4;
export const CBCFE: u64 = 1 << 6;
export const CBZE: u64 = 1 << 7;
export const ADUE: u64 = (<u64>1) << 61;
export const PBMTE: u64 = (<u64>1) << 62;
export const STCE: u64 = (<u64>1) << 63;
// mstateen0
export const STATEEN_ENVCFG: u64 = (<u64>1) << 62;
export const STATEEN_SE: u64 = (<u64>1) << 63;

// Exceptions (3.1.15, table 14).
export const FETCH_ACCESS: i32 = 1;
export const ILLEGAL: i32 = 2;
export const BREAKPOINT: i32 = 3;
export const LOAD_MISALIGNED: i32 = 4;
export const LOAD_ACCESS: i32 = 5;
export const STORE_MISALIGNED: i32 = 6;
export const STORE_ACCESS: i32 = 7;
export const ECALL_U: i32 = 8;
export const FETCH_PAGE: i32 = 12;
export const LOAD_PAGE: i32 = 13;
export const STORE_PAGE: i32 = 15;
/** RV_CAUSE of an interrupt: this, and its number. */
export const INTERRUPT: i32 = 0x100;
export const CAUSE_INTERRUPT: u64 = 0x8000000000000000;

/** Those that medeleg can hold: all but environment calls of machine mode, and those that do not exist here. */
export const MEDELEG_WRITABLE: u64 = 0xb3ff;
/** Of mip. */
export const IP_SSI: u64 = 1 << 1;
export const IP_STI: u64 = 1 << 5;
export const IP_SEI: u64 = 1 << 9;
/** Those of the supervisor, and all. */
export const S_INTERRUPTS: u64 = 0x222;
export const ALL_INTERRUPTS: u64 = 0xaaa;
