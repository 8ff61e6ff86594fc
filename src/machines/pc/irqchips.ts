// The interrupt controllers of a PC, wired to each other and to the CPU: PIC to the local APIC's LINT0, I/O APIC by the APIC bus.

import { INTR } from "../../arch/x86/arch.js";
import type { X86Inputs } from "../../arch/x86/cpu.js";
import { APIC_HZ, TSC_HZ } from "../../arch/x86/tuning.js";
import type { Clock, IrqLine } from "../../devices/interfaces.js";
import { Ioapic } from "../../devices/irqchip/ioapic/ioapic.js";
import { ApicBus } from "../../devices/irqchip/lapic/bus.js";
import { Lapic } from "../../devices/irqchip/lapic/lapic.js";
import { Pic8259 } from "../../devices/irqchip/pic8259/pic8259.js";
import type { MachineLog } from "../../machine/log.js";

/** `wake` is called when a halted CPU may have something to do. */
export function interruptControllers(cpu: X86Inputs, wake: () => void, clock: Clock, log: MachineLog) {
  const bus = new ApicBus(log);
  // The two are wired to each other; the PIC speaks first, when it initialises itself.
  let lint0: IrqLine | undefined;
  const pic = new Pic8259({ set: (level) => lint0?.set(level) });
  const rates = { bus: APIC_HZ, tsc: TSC_HZ };
  const lapic = new Lapic({ id: 0, rates, cpu: cpuInterrupts(cpu, wake), clock, bus, pic, log });
  lint0 = lapic.lint0;
  const ioapic = new Ioapic(bus, pic);
  bus.onEoi((vector) => ioapic.eoi(vector));
  return { bus, pic, lapic, ioapic };
}

function cpuInterrupts(cpu: X86Inputs, wake: () => void) {
  return {
    setInterruptLine(level: boolean) {
      cpu.setInterrupt(INTR, level);
      if (level) wake();
    },
    nmi() {
      cpu.nmi();
      wake();
    },
    init() {
      cpu.init();
      wake();
    },
    sipi(vector: number) {
      cpu.sipi(vector);
      wake();
    },
  };
}
