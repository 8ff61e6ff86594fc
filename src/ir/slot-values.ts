// What slots of the CPU's state are known to hold while a block is built: stores are forwarded to loads.

import { SLOT_WORDS } from "../layout/vcpu.js";

export class SlotValues {
  private readonly value = new Int32Array(SLOT_WORDS);
  private readonly stamps = new Uint32Array(SLOT_WORDS);
  private stamp = 0;

  /** The value a slot is known to hold, or -1. */
  get(slot: number): number {
    const k = slot >> 2;
    return this.stamps[k] === this.stamp ? this.value[k]! : -1;
  }

  set(slot: number, value: number): void {
    this.value[slot >> 2] = value;
    this.stamps[slot >> 2] = this.stamp;
  }

  forgetAll(): void {
    this.stamp++;
    if (this.stamp === 0xffffffff) {
      this.stamps.fill(0);
      this.stamp = 1;
    }
  }

  /** Forgets slots in [from, to). */
  forget(from: number, to: number): void {
    for (let k = from >> 2; k < Math.min((to + 3) >> 2, SLOT_WORDS); k++) this.stamps[k] = 0;
  }
}
