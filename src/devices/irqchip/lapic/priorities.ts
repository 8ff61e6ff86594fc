// Which interrupt is next (Intel SDM volume 3, 11.8): requested, in service, and the priority that holds others off.

import { VectorSet } from "./vectors.js";

export class Priorities {
  /** Requested. */
  readonly irr = new VectorSet();
  /** In service. */
  readonly isr = new VectorSet();
  /** Of those requested, the level-triggered ones. */
  readonly tmr = new VectorSet();
  /** Task priority, bits 7 to 0. */
  tpr = 0;

  reset(): void {
    this.tpr = 0;
    this.irr.empty();
    this.isr.empty();
    this.tmr.empty();
  }

  /** Forgets all interrupts, as an APIC that is switched off does. */
  drop(): void {
    this.irr.empty();
    this.isr.empty();
  }

  /** The processor's priority: its task's, or that of what is in service. */
  get ppr(): number {
    const inService = Math.max(0, this.isr.highest());
    return this.tpr >> 4 >= inService >> 4 ? this.tpr : inService & 0xf0;
  }

  /** The vector that may be taken now, -1 if none. */
  get pending(): number {
    const vector = this.irr.highest();
    return vector >= 0 && vector >> 4 > this.ppr >> 4 ? vector : -1;
  }

  request(vector: number, level: boolean): void {
    this.irr.set(vector);
    if (level) this.tmr.set(vector);
    else this.tmr.clear(vector);
  }

  /** A pending one is taken. */
  take(vector: number): void {
    this.irr.clear(vector);
    this.isr.set(vector);
  }

  /** Ends what is in service; answers its vector, -1 if there was none. */
  end(): number {
    const vector = this.isr.highest();
    if (vector >= 0) this.isr.clear(vector);
    return vector;
  }
}
