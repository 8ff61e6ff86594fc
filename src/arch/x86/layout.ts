// x86 CPU state: offsets from `cpu`, inside the guest part of src/layout/. Read by both compilers: constants only.

/** 16 x i64: RAX RCX RDX RBX RSP RBP RSI RDI R8..R15. */
export const X_GPR = 0x100;
export const RAX = 0x100;
export const RCX = 0x108;
export const RDX = 0x110;
export const RBX = 0x118;
export const RSP = 0x120;
export const RBP = 0x128;
export const RSI = 0x130;
export const RDI = 0x138;

// Lazy arithmetic flags. X_CC_OP says how X_CC_DST/X_CC_SRC/X_CC_SRC2 give CF PF AF ZF SF OF: see CC_* below.
/** i64: operand(s) of the last flag-setting instruction. */
export const X_CC_SRC = 0x180;
/** i64: its result. */
export const X_CC_DST = 0x188;
/** i64: third operand (carry in of ADC/SBB). */
export const X_CC_SRC2 = 0x190;
/** i32: CC_*. */
export const X_CC_OP = 0x198;
/** i32: DF as +1 (clear) or -1 (set). */
export const X_DF = 0x19c;
/** i64: RFLAGS without CF PF AF ZF SF OF DF (those bits are 0 here); bit 1 is set. TF IF IOPL NT RF VM AC VIF VIP ID live here. */
export const X_FLAGS = 0x1a0;

// Segments: ES CS SS DS FS GS, then LDTR(6), TR(7). SEG_STRIDE bytes each.
export const X_SEG = 0x200;
export const SEG_STRIDE = 32;
/** i64 base. (CS: S_CODE_BASE holds the same, 0 in 64-bit code.) */
export const SEG_BASE = 0;
/** i64 limit in bytes, expanded by granularity. */
export const SEG_LIMIT = 8;
/** i32 selector. */
export const SEG_SEL = 16;
/** i32 descriptor attributes: bits 8..23 of the descriptor's high dword at bits 0..15 (type S DPL P . AVL L D/B G). 0: null/unusable. */
export const SEG_ATTR = 20;
export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;
export const LDTR = 6;
export const TR = 7;

/** i64 base, i32 limit. */
export const X_GDT_BASE = 0x300;
export const X_GDT_LIMIT = 0x308;
export const X_IDT_BASE = 0x310;
export const X_IDT_LIMIT = 0x318;

/** i64 each: CR0 (unused CR1) CR2 CR3 CR4; CR8 is the TPR, in the LAPIC. */
export const X_CR0 = 0x320;
export const X_CR2 = 0x330;
export const X_CR3 = 0x338;
export const X_CR4 = 0x340;
/** i64: XCR0. */
export const X_XCR0 = 0x348;
/** i64 x 8: DR0..DR7 (4 and 5 unused). */
export const X_DR = 0x350;
/** i64: IA32_EFER. */
export const X_EFER = 0x390;
/** i64 model-specific registers. */
export const X_STAR = 0x398;
export const X_LSTAR = 0x3a0;
export const X_CSTAR = 0x3a8;
export const X_SFMASK = 0x3b0;
export const X_KERNEL_GS = 0x3b8;
export const X_SYSENTER_CS = 0x3c0;
export const X_SYSENTER_ESP = 0x3c8;
export const X_SYSENTER_EIP = 0x3d0;
export const X_TSC_AUX = 0x3d8;
export const X_PAT = 0x3e0;
export const X_APIC_BASE = 0x3e8;
export const X_TSC_OFFSET = 0x3f0;
export const X_MISC_ENABLE = 0x3f8;
/** i32: privilege level. */
export const X_CPL = 0x400;
/** i32: interrupt line from PIC/LAPIC is asserted (set by the host with S_ATTENTION). */
export const X_IRQ = 0x404;
/** i32: NMI pending; NMI blocked until IRET. */
export const X_NMI = 0x408;
export const X_NMI_BLOCKED = 0x40c;
/** Pending exception: i32 vector, i32 error code, i32 flags EXC_*, i32 nesting (vector being delivered, -1 none). */
export const X_EXC_VECTOR = 0x410;
export const X_EXC_ERROR = 0x414;
export const X_EXC_FLAGS = 0x418;
export const X_EXC_NESTING = 0x41c;
/** i64: return address to push for software interrupts (INT n, INT3, INTO), else S_PC is pushed. */
export const X_EXC_NEXT = 0x420;
/** CPUID feature words that gate instructions at run time (i32): 1.ECX, 1.EDX, 7.EBX, 7.ECX, 8000_0001.ECX, 8000_0001.EDX, D.1.EAX, 8000_0008.EBX. */
export const X_FEATURES = 0x430;
/** i32: host address of the CPUID table (entries: u32 leaf, u32 subleaf, eax, ebx, ecx, edx), i32 count. */
export const X_CPUID_TABLE = 0x450;
export const X_CPUID_COUNT = 0x454;
/** i64: pending debug-trap bits for DR6, i32: #DB after this instruction (single-step or data breakpoint). */
export const X_DR_HIT = 0x458;
export const X_DB_PENDING = 0x460;
/** i32: A20 mask off (bit 20 forced low). */
export const X_A20_OFF = 0x464;
/** i32 vector and i64 CR2 of the exception or interrupt whose delivery began last: what a triple fault began with. */
export const X_EXC_FIRST = 0x468;
export const X_EXC_FIRST_CR2 = 0x470;
/** i32: INIT is pending (set by the host with S_ATTENTION). */
export const X_INIT = 0x46c;
/** i64 x 32: MTRRs and further MSRs kept but without effect: see core/arch/x86/msr.ts. */
export const X_MSR_STORE = 0x600;
/** Its first slots: 8 pairs of variable MTRRs (base, mask), 11 fixed ones from MSR 250h up, the default type. */
export const X_MTRR_VARIABLE = 0x600;
export const X_MTRR_FIXED = 0x680;
export const X_MTRR_DEFAULT = 0x6d8;
export const X_MSR_STORE_SIZE = 0x200;

