// The local APIC of one CPU (Intel SDM volume 3, chapter 11), xAPIC and x2APIC modes, as QEMU's `apic`. The CPU learns
// only whether it has something to take (`setInterruptLine`) and asks for the vector when it takes it (`acknowledge`).

import type { Clock, Device, DeviceLog, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { stateText } from "../../state-text.js";
import type { ApicBus, ApicMessage, ApicTarget } from "./bus.js";
import { ipiOf } from "./ipi.js";
import { isBase, isReadableMsr, isRegister, isWritableMsr } from "./modes.js";
import { Priorities } from "./priorities.js";
import * as r from "./registers.js";
import { type ApicRates, ApicTimer } from "./timer.js";

/** The CPU as its local APIC sees it. */
export interface CpuInterrupts {
  /** An interrupt waits (true) until `acknowledge` or a change of priorities. Level, called on changes only. */
  setInterruptLine(level: boolean): void;
  nmi(): void;
  init(): void;
  /** Start at vector * 4096. */
  sipi(vector: number): void;
}

/** The 8259 pair as the local APIC sees it: asked for its vector when an ExtINT interrupt is taken. */
export interface ExtInt {
  acknowledge(): number;
}

export interface LapicOptions {
  readonly rates: ApicRates;
  /** APIC id; 0 is the boot CPU. */
  id: number;
  cpu: CpuInterrupts;
  clock: Clock;
  bus: ApicBus;
  pic?: ExtInt;
  log?: DeviceLog;
}

/** A 64-bit MSR in two unsigned halves. */
export interface MsrValue {
  low: number;
  high: number;
}

export class Lapic implements Device, IoRegion, ApicTarget {
  readonly name = "apic";
  readonly stateVersion = 1;
  readonly topics = [{ name: "lapic", help: "show local apic state", text: () => stateText(this.save()) }];
  /** The output of the 8259 pair. */
  readonly lint0: IrqLine = { set: (level) => this.setLint0(level) };
  /** The NMI button. */
  readonly lint1: IrqLine = {
    set: (level) => {
      if (level) this.deliverLocal(r.LVT_LINT1);
    },
  };
  /** Called when the guest moves, enables or disables the register page (IA32_APIC_BASE). */
  onBaseChange?: (address: number, enabled: boolean) => void;

  private readonly id: number;
  private readonly cpu: CpuInterrupts;
  private readonly bus: ApicBus;
  private readonly pic: ExtInt | undefined;
  private readonly log: DeviceLog | undefined;
  private readonly timer: ApicTimer;
  private readonly priorities = new Priorities();
  private readonly lvt = new Uint32Array(r.LVT_COUNT);
  private base = 0;
  private ldr = 0;
  private dfr = 0;
  private svr = 0;
  private icrLow = 0;
  private icrHigh = 0;
  private esr = 0;
  /** Errors since the last write of ESR. */
  private errors = 0;
  private lint0Level = false;
  private line = false;

  constructor(options: LapicOptions) {
    this.id = options.id;
    this.cpu = options.cpu;
    this.bus = options.bus;
    this.pic = options.pic;
    this.log = options.log;
    this.timer = new ApicTimer(options.clock, options.rates, () => this.deliverLocal(r.LVT_TIMER));
    this.bus.attach(this);
    this.reset();
  }

  reset(): void {
    const moved = this.base !== 0;
    this.base = r.DEFAULT_BASE | r.BASE_ENABLE | (this.id === 0 ? r.BASE_BSP : 0);
    this.base >>>= 0;
    this.lint0Level = false;
    this.timer.tscOffset = 0;
    this.initReset();
    if (moved) this.onBaseChange?.(r.DEFAULT_BASE, true);
  }

  /** The state after INIT: all but the base register (SDM 11.4.7.3). */
  initReset(): void {
    this.priorities.reset();
    this.ldr = 0;
    this.dfr = 0xffffffff;
    this.svr = 0xff;
    this.icrLow = 0;
    this.icrHigh = 0;
    this.esr = 0;
    this.errors = 0;
    this.lvt.fill(r.LVT_MASKED);
    // The boot CPU is left in virtual wire mode, as firmware does, so that the 8259s work before an OS sets up the APIC.
    if (this.id === 0) this.lvt[r.LVT_LINT0] = r.DELIVER_EXTINT << 8;
    this.timer.reset();
    this.update();
  }

  // ---- CPU side --------------------------------------------------------------------------------------------------------

  /** Task priority, bits 7 to 0; CR8 is its high nibble. */
  get tpr(): number {
    return this.priorities.tpr;
  }
  set tpr(value: number) {
    this.priorities.tpr = value & 0xff;
    this.update();
  }

  /** IA32_TSC_DEADLINE, in ticks of the guest's TSC. */
  get tscDeadline(): number {
    return this.timer.deadline;
  }
  set tscDeadline(ticks: number) {
    this.timer.deadline = ticks;
  }

  /** Ticks by which the guest has set its TSC ahead of the machine's; to be kept current by whoever owns the TSC. */
  get tscOffset(): number {
    return this.timer.tscOffset;
  }
  set tscOffset(ticks: number) {
    this.timer.tscOffset = ticks;
  }

  get enabled(): boolean {
    return (this.base & r.BASE_ENABLE) !== 0;
  }

  /** The vector to take now, -1 if there is none after all. */
  acknowledge(): number {
    const vector = this.pendingVector();
    if (vector >= 0) {
      this.priorities.take(vector);
      this.update();
      return vector;
    }
    if (this.extIntPending()) {
      const external = this.pic?.acknowledge() ?? -1;
      this.update();
      return external;
    }
    // Raised and then masked by a priority change: SDM 11.9.
    const spurious = this.line && this.software() && this.priorities.irr.highest() >= 0;
    this.update();
    return spurious ? this.svr & 0xff : -1;
  }

  // ---- bus side --------------------------------------------------------------------------------------------------------

  matches(destination: number, logical: boolean): boolean {
    if (!this.enabled) return false;
    if (this.x2apic) {
      if (destination === 0xffffffff || destination === 0xff) return true;
      if (!logical) return destination === this.id;
      const own = this.x2LogicalId();
      return destination >>> 16 === own >>> 16 && (destination & own & 0xffff) !== 0;
    }
    if ((destination & 0xff) === 0xff) return true;
    if (!logical) return (destination & 0xff) === this.id;
    const own = this.ldr >>> 24;
    if (this.dfr >>> 28 === 0xf) return (destination & own) !== 0;
    return destination >>> 4 === own >>> 4 && (destination & own & 0xf) !== 0;
  }

  get priority(): number {
    return this.priorities.ppr;
  }

  deliver(message: ApicMessage): void {
    switch (message.mode) {
      case r.DELIVER_FIXED:
      case r.DELIVER_LOWEST:
        this.accept(message.vector, message.level);
        break;
      case r.DELIVER_NMI:
        this.cpu.nmi();
        break;
      case r.DELIVER_INIT:
        this.initReset();
        this.cpu.init();
        break;
      case r.DELIVER_SIPI:
        // Only who waits for it starts (SDM volume 3, 9.4.4.1): the boot processor never does.
        if ((this.base & r.BASE_BSP) === 0) this.cpu.sipi(message.vector);
        break;
      case r.DELIVER_SMI:
        this.log?.unimplemented("apic: system management interrupt dropped");
        break;
      default:
        this.log?.guestError(`apic: message with delivery mode ${message.mode} dropped`);
    }
  }

  // ---- registers -------------------------------------------------------------------------------------------------------

  read(offset: number, size: number): number {
    if (!this.enabled || this.x2apic) return size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
    if ((offset & 0xf) + size > 4) return 0;
    const value = this.readRegister((offset >> 4) & 0xff) >>> ((offset & 3) * 8);
    return size === 4 ? value : value & (size === 2 ? 0xffff : 0xff);
  }

  write(offset: number, size: number, value: number): void {
    if (!this.enabled || this.x2apic) return;
    if (size !== 4 || (offset & 0xf) !== 0) {
      this.log?.guestError(`apic: ${size}-byte write to offset 0x${offset.toString(16)} ignored`);
      return;
    }
    this.writeRegister((offset >> 4) & 0xff, value >>> 0);
  }

  /** RDMSR of IA32_APIC_BASE, IA32_TSC_DEADLINE and 0x800 to 0x8ff. Undefined: #GP. */
  readMsr(index: number): MsrValue | undefined {
    if (index === r.MSR_APIC_BASE) return { low: this.base, high: 0 };
    if (index === r.MSR_TSC_DEADLINE) {
      const ticks = this.timer.deadline;
      return { low: ticks % 2 ** 32, high: Math.floor(ticks / 2 ** 32) };
    }
    const register = index - r.MSR_X2APIC;
    if (!this.x2apic || register < 0 || register > 0xff) return undefined;
    switch (register) {
      case r.REG_ID:
        return { low: this.id, high: 0 };
      case r.REG_LDR:
        return { low: this.x2LogicalId(), high: 0 };
      case r.REG_ICR_LOW:
        return { low: this.icrLow, high: this.icrHigh };
    }
    return isReadableMsr(register) ? { low: this.readRegister(register), high: 0 } : undefined;
  }

  /** WRMSR of the same. False: #GP. */
  writeMsr(index: number, low: number, high: number): boolean {
    low >>>= 0;
    high >>>= 0;
    if (index === r.MSR_APIC_BASE) return this.writeBase(low, high);
    if (index === r.MSR_TSC_DEADLINE) {
      this.timer.deadline = high * 2 ** 32 + low;
      return true;
    }
    const register = index - r.MSR_X2APIC;
    if (!this.x2apic || register < 0 || register > 0xff || !isWritableMsr(register, low, high)) return false;
    if (register === r.REG_ICR_LOW) {
      this.icrHigh = high;
      this.icrLow = low & r.ICR_WRITABLE;
      this.sendIpi(high);
    } else if (register === r.REG_SELF_IPI) this.accept(low, false);
    else this.writeRegister(register, low);
    return true;
  }

  private get x2apic(): boolean {
    return (this.base & r.BASE_X2APIC) !== 0;
  }

  private x2LogicalId(): number {
    return (((this.id >>> 4) << 16) | (1 << (this.id & 15))) >>> 0;
  }

  private writeBase(low: number, high: number): boolean {
    if (!isBase(this.base, low, high)) return false;
    const wanted = low & (r.BASE_ENABLE | r.BASE_X2APIC);
    const off = wanted === 0 && (this.base & (r.BASE_ENABLE | r.BASE_X2APIC)) !== 0;
    this.base = ((low & r.BASE_ADDRESS) | wanted | (this.base & r.BASE_BSP)) >>> 0;
    if (off) {
      this.priorities.drop();
      this.svr &= ~r.SVR_ENABLE;
      this.timer.reset();
    }
    this.update();
    this.onBaseChange?.((low & r.BASE_ADDRESS) >>> 0, wanted !== 0);
    return true;
  }

  private readRegister(register: number): number {
    const { irr, isr, tmr } = this.priorities;
    if (register >= r.REG_ISR && register < r.REG_TMR) return isr.word(register);
    if (register >= r.REG_TMR && register < r.REG_IRR) return tmr.word(register);
    if (register >= r.REG_IRR && register < r.REG_ESR) return irr.word(register);
    if (register >= r.REG_LVT && register < r.REG_LVT + r.LVT_COUNT) return this.lvt[register - r.REG_LVT]!;
    switch (register) {
      case r.REG_ID:
        return (this.id << 24) >>> 0;
      case r.REG_VERSION:
        return r.VERSION;
      case r.REG_TPR:
        return this.tpr;
      case r.REG_APR:
      case r.REG_PPR:
        return this.priorities.ppr;
      case r.REG_EOI:
        return 0;
      case r.REG_LDR:
        return this.ldr;
      case r.REG_DFR:
        return this.dfr;
      case r.REG_SVR:
        return this.svr;
      case r.REG_ESR:
        return this.esr;
      case r.REG_ICR_LOW:
        return this.icrLow;
      case r.REG_ICR_HIGH:
        return this.icrHigh;
      case r.REG_INITIAL_COUNT:
        return this.timer.initialCount;
      case r.REG_CURRENT_COUNT:
        return this.timer.currentCount;
      case r.REG_DIVIDE:
        return this.timer.divide;
    }
    this.error(r.ESR_REGISTER);
    return 0;
  }

  private writeRegister(register: number, value: number): void {
    if (register >= r.REG_LVT && register < r.REG_LVT + r.LVT_COUNT) {
      this.writeLvt(register - r.REG_LVT, value);
      return;
    }
    switch (register) {
      case r.REG_TPR:
        this.tpr = value;
        return;
      case r.REG_EOI:
        this.endOfInterrupt();
        return;
      case r.REG_LDR:
        this.ldr = (value & 0xff000000) >>> 0;
        return;
      case r.REG_DFR:
        this.dfr = (value | 0x0fffffff) >>> 0;
        return;
      case r.REG_SVR:
        this.svr = value & r.SVR_WRITABLE;
        // SDM 11.4.7.2: software disable sets every mask bit.
        if (!this.software()) for (let i = 0; i < r.LVT_COUNT; i++) this.writeLvt(i, this.lvt[i]!);
        this.update();
        return;
      case r.REG_ESR:
        this.esr = this.errors;
        this.errors = 0;
        return;
      case r.REG_ICR_LOW:
        this.icrLow = value & r.ICR_WRITABLE;
        this.sendIpi(this.icrHigh >>> 24);
        return;
      case r.REG_ICR_HIGH:
        this.icrHigh = (value & 0xff000000) >>> 0;
        return;
      case r.REG_INITIAL_COUNT:
        this.timer.initialCount = value;
        return;
      case r.REG_DIVIDE:
        this.timer.divide = value;
        return;
    }
    // Read-only registers swallow writes; the rest does not exist.
    if (!isRegister(register)) this.error(r.ESR_REGISTER);
  }

  private writeLvt(entry: number, value: number): void {
    value &= r.LVT_WRITABLE[entry]!;
    if (!this.software()) value |= r.LVT_MASKED;
    this.lvt[entry] = value;
    if (entry === r.LVT_TIMER) this.timer.setLvt(value);
    if (entry === r.LVT_LINT0) this.update();
  }

  // ---- priorities and delivery -----------------------------------------------------------------------------------------

  /** Enabled by software (SVR). */
  private software(): boolean {
    return (this.svr & r.SVR_ENABLE) !== 0;
  }

  /** The vector that may be taken now, -1 if none. */
  private pendingVector(): number {
    return this.enabled && this.software() ? this.priorities.pending : -1;
  }

  /** The 8259s reach the CPU: through LINT0 in ExtINT mode, or directly while the APIC is off. */
  private extIntPending(): boolean {
    if (!this.lint0Level || !this.pic) return false;
    if (!this.enabled) return true;
    const entry = this.lvt[r.LVT_LINT0]!;
    return !(entry & r.LVT_MASKED) && ((entry >> 8) & 7) === r.DELIVER_EXTINT;
  }

  private update(): void {
    const line = this.pendingVector() >= 0 || this.extIntPending();
    if (line === this.line) return;
    this.line = line;
    this.cpu.setInterruptLine(line);
  }

  private accept(vector: number, level: boolean): void {
    if (vector < 16) {
      this.error(r.ESR_RECEIVE_VECTOR);
      return;
    }
    if (!this.enabled || !this.software()) return;
    this.priorities.request(vector, level);
    this.update();
  }

  /** A local source: timer, error, LINT pins. */
  private deliverLocal(entry: number): void {
    const lvt = this.lvt[entry]!;
    if (lvt & r.LVT_MASKED || !this.enabled) return;
    const mode = entry === r.LVT_TIMER || entry === r.LVT_ERROR ? r.DELIVER_FIXED : (lvt >> 8) & 7;
    if (mode === r.DELIVER_EXTINT) this.update();
    else this.deliver({ vector: lvt & 0xff, mode, level: entry === r.LVT_LINT0 && (lvt & r.LVT_LEVEL) !== 0 });
  }

  private setLint0(level: boolean): void {
    const rose = level && !this.lint0Level;
    this.lint0Level = level;
    const lvt = this.lvt[r.LVT_LINT0]!;
    if (((lvt >> 8) & 7) === r.DELIVER_EXTINT || !this.enabled) {
      this.update();
    } else if (rose) {
      this.deliverLocal(r.LVT_LINT0);
    } else if (!level && lvt & r.LVT_LEVEL && ((lvt >> 8) & 7) === r.DELIVER_FIXED) {
      this.priorities.irr.clear(lvt & 0xff);
      this.update();
    }
  }

  private endOfInterrupt(): void {
    const vector = this.priorities.end();
    if (vector < 0) return;
    const level = this.priorities.tmr.has(vector);
    this.update();
    if (level) this.bus.eoi(vector);
  }

  private error(bit: number): void {
    const first = !(this.errors & bit);
    this.errors |= bit;
    // An error entry with an illegal vector would raise an error about itself.
    if (first && (this.lvt[r.LVT_ERROR]! & 0xff) >= 16) this.deliverLocal(r.LVT_ERROR);
  }

  private sendIpi(destination: number): void {
    const ipi = ipiOf(this.icrLow);
    if (ipi === undefined) return;
    if (ipi === "bad vector") {
      this.error(r.ESR_SEND_VECTOR);
      return;
    }
    switch (ipi.to) {
      case "destination":
        this.bus.deliver(destination, ipi.logical, ipi.message);
        break;
      case "self":
        this.deliver(ipi.message);
        break;
      case "all":
        this.bus.broadcast(ipi.message);
        break;
      case "others":
        this.bus.broadcast(ipi.message, this);
        break;
    }
  }

  // ---- snapshot --------------------------------------------------------------------------------------------------------

  save(): DeviceState {
    const { tpr, irr, isr, tmr } = this.priorities;
    return {
      base: this.base,
      tpr,
      ldr: this.ldr,
      dfr: this.dfr,
      svr: this.svr,
      icrLow: this.icrLow,
      icrHigh: this.icrHigh,
      esr: this.esr,
      errors: this.errors,
      lint0: this.lint0Level,
      lvt: [...this.lvt],
      irr: irr.save(),
      isr: isr.save(),
      tmr: tmr.save(),
      timer: this.timer.save(),
    };
  }

  load(reader: StateReader): void {
    this.base = reader.uint("base");
    this.priorities.tpr = reader.uint("tpr", 0xff);
    this.ldr = reader.uint("ldr");
    this.dfr = reader.uint("dfr");
    this.svr = reader.uint("svr");
    this.icrLow = reader.uint("icrLow");
    this.icrHigh = reader.uint("icrHigh");
    this.esr = reader.uint("esr", 0xff);
    this.errors = reader.uint("errors", 0xff);
    this.lint0Level = reader.bool("lint0");
    this.lvt.set(reader.uints("lvt", r.LVT_COUNT));
    for (const name of ["irr", "isr", "tmr"] as const) this.priorities[name].load(reader.uints(name, 8));
    this.timer.load(reader.part("timer"));
    this.line = this.pendingVector() >= 0 || this.extIntPending();
  }

  settle(): void {
    this.timer.settle();
    this.onBaseChange?.((this.base & r.BASE_ADDRESS) >>> 0, this.enabled);
    this.cpu.setInterruptLine(this.line);
  }
}
