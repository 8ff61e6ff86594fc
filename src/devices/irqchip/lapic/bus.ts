// What connects local APICs, MSI writers and the IOAPIC: messages to one, several or the least busy CPU, and EOI
// broadcasts back. Destinations: Intel SDM volume 3, 11.6.2; message format: 11.11.

import type { DeviceLog, MsiSink } from "../../interfaces.js";
import { DELIVER_LOWEST } from "./registers.js";

/** An interrupt message. */
export interface ApicMessage {
  vector: number;
  /** DELIVER_*. */
  mode: number;
  level: boolean;
}

/** A local APIC as the bus sees it. */
export interface ApicTarget {
  /** Whether a message with this destination is for it; 0xff (0xffffffff in x2APIC mode) is everybody. */
  matches(destination: number, logical: boolean): boolean;
  /** Arbitration: the lower, the less urgent is what it does. */
  readonly priority: number;
  deliver(message: ApicMessage): void;
}

export class ApicBus implements MsiSink {
  private readonly targets: ApicTarget[] = [];
  private readonly eoiListeners: ((vector: number) => void)[] = [];

  constructor(private readonly log?: DeviceLog) {}

  attach(target: ApicTarget): void {
    this.targets.push(target);
  }

  /** An IOAPIC wants to hear of the end of level-triggered interrupts. */
  onEoi(listener: (vector: number) => void): void {
    this.eoiListeners.push(listener);
  }

  /** A message-signalled interrupt: a write of `data` to 0xFEExxxxx. */
  send(address: number, data: number): void {
    if (address >>> 20 !== 0xfee) {
      this.log?.guestError(`MSI to address 0x${address.toString(16)}, which is no local APIC`);
      return;
    }
    const message = { vector: data & 0xff, mode: (data >>> 8) & 7, level: (data & 0x8000) !== 0 };
    this.deliver((address >>> 12) & 0xff, (address & 4) !== 0, message);
  }

  /** Hands a message to all whom `destination` names, or to one of them in lowest-priority mode. */
  deliver(destination: number, logical: boolean, message: ApicMessage): void {
    const chosen = this.targets.filter((target) => target.matches(destination, logical));
    if (message.mode === DELIVER_LOWEST) {
      const first = chosen[0];
      if (first) chosen.reduce((a, b) => (b.priority < a.priority ? b : a), first).deliver(message);
      return;
    }
    for (const target of chosen) target.deliver(message);
  }

  /** To every APIC, or every one but the sender. */
  broadcast(message: ApicMessage, except?: ApicTarget): void {
    for (const target of this.targets) if (target !== except) target.deliver(message);
  }

  eoi(vector: number): void {
    for (const listener of this.eoiListeners) listener(vector);
  }
}