// x87 / MMX: 8 physical registers of 16 bytes (64-bit significand, then 16-bit sign and exponent).
export const X_FPR = 0x480;
/** i32: control word, status word without TOP, TOP, tag word as 8 bits (1: empty). */
export const X_FCW = 0x500;
export const X_FSW = 0x504;
export const X_FTOP = 0x508;
export const X_FTAG = 0x50c;
/** i64 last instruction and data pointers, i32 opcode, i32 selectors. */
export const X_FIP = 0x510;
export const X_FDP = 0x518;
export const X_FOP = 0x520;
export const X_FCS = 0x524;
export const X_FDS = 0x528;
/** i32 MXCSR. */
export const X_MXCSR = 0x52c;
/** 16 x 16 bytes: XMM0..15. */
export const X_XMM = 0x800;

// ---- CC_OP: the size is in bits 0-1 (0: byte .. 3: qword), the kind above ------------------------------------------------
/** CC_SRC holds the flags themselves (CF PF AF ZF SF OF bits). */
export const CC_EFLAGS = 0;
/** dst = result, src = second operand. */
export const CC_ADD = 4;
/** dst = result, src = second operand, src2 = carry in (0/1). */
export const CC_ADC = 8;
/** dst = result, src = second operand (first = dst + src). Also CMP, NEG (src = operand, first = 0). */
export const CC_SUB = 12;
export const CC_SBB = 16;
/** dst = result; CF = OF = AF = 0. */
export const CC_LOGIC = 20;
/** dst = result, src = CF (0/1) kept from before. */
export const CC_INC = 24;
export const CC_DEC = 28;
/** dst = result, src = first operand shifted by count-1 (CF is its top bit, OF = CF xor top bit of the result). */
export const CC_SHL = 32;
/** dst = result, src = first operand shifted right by count-1 (CF is its bit 0, OF = top bit of src xor top bit of result). */
export const CC_SAR = 36;
/** dst = low result, src non-zero: CF = OF = 1. */
export const CC_MUL = 40;
/** BLSI/BLSR/BLSMSK: dst = result, src = operand: BLSR CF = (src == 0). */
export const CC_BMI = 44;
/** ADCX/ADOX, flags operations and anything else compute CC_EFLAGS. POPCNT: ZF = (dst == 0), the others 0. */
export const CC_POPCNT = 48;
/** ZF SF PF by CC_DST, CF AF OF as they are (bits as in EFLAGS) in CC_SRC: rotations and others that change only those. */
export const CC_PART = 52;
/** Values in CC_DST/CC_SRC: only the operand size's low bits count; bits above are unspecified. */

// ---- RFLAGS bits -------------------------------------------------------------------------------------------------------------
export const F_CF = 1;
export const F_PF = 4;
export const F_AF = 16;
export const F_ZF = 64;
export const F_SF = 128;
export const F_TF = 256;
export const F_IF = 512;
export const F_DF = 1024;
export const F_OF = 2048;
export const F_IOPL = 0x3000;
export const F_NT = 0x4000;
export const F_RF = 0x10000;
export const F_VM = 0x20000;
export const F_AC = 0x40000;
export const F_VIF = 0x80000;
export const F_VIP = 0x100000;
export const F_ID = 0x200000;

