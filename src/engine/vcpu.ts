// A CPU as the engine has it: the base address of its state (src/layout/vcpu.ts), its fields, and its count of instructions.

import * as L from "../layout/layout.js";
import { EXACT_PIECE, PIECE } from "../tuning/engine.js";

/** Linear memory, as arrays. */
export interface LinearMemory {
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
}

export class Vcpu {
  /** Instructions that were counted and not executed. */
  skipped = 0;
  /** Of the budget, what comes after the piece that is being executed. */
  private beyond = 0;

  constructor(
    private readonly memory: LinearMemory,
    /** What generated code and core call `cpu`. */
    readonly base: number,
    readonly index = 0,
  ) {
    this.set(L.S_REGION_EPOCH, 2);
    this.set(L.S_GLOBAL_EPOCH, 1);
  }

  /** 32-bit field. */
  get(slot: number): number {
    return this.memory.i32[(this.base + slot) >> 2]!;
  }

  set(slot: number, value: number): void {
    this.memory.i32[(this.base + slot) >> 2] = value;
  }

  get64(slot: number): bigint {
    return this.memory.view.getBigUint64(this.base + slot, true);
  }

  set64(slot: number, value: bigint): void {
    this.memory.view.setBigUint64(this.base + slot, value, true);
  }

  /** Unsigned 64-bit field as a number (exact below 2^53). */
  number(slot: number): number {
    const k = (this.base + slot) >> 2;
    return this.memory.u32[k]! + this.memory.u32[k + 1]! * 4294967296;
  }

  /** A counter: STAT_*. */
  stat(which: number): number {
    return this.number(L.S_STATS + which);
  }

  /** Instructions executed so far; exact between runs, in helpers that declare it, and in device accesses. */
  get instructions(): number {
    const k = (this.base + L.S_ICOUNT_END) >> 2;
    const end = this.memory.u32[k]! + this.memory.i32[k + 1]! * 4294967296;
    return end - this.get(L.S_FUEL) - this.get(L.S_PENDING);
  }

  /** Instructions executed in regions so far; exact between runs. */
  get inRegions(): number {
    return this.instructions - this.skipped - this.stat(L.STAT_T0_INSNS);
  }

  /** Counts instructions that were not executed. */
  skip(instructions: number): void {
    this.skipped += instructions;
    this.setIcountEnd(this.instructions + instructions + this.get(L.S_FUEL));
  }

  /** Goes on, between two runs, as if `instructions` had been counted, `skipped` of them not executed. */
  resumeAt(instructions: number, skipped: number): void {
    this.skipped = skipped;
    this.set(L.S_FUEL, 0);
    this.set(L.S_PENDING, 0);
    this.setIcountEnd(instructions);
  }

  /** What the next run may execute. */
  grant(budget: number): void {
    const done = this.instructions;
    this.beyond = budget;
    this.set(L.S_FUEL, 0);
    this.setIcountEnd(done);
    this.goOn();
  }

  /** The next piece of the budget, when one is used up: false when there is none. Between two of them a request from another thread
   *  is seen: code in a loop holds its fuel where no other thread reaches it. */
  goOn(): boolean {
    const { beyond } = this;
    if (beyond <= 0) return false;
    const piece = Math.min(beyond, this.get(L.S_EXACT) ? EXACT_PIECE : PIECE);
    const done = this.instructions;
    // What ran beyond the last piece counts.
    const fuel = piece + Math.min(0, this.get(L.S_FUEL));
    this.beyond = beyond - piece;
    this.set(L.S_FUEL, fuel);
    this.setIcountEnd(done + fuel);
    return true;
  }

  /** Ends the budget of the running run: it returns at its next look at the fuel. */
  cut(): void {
    this.beyond = 0;
    const left = this.get(L.S_FUEL);
    if (left <= 0) return;
    const end = this.memory.view.getBigInt64(this.base + L.S_ICOUNT_END, true);
    this.memory.view.setBigInt64(this.base + L.S_ICOUNT_END, end - BigInt(left), true);
    this.set(L.S_FUEL, 0);
  }

  /** The running or the next run returns after the instruction that is being executed. */
  stop(): void {
    this.set(L.S_STOP, 1);
    // Loops inside a region or a block only look at the fuel.
    this.cut();
  }

  /** As stop(), from any thread that has this memory: within a millisecond or so (PIECE). */
  requestStop(): void {
    Atomics.store(this.memory.i32, (this.base + L.S_STOP) >> 2, 1);
  }

  private setIcountEnd(value: number): void {
    this.memory.view.setBigInt64(this.base + L.S_ICOUNT_END, BigInt(value), true);
  }
}
