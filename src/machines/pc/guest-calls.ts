// Requests of the x86 CPU to the machine in the middle of an instruction (src/arch/x86/host-calls.ts): APIC registers,
// CR8, TSC deadline, FERR.

import * as H from "../../arch/x86/host-calls.js";
import type { IrqLine, MachineControl } from "../../devices/interfaces.js";
import type { Lapic } from "../../devices/irqchip/lapic/lapic.js";
import {
  LVT_COUNT,
  MSR_APIC_BASE,
  MSR_X2APIC,
  REG_DIVIDE,
  REG_EOI,
  REG_ESR,
  REG_ICR_LOW,
  REG_INITIAL_COUNT,
  REG_LVT,
  REG_SELF_IPI,
  REG_SVR,
  REG_TPR,
} from "../../devices/irqchip/lapic/registers.js";

const X2APIC_WRITABLE: ReadonlySet<number> = new Set([
  REG_TPR,
  REG_EOI,
  REG_SVR,
  REG_ESR,
  REG_ICR_LOW,
  REG_INITIAL_COUNT,
  REG_DIVIDE,
  REG_SELF_IPI,
  ...Array.from({ length: LVT_COUNT }, (_, entry) => REG_LVT + entry),
]);

const X2APIC_REGISTERS = 0x100;
const BASE_X2APIC = 0x400;

export interface GuestCallParts {
  lapic: Lapic;
  /** Interrupt 13. */
  ferr: IrqLine;
  readonly parts: { readonly control: Pick<MachineControl, "reset"> };
}

/** The answer to CpuHooks' guestCall; 64-bit values as bigint. */
export function createGuestCalls({ lapic, ferr, parts }: GuestCallParts): (what: number, value: bigint) => bigint {
  const x2apic = (): boolean => (lapic.readMsr(MSR_APIC_BASE)!.low & BASE_X2APIC) !== 0;
  const check = (register: number): bigint => {
    if (!x2apic()) return 0n;
    const readable = lapic.readMsr(MSR_X2APIC + register) !== undefined ? 1n : 0n;
    return readable | (X2APIC_WRITABLE.has(register) ? 2n : 0n);
  };
  return (what, value) => {
    switch (what) {
      case H.HOST_APIC_BASE:
        lapic.writeMsr(MSR_APIC_BASE, Number(value & 0xffffffffn), Number(value >> 32n));
        return 0n;
      case H.HOST_TPR_GET:
        return BigInt(lapic.tpr >> 4);
      case H.HOST_TPR_SET:
        lapic.tpr = Number(value & 15n) << 4;
        return 0n;
      case H.HOST_DEADLINE_GET:
        return BigInt(lapic.tscDeadline);
      case H.HOST_DEADLINE_SET:
        // Beyond 2^53 nanoseconds no machine lives; the exact value does not matter there.
        lapic.tscDeadline = Number(value);
        return 0n;
      case H.HOST_FERR:
        ferr.set(true);
        return 0n;
      case H.HOST_RESET:
        parts.control.reset();
        return 0n;
      case H.HOST_TSC_OFFSET:
        // Deadlines come with the offset taken off.
        return 0n;
    }
    const register = what & (X2APIC_REGISTERS - 1);
    switch (what - register) {
      case H.HOST_X2APIC_CHECK:
        return check(register);
      case H.HOST_X2APIC_READ: {
        const read = lapic.readMsr(MSR_X2APIC + register);
        return read ? (BigInt(read.high) << 32n) | BigInt(read.low) : 0n;
      }
      case H.HOST_X2APIC_WRITE:
        return lapic.writeMsr(MSR_X2APIC + register, Number(value & 0xffffffffn), Number(value >> 32n)) ? 0n : 1n;
    }
    throw new Error(`the CPU asked for ${what}, which nobody knows`);
  };
}
