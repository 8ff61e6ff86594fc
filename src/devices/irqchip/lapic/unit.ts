// What a local APIC does (Intel SDM volume 3, chapter 11): its registers, the interrupts it accepts, and those it sends. How they are reached,
// by a page or by MSRs, is in lapic.ts.

import type { DeviceLog, DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { isAddressed } from "./addressing.js";
import type { ApicBus, ApicMessage, ApicTarget } from "./bus.js";
import type { CpuInterrupts, ExtInt, LapicOptions } from "./interfaces.js";
import { ipiOf } from "./ipi.js";
import { isRegister } from "./modes.js";
import { Priorities } from "./priorities.js";
import * as r from "./registers.js";
import { ApicTimer } from "./timer.js";

export class ApicUnit implements ApicTarget {
  readonly id: number;
  readonly timer: ApicTimer;
  /** IA32_APIC_BASE. */
  base = 0;
  ldr = 0;
  dfr = 0;
  private readonly cpu: CpuInterrupts;
  private readonly bus: ApicBus;
  private readonly pic: ExtInt | undefined;
  private readonly log: DeviceLog | undefined;
  private readonly priorities = new Priorities();
  private readonly lvt = new Uint32Array(r.LVT_COUNT);
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
  }

  reset(): void {
    this.lint0Level = false;
    this.timer.tscOffset = 0;
    this.initReset();
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

  /** It has been switched off: what it had accepted is forgotten. */
  switchedOff(): void {
    this.priorities.drop();
    this.svr &= ~r.SVR_ENABLE;
    this.timer.reset();
  }

  get enabled(): boolean {
    return (this.base & r.BASE_ENABLE) !== 0;
  }

  get x2apic(): boolean {
    return (this.base & r.BASE_X2APIC) !== 0;
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
    return this.enabled && isAddressed(this, destination, logical);
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

  /** ICR of x2APIC mode. */
  get command(): { low: number; high: number } {
    return { low: this.icrLow, high: this.icrHigh };
  }

  /** Sends what ICR says: `high` is the destination. */
  writeCommand(low: number, high: number): void {
    this.icrHigh = high;
    this.icrLow = low & r.ICR_WRITABLE;
    this.sendIpi(high);
  }

  readRegister(register: number): number {
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

  writeRegister(register: number, value: number): void {
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

  update(): void {
    const line = this.pendingVector() >= 0 || this.extIntPending();
    if (line === this.line) return;
    this.line = line;
    this.cpu.setInterruptLine(line);
  }

  accept(vector: number, level: boolean): void {
    if (vector < 16) {
      this.error(r.ESR_RECEIVE_VECTOR);
      return;
    }
    if (!this.enabled || !this.software()) return;
    this.priorities.request(vector, level);
    this.update();
  }

  /** A local source: timer, error, LINT pins. */
  deliverLocal(entry: number): void {
    const lvt = this.lvt[entry]!;
    if (lvt & r.LVT_MASKED || !this.enabled) return;
    const mode = entry === r.LVT_TIMER || entry === r.LVT_ERROR ? r.DELIVER_FIXED : (lvt >> 8) & 7;
    if (mode === r.DELIVER_EXTINT) this.update();
    else this.deliver({ vector: lvt & 0xff, mode, level: entry === r.LVT_LINT0 && (lvt & r.LVT_LEVEL) !== 0 });
  }

  setLint0(level: boolean): void {
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

  // ---- state -----------------------------------------------------------------------------------------------------------

  save(): DeviceState {
    const { base, ldr, dfr, svr, icrLow, icrHigh, esr, errors } = this;
    const { tpr, irr, isr, tmr } = this.priorities;
    return {
      ...{ base, tpr, ldr, dfr, svr, icrLow, icrHigh, esr, errors },
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
    this.cpu.setInterruptLine(this.line);
  }
}