// ---- MMU modes ---------------------------------------------------------------------------------------------------------------------
/** Supervisor, SMAP's protection on: pages of programs are out of bounds. */
export const MMU_SMAP = 0;
export const MMU_SUPERVISOR = 1;
export const MMU_USER = 2;
export const MMU_COUNT = 3;

// ---- S_MODE: guest bits. core/arch/x86/mode.ts updateMode() computes them whenever one of their sources changes ---------------------
/** CS.L in long mode. */
export const M_CODE64 = 1;
/** CS.D: 32-bit default operand and address size (neither: 16-bit). */
export const M_CODE32 = 2;
/** SS.B: ESP is the stack pointer (else SP); in 64-bit code RSP. */
export const M_SS32 = 4;
export const M_CPL_SHIFT = 3;
/** CR0.PE. */
export const M_PE = 0x20;
/** EFLAGS.VM. */
export const M_VM = 0x40;
/** ES SS DS have base 0 (in 64-bit code always set): no base is added for them. FS and GS are always added; CS base from S_CODE_BASE. */
export const M_FLAT = 0x80;
/** EFLAGS.TF: one instruction, then the single-step trap. */
export const M_TF = 0x100;
/** CR0.EM. */
export const M_EM = 0x200;
/** CR0.TS. */
export const M_TS = 0x400;
/** CR4.OSFXSR: SSE is usable. */
export const M_OSFXSR = 0x800;
/** EFER.LMA. */
export const M_LMA = 0x1000;
/** Alignment checks are on (CR0.AM, EFLAGS.AC, CPL 3). */
export const M_AC = 0x2000;
/** Some data segment needs limit or type checks (protected mode, not 64-bit): helper x86_seg_check before each access. */
export const M_SEGCHECK = 0x4000;
/** CR4.OSXSAVE. */
export const M_OSXSAVE = 0x8000;
/** CR0.MP. */
export const M_MP = 0x10000;
/** Data or I/O breakpoints are enabled in DR7. */
export const M_DEBUG = 0x20000;
/** Outside 64-bit code: FS, GS are null, so an access through them faults (x86_seg_check says how). */
export const M_NULL_FS = 0x40000;
export const M_NULL_GS = 0x80000;
/** Outside 64-bit code: CS ends below 4 GiB, so that code and targets of near branches have to lie in it; it ends below 64 KiB, so that targets of
 *  16 bits have to, too. */
export const M_CODE_LIMIT = 0x100000;
export const M_CODE_SHORT = 0x200000;

// ---- X_EXC_FLAGS ------------------------------------------------------------------------------------------------------------------
/** Push X_EXC_ERROR. */
export const EXC_HAS_ERROR = 1;
/** Software interrupt (INT n, INT3, INTO): gate DPL is checked, X_EXC_NEXT is pushed. */
export const EXC_SOFT = 2;
/** External interrupt (the EXT bit in error codes). */
export const EXC_EXTERNAL = 4;
/** INT1/ICEBP or #DB trap: X_EXC_NEXT semantics without the DPL check. */
export const EXC_TRAP = 8;
/** #DB of an instruction breakpoint: RF is pushed as it is. */
export const EXC_BREAKPOINT = 16;

// ---- scratch of the system helpers: core/arch/x86/stack.ts, interrupt.ts ---------------------------------------------------
export const X_SCRATCH = 0xe00;
/** i64 x 4: page-directory-pointer entries loaded by MOV CR3 in PAE mode (SDM volume 3, 4.4.1). */
export const X_PDPTE = 0xe80;
/** i64: the non-canonical address of a pending #GP(0) or #SS(0) (core/arch/x86/exception.ts). */
export const X_NON_CANONICAL = 0xea0;

/** i64: CR2 before the pending page fault wrote it. */
export const X_CR2_BEFORE = 0xea8;
/** i64: the number of the instruction in the shadow of a MOV SS or POP SS (as icount() gives it there); -1: none. */
export const X_SS_SHADOW = 0xeb0;
/** i32: the instruction executed last was a round of a repeated string instruction, and not the last round. */
export const X_REPEATING = 0xeb8;

/** In the word of x86_seg_check: a write. */
export const SEG_WRITE = 0x100000;

// ---- word given to the helpers of repeated string instructions: log2 of the element size in bits 0-1 -------------------------------
/** log2 of the address size. */
export const STR_ADDR_SHIFT = 4;
/** Source segment. */
export const STR_SEG_SHIFT = 8;
/** REPNE (CMPS, SCAS). */
export const STR_REPNE = 0x1000;
/** One round a call: limits, single-step and data breakpoints are looked at round by round. */
export const STR_ONE = 0x2000;
/** Addresses have to be multiples of the element size (#AC). */
export const STR_ALIGN = 0x4000;
