// The local APIC of one CPU (Intel SDM volume 3, chapter 11), xAPIC and x2APIC modes, as QEMU's `apic`: how its registers are reached. The
// CPU learns only whether it has something to take (`setInterruptLine`) and asks for the vector when it takes it (`acknowledge`).

import type { Device, DeviceLog, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { stateText } from "../../state-text.js";
import { x2LogicalId } from "./addressing.js";
import type { LapicOptions } from "./interfaces.js";
import { isBase, isReadableMsr, isWritableMsr } from "./modes.js";
import * as r from "./registers.js";
import { ApicUnit } from "./unit.js";

/** A 64-bit MSR in two unsigned halves. */
export interface MsrValue {
  low: number;
  high: number;
}

export class Lapic implements Device, IoRegion {
  readonly name = "apic";
  readonly stateVersion = 1;
  readonly topics = [{ name: "lapic", help: "show local apic state", text: () => stateText(this.save()) }];
  /** The output of the 8259 pair. */
  readonly lint0: IrqLine = { set: (level) => this.unit.setLint0(level) };
  /** The NMI button. */
  readonly lint1: IrqLine = {
    set: (level) => {
      if (level) this.unit.deliverLocal(r.LVT_LINT1);
    },
  };
  /** Called when the guest moves, enables or disables the register page (IA32_APIC_BASE). */
  onBaseChange?: (address: number, enabled: boolean) => void;

  private readonly unit: ApicUnit;
  private readonly log: DeviceLog | undefined;

  constructor(options: LapicOptions) {
    this.unit = new ApicUnit(options);
    this.log = options.log;
    this.reset();
  }

  reset(): void {
    const { unit } = this;
    const moved = unit.base !== 0;
    unit.base = (r.DEFAULT_BASE | r.BASE_ENABLE | (unit.id === 0 ? r.BASE_BSP : 0)) >>> 0;
    unit.reset();
    if (moved) this.onBaseChange?.(r.DEFAULT_BASE, true);
  }

  // ---- CPU side --------------------------------------------------------------------------------------------------------

  /** Task priority, bits 7 to 0; CR8 is its high nibble. */
  get tpr(): number {
    return this.unit.tpr;
  }
  set tpr(value: number) {
    this.unit.tpr = value;
  }

  /** IA32_TSC_DEADLINE, in ticks of the guest's TSC. */
  get tscDeadline(): number {
    return this.unit.timer.deadline;
  }
  set tscDeadline(ticks: number) {
    this.unit.timer.deadline = ticks;
  }

  /** Ticks by which the guest has set its TSC ahead of the machine's; to be kept current by whoever owns the TSC. */
  get tscOffset(): number {
    return this.unit.timer.tscOffset;
  }
  set tscOffset(ticks: number) {
    this.unit.timer.tscOffset = ticks;
  }

  get enabled(): boolean {
    return this.unit.enabled;
  }

  /** The vector to take now, -1 if there is none after all. */
  acknowledge(): number {
    return this.unit.acknowledge();
  }

  // ---- the page --------------------------------------------------------------------------------------------------------

  read(offset: number, size: number): number {
    if (!this.unit.enabled || this.unit.x2apic) return size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
    if ((offset & 0xf) + size > 4) return 0;
    const value = this.unit.readRegister((offset >> 4) & 0xff) >>> ((offset & 3) * 8);
    return size === 4 ? value : value & (size === 2 ? 0xffff : 0xff);
  }

  write(offset: number, size: number, value: number): void {
    if (!this.unit.enabled || this.unit.x2apic) return;
    if (size !== 4 || (offset & 0xf) !== 0) {
      this.log?.guestError(`apic: ${size}-byte write to offset 0x${offset.toString(16)} ignored`);
      return;
    }
    this.unit.writeRegister((offset >> 4) & 0xff, value >>> 0);
  }

  // ---- MSRs ------------------------------------------------------------------------------------------------------------

  /** RDMSR of IA32_APIC_BASE, IA32_TSC_DEADLINE and 0x800 to 0x8ff. Undefined: #GP. */
  readMsr(index: number): MsrValue | undefined {
    const { unit } = this;
    if (index === r.MSR_APIC_BASE) return { low: unit.base, high: 0 };
    if (index === r.MSR_TSC_DEADLINE) {
      const ticks = unit.timer.deadline;
      return { low: ticks % 2 ** 32, high: Math.floor(ticks / 2 ** 32) };
    }
    const register = index - r.MSR_X2APIC;
    if (!unit.x2apic || register < 0 || register > 0xff) return undefined;
    switch (register) {
      case r.REG_ID:
        return { low: unit.id, high: 0 };
      case r.REG_LDR:
        return { low: x2LogicalId(unit.id), high: 0 };
      case r.REG_ICR_LOW:
        return unit.command;
    }
    return isReadableMsr(register) ? { low: unit.readRegister(register), high: 0 } : undefined;
  }

  /** WRMSR of the same. False: #GP. */
  writeMsr(index: number, low: number, high: number): boolean {
    const { unit } = this;
    low >>>= 0;
    high >>>= 0;
    if (index === r.MSR_APIC_BASE) return this.writeBase(low, high);
    if (index === r.MSR_TSC_DEADLINE) {
      unit.timer.deadline = high * 2 ** 32 + low;
      return true;
    }
    const register = index - r.MSR_X2APIC;
    if (!unit.x2apic || register < 0 || register > 0xff || !isWritableMsr(register, low, high)) return false;
    if (register === r.REG_ICR_LOW) {
      unit.writeCommand(low, high);
    } else if (register === r.REG_SELF_IPI) unit.accept(low, false);
    else unit.writeRegister(register, low);
    return true;
  }

  private writeBase(low: number, high: number): boolean {
    const { unit } = this;
    if (!isBase(unit.base, low, high)) return false;
    const wanted = low & (r.BASE_ENABLE | r.BASE_X2APIC);
    const off = wanted === 0 && (unit.base & (r.BASE_ENABLE | r.BASE_X2APIC)) !== 0;
    unit.base = ((low & r.BASE_ADDRESS) | wanted | (unit.base & r.BASE_BSP)) >>> 0;
    if (off) unit.switchedOff();
    unit.update();
    this.onBaseChange?.((low & r.BASE_ADDRESS) >>> 0, wanted !== 0);
    return true;
  }

  // ---- state -----------------------------------------------------------------------------------------------------------

  save(): DeviceState {
    return this.unit.save();
  }

  load(reader: StateReader): void {
    this.unit.load(reader);
  }

  settle(): void {
    this.onBaseChange?.((this.unit.base & r.BASE_ADDRESS) >>> 0, this.unit.enabled);
    this.unit.settle();
  }
}
