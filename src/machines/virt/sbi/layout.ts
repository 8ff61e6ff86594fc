// What the firmware keeps for each hart, and numbers of the SBI specification 2.0 (RISC-V International).

/** Bytes for each hart, as a power of two. Offsets in them: saved registers, then the rest. */
export const SCRATCH_SHIFT = 8;

export const SCRATCH: Readonly<Record<string, number>> = {
  SAVE_RA: 0,
  SAVE_T0: 8,
  SAVE_T1: 16,
  SAVE_T2: 24,
  SAVE_T3: 32,
  SAVE_T4: 40,
  SAVE_T5: 48,
  SAVE_T6: 56,
  SAVE_S0: 64,
  SAVE_S1: 72,
  HARTID: 80,
  /** STATE_*, the numbers of chapter 9. */
  STATE: 88,
  START_ADDRESS: 96,
  START_VALUE: 104,
  /** REQUEST_* that other harts have made (32 bits), and that they are being carried out. */
  REQUESTS: 112,
  BUSY: 116,
  /** What menvcfg let itself be set to. */
  ENVCFG: 120,
  /** Counters that the supervisor has chosen, a bit for each. */
  PMU_USED: 128,
};

export const NUMBERS: Readonly<Record<string, number>> = {
  STATE_STARTED: 0,
  STATE_STOPPED: 1,
  STATE_START_PENDING: 2,
  STATE_SUSPENDED: 4,
  REQUEST_IPI: 1,
  REQUEST_FENCE_I: 2,
  REQUEST_SFENCE: 4,
  /** Those whose end is waited for. */
  REQUEST_FENCES: 6,
  // Errors (chapter 3).
  ERROR_NOT_SUPPORTED: -2,
  ERROR_INVALID_PARAM: -3,
  ERROR_INVALID_ADDRESS: -5,
  ERROR_ALREADY_AVAILABLE: -6,
  ERROR_ALREADY_STARTED: -7,
  ERROR_ALREADY_STOPPED: -8,
  // Extensions.
  EXT_BASE: 0x10,
  EXT_TIME: 0x54494d45,
  EXT_IPI: 0x735049,
  EXT_RFENCE: 0x52464e43,
  EXT_HSM: 0x48534d,
  EXT_SRST: 0x53525354,
  EXT_DBCN: 0x4442434e,
  EXT_PMU: 0x504d55,
  /** Version 2.0. */
  SPEC_VERSION: 0x02000000,
  /** "wsm": no number of the specification's list is this one's. */
  IMPLEMENTATION: 0x77736d,
  // Bits of mip and mie.
  SSIP: 2,
  MSIP_BIT: 8,
  STIP: 0x20,
  MTIP: 0x80,
  /** SSI, STI and SEI. */
  S_INTERRUPTS: 0x222,
  /** All exceptions but calls of the supervisor and of the firmware itself. */
  S_EXCEPTIONS: 0xb1ff,
  CAUSE_CALL: 9,
  // What the finisher takes.
  POWER_OFF: 0x5555,
  FAILURE: 0x13333,
  RESET: 0x7777,
  /** Mark of fw_dynamic's information ("OSBI"). */
  DYNAMIC_MAGIC: 0x4942534f,
};
