// Where things lie in the megabyte of a hostile program. All of it is mapped, most of it for everybody to write: a program changes its
// own code, page tables and descriptors.

export const RAM = 1 << 20;

/** Long mode: one table each; the first two megabytes by pages. */
export const PML4 = 0x1000;
export const PDPT = 0x2000;
export const PD = 0x3000;
export const PT = 0x4000;
/** The same for 32-bit paging, and the four entries of PAE's first level, which lead to PD. */
export const PD32 = 0x5000;
export const PT32 = 0x6000;
export const PDPT_PAE = 0x7000;

export const GDT = 0x8000;
export const IDT64 = 0x9000;
export const IDT32 = 0xa000;
export const TSS = 0xb000;
/** Another task, in both formats. */
export const TSS2 = 0xb300;
export const TSS16 = 0xb400;
export const LDT = 0xb800;
/** One byte each vector: HLT; then handlers that return, to where they came from and to some bytes behind, each without and with an
 *  error code to drop. */
export const HANDLERS = 0xc000;
export const GO_ON = 0xc800;
export const GO_ON_ERROR = 0xc810;
export const SKIP = 0xc820;
export const SKIP_ERROR = 0xc830;
/** In reach of 16-bit segments too. */
export const CODE = 0xd000;
export const CODE_BYTES = 0x1800;
export const DATA = 0x10000;
export const DATA_BYTES = 0x8000;
export const STACK0 = 0x7f00 + 0x18000;
export const STACK3 = 0x7f00 + 0x19000;
export const STACKS_END = 0x21000;

/** Selectors. */
export const SEL = {
  code32: 0x08,
  data32: 0x10,
  code16: 0x18,
  data16: 0x20,
  code64: 0x28,
  user64: 0x33,
  userData: 0x3b,
  user32: 0x43,
  user16: 0x4b,
  readOnly: 0x50,
  down: 0x58,
  notPresent: 0x60,
  conforming: 0x68,
  executeOnly: 0x70,
  small: 0x78,
  based: 0x80,
  gate: 0x88,
  ldt: 0x98,
  tss: 0xa8,
  otherTask: 0xb8,
  otherTask16: 0xc0,
  taskGate: 0xc8,
  gate16: 0xd0,
} as const;

/** Whole GDT. */
export const GDT_BYTES = 0xe0;
