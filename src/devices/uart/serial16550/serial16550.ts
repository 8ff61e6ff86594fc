// A 16550A UART (PC16550D data sheet; as QEMU's `isa-serial`). Transmission takes no time: a byte goes to the back end as
// it is written. Reception is paced by the guest: the back end offers bytes again whenever there is room.

import { DueTimer } from "../../duetimer.js";
import type { CharBackend, Clock, Device, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as r from "./registers.js";

export interface SerialOptions {
  /** Take no input before the guest has had receive interrupts enabled for a while: what is piped in then survives the
   *  guest's probing (which enables them too, for an instant), its clearing of the FIFO and its opening of the port. */
  holdInput?: boolean;
}

/** How long receive interrupts stay enabled before held input is let in, nanoseconds. */
const SETTLE_NS = 20_000_000;
/** A guest that looks for input so often, and does nothing else with the port, is waiting for it without interrupts. */
const POLLS = 1000;

export class Serial16550 implements Device, IoRegion {
  readonly name = "isa-serial";
  readonly stateVersion = 1;
  private readonly timer: DueTimer;
  private fifo: number[] = [];
  private fifoEnabled = false;
  private trigger = 1;
  private divisor = 12;
  private ier = 0;
  private lcr = 0;
  private mcr = r.MCR_OUT2;
  private lsr = r.LSR_EMPTY;
  private msr = 0;
  private scratch = 0;
  private transmitPending = false;
  private timeoutPending = false;
  /** Waits out SETTLE_NS; held input comes in once it is over. */
  private readonly settling: DueTimer;
  private settled = false;
  /** Looks at the line status in a row. */
  private polls = 0;

  constructor(
    private readonly clock: Clock,
    private readonly irq: IrqLine,
    private readonly backend: CharBackend,
    private readonly options: SerialOptions = {},
  ) {
    this.timer = new DueTimer(clock, () => {
      if (this.fifo.length === 0) return;
      this.timeoutPending = true;
      this.update();
    });
    this.settling = new DueTimer(clock, () => {
      this.settled = true;
      this.offer();
    });
    backend.receive = (bytes) => this.receive(bytes);
    this.reset();
  }

  reset(): void {
    this.fifo = [];
    this.fifoEnabled = false;
    this.trigger = 1;
    this.divisor = 12;
    this.ier = 0;
    this.lcr = 0;
    this.mcr = r.MCR_OUT2;
    this.lsr = r.LSR_EMPTY;
    this.msr = r.MSR_DCD | r.MSR_DSR | r.MSR_CTS;
    this.scratch = 0;
    this.transmitPending = false;
    this.stopTimeout();
    this.receiveSwitched(false);
    this.update();
    this.offer();
  }

  /** A break condition from the other end. */
  sendBreak(): void {
    this.lsr |= r.LSR_BREAK;
    this.take(0);
    this.update();
  }

  /** The guest is known to wait for input: what is held comes in. */
  wantInput(): void {
    if (!this.held) return;
    this.settled = true;
    this.offer();
  }

  read(offset: number, _size: number): number {
    switch (offset & 7) {
      case r.RBR_THR:
        return this.lcr & r.LCR_DLAB ? this.divisor & 0xff : this.readData();
      case r.IER:
        return this.lcr & r.LCR_DLAB ? this.divisor >> 8 : this.ier;
      case r.IIR_FCR: {
        const cause = this.cause();
        if (cause === r.IIR_TRANSMIT) {
          this.transmitPending = false;
          this.update();
        }
        return cause | (this.fifoEnabled ? r.IIR_FIFO : 0);
      }
      case r.LCR:
        return this.lcr;
      case r.MCR:
        return this.mcr;
      case r.LSR: {
        const value = this.lsr;
        if (this.held && ++this.polls >= POLLS) this.wantInput();
        this.lsr &= ~r.LSR_ERRORS;
        if (value !== this.lsr) this.update();
        return value;
      }
      case r.MSR: {
        const value = this.mcr & r.MCR_LOOP ? loopedModem(this.mcr) | (this.msr & r.MSR_DELTAS) : this.msr;
        if (this.msr & r.MSR_DELTAS) {
          this.msr &= ~r.MSR_DELTAS;
          this.update();
        }
        return value;
      }
      default:
        return this.scratch;
    }
  }

  write(offset: number, _size: number, value: number): void {
    value &= 0xff;
    this.polls = 0;
    switch (offset & 7) {
      case r.RBR_THR:
        if (this.lcr & r.LCR_DLAB) this.divisor = (this.divisor & 0xff00) | value;
        else this.transmit(value);
        break;
      case r.IER:
        if (this.lcr & r.LCR_DLAB) this.divisor = (this.divisor & 0xff) | (value << 8);
        else this.writeIer(value & 0xf);
        break;
      case r.IIR_FCR:
        this.writeFcr(value);
        break;
      case r.LCR:
        this.lcr = value;
        break;
      case r.MCR:
        this.writeMcr(value & 0x1f);
        break;
      case r.SCR:
        this.scratch = value;
        break;
    }
  }

  private transmit(value: number): void {
    this.transmitPending = true;
    if (this.mcr & r.MCR_LOOP) this.take(value);
    else this.backend.write(Uint8Array.of(value));
    this.update();
  }

  private writeIer(value: number): void {
    const enabled = value & ~this.ier;
    this.ier = value;
    // The holding register is always empty: enabling its interrupt raises it at once (data sheet 8.6).
    if (enabled & r.IER_TRANSMIT) this.transmitPending = true;
    this.update();
    if (enabled & r.IER_RECEIVE || !(value & r.IER_RECEIVE)) this.receiveSwitched((value & r.IER_RECEIVE) !== 0);
    if (enabled & r.IER_RECEIVE) this.offer();
  }

  /** Receive interrupts were switched on or off. */
  private receiveSwitched(on: boolean): void {
    this.settled = false;
    if (on && this.options.holdInput) this.settling.arm(this.clock.now() + SETTLE_NS);
    else this.settling.cancel();
  }

  private writeFcr(value: number): void {
    const enable = (value & r.FCR_ENABLE) !== 0;
    // Switching the FIFOs on or off clears them.
    const clear = enable !== this.fifoEnabled || value & r.FCR_CLEAR_RECEIVE;
    this.fifoEnabled = enable;
    this.trigger = enable ? r.TRIGGER_LEVELS[value >> 6]! : 1;
    if (clear) {
      this.fifo = [];
      this.lsr &= ~(r.LSR_READY | r.LSR_BREAK);
      this.stopTimeout();
    }
    this.update();
    if (clear) this.offer();
  }

  private writeMcr(value: number): void {
    const changed = this.mcr ^ value;
    if ((changed | value) & r.MCR_LOOP && value & r.MCR_LOOP) {
      const before = this.mcr & r.MCR_LOOP ? loopedModem(this.mcr) : this.msr & 0xf0;
      this.msr |= deltas(before, loopedModem(value));
    }
    this.mcr = value;
    this.update();
    if (changed & r.MCR_LOOP && !(value & r.MCR_LOOP)) this.offer();
  }

  private readData(): number {
    const value = this.fifo.shift() ?? 0;
    this.timeoutPending = false;
    if (this.fifo.length === 0) {
      this.lsr &= ~(r.LSR_READY | r.LSR_BREAK);
      this.stopTimeout();
    } else if (this.fifoEnabled) {
      this.startTimeout();
    }
    this.update();
    this.offer();
    return value;
  }

  /** From the back end: takes what there is room for. */
  private receive(bytes: Uint8Array): number {
    if (this.mcr & r.MCR_LOOP || this.held) return 0;
    const room = (this.fifoEnabled ? r.FIFO_SIZE : 1) - this.fifo.length;
    const taken = Math.max(0, Math.min(room, bytes.length));
    for (let i = 0; i < taken; i++) this.take(bytes[i]!);
    if (taken) this.update();
    return taken;
  }

  private get held(): boolean {
    return this.options.holdInput === true && !this.settled;
  }

  private offer(): void {
    if (!(this.mcr & r.MCR_LOOP) && !this.held) this.backend.drained?.();
  }

  private take(value: number): void {
    if (this.fifo.length >= (this.fifoEnabled ? r.FIFO_SIZE : 1)) {
      this.lsr |= r.LSR_OVERRUN;
      // Without a FIFO the new byte replaces the old one (data sheet 8.4).
      if (!this.fifoEnabled) this.fifo = [value];
      return;
    }
    this.fifo.push(value);
    this.lsr |= r.LSR_READY;
    if (this.fifoEnabled) this.startTimeout();
  }

  /** Character timeout: four characters' time without a byte moving (data sheet 8.11). */
  private startTimeout(): void {
    const bits = 1 + 5 + (this.lcr & 3) + (this.lcr & 8 ? 1 : 0) + (this.lcr & 4 ? 2 : 1);
    this.timer.arm(this.clock.now() + Math.ceil((4e9 * bits * Math.max(1, this.divisor)) / r.BAUD_BASE));
  }

  private stopTimeout(): void {
    this.timeoutPending = false;
    this.timer.cancel();
  }

  /** IIR's low bits: the most urgent cause (data sheet, table IV). */
  private cause(): number {
    if (this.ier & r.IER_LINE && this.lsr & r.LSR_ERRORS) return r.IIR_LINE;
    if (this.ier & r.IER_RECEIVE) {
      if (this.timeoutPending) return r.IIR_TIMEOUT;
      if (this.lsr & r.LSR_READY && this.fifo.length >= this.trigger) return r.IIR_RECEIVE;
    }
    if (this.ier & r.IER_TRANSMIT && this.transmitPending) return r.IIR_TRANSMIT;
    if (this.ier & r.IER_MODEM && this.msr & r.MSR_DELTAS) return r.IIR_MODEM;
    return r.IIR_NONE;
  }

  private update(): void {
    this.irq.set(this.cause() !== r.IIR_NONE);
  }

  save(): DeviceState {
    return {
      fifo: [...this.fifo],
      fifoEnabled: this.fifoEnabled,
      trigger: this.trigger,
      divisor: this.divisor,
      ier: this.ier,
      lcr: this.lcr,
      mcr: this.mcr,
      lsr: this.lsr,
      msr: this.msr,
      scratch: this.scratch,
      transmitPending: this.transmitPending,
      timeoutPending: this.timeoutPending,
      timeoutAt: this.timer.save(),
      settlingAt: this.settling.save(),
      settled: this.settled,
      polls: this.polls,
    };
  }

  load(reader: StateReader): void {
    this.fifo = reader.uintsUpTo("fifo", r.FIFO_SIZE, 0xff);
    this.fifoEnabled = reader.bool("fifoEnabled");
    this.trigger = reader.uint("trigger", r.FIFO_SIZE);
    this.divisor = reader.uint("divisor", 0xffff);
    this.ier = reader.uint("ier", 0xff);
    this.lcr = reader.uint("lcr", 0xff);
    this.mcr = reader.uint("mcr", 0xff);
    this.lsr = reader.uint("lsr", 0xff);
    this.msr = reader.uint("msr", 0xff);
    this.scratch = reader.uint("scratch", 0xff);
    this.transmitPending = reader.bool("transmitPending");
    this.timeoutPending = reader.bool("timeoutPending");
    this.timer.load(reader.optional("timeoutAt"));
    this.settling.load(reader.optional("settlingAt"));
    this.settled = reader.bool("settled");
    this.polls = reader.uint("polls");
  }

  settle(): void {
    this.timer.settle();
    this.settling.settle();
    this.update();
    this.offer();
  }
}

/** Loopback: RTS, DTR, OUT1, OUT2 appear as CTS, DSR, RI, DCD. */
function loopedModem(mcr: number): number {
  return (
    (mcr & r.MCR_RTS ? r.MSR_CTS : 0) |
    (mcr & r.MCR_DTR ? r.MSR_DSR : 0) |
    (mcr & r.MCR_OUT1 ? r.MSR_RI : 0) |
    (mcr & r.MCR_OUT2 ? r.MSR_DCD : 0)
  );
}

/** Delta bits for a change of the modem inputs; RI counts at its end only. */
function deltas(before: number, after: number): number {
  const changed = ((before ^ after) >> 4) & 0xf & ~r.MSR_RING_TRAILING;
  return changed | (before & ~after & r.MSR_RI ? r.MSR_RING_TRAILING : 0);
}
