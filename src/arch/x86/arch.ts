// The x86 guest.

import type { Arch, LogLine } from "../arch.js";
import { LOG_MISSING_MSR, LOG_UNKNOWN_MSR } from "./host-calls.js";
import * as X from "./layout.js";
import { infoMem, infoTlb } from "./page-tables.js";
import { REGISTERS, registerByName } from "./register-table.js";
import { addressBits, registersText, tripleFaultText } from "./registers.js";

/** The lines of X86Cpu.setInterrupt. */
export const INTR = 0;

const CPUID_BYTES = 16384;

export const X86: Arch = {
  name: "x86_64",
  functions: { init: "x86_init", reset: "x86_reset", update: "x86_update" },
  mmu: { count: X.MMU_COUNT, debug: X.MMU_SUPERVISOR, user: [X.MMU_USER] },
  // CPUID.
  tableBytes: CPUID_BYTES,
  interruptLines: ["INTR"],
  registers: REGISTERS,
  register: registerByName,
  registersText,
  addressBits,
  shutdownText: tripleFaultText,
  logText,
  pageTables: { ranges: infoMem, pages: infoTlb },
};

function logText(kind: number, write: number, msr: number, pc: number): LogLine | undefined {
  const access = `CPU: ${write ? "WRMSR" : "RDMSR"} of 0x${hex(msr)}`;
  const at = `at 0x${hex(pc)}`;
  if (kind === LOG_MISSING_MSR) return { item: "guest_errors", text: `${access}, which does not exist, ${at}` };
  if (kind === LOG_UNKNOWN_MSR) return { item: "unimp", text: `${access}, ${write ? "ignored" : "read as 0"}, ${at}` };
  return undefined;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
