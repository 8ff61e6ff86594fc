// The RISC-V platform-level interrupt controller (RISC-V PLIC specification 1.0), as QEMU's `riscv.sifive.plic`. All sources are level
// triggered: the gateway of a source lets one request through, and the next one when the handler has completed that one.
//
// A claim gives the most urgent source that is pending and enabled, whatever the threshold is (chapter 9 of the specification; QEMU looks
// at the threshold there too). The threshold decides about the interrupt line alone.

import type { Device, DeviceLog, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as r from "./registers.js";

export interface PlicOptions {
  /** Number of the highest source; the first is 1. */
  readonly sources: number;
  /** The lowest priority is 1; 0 never interrupts. */
  readonly priorityBits: number;
  /** Where each context's interrupt goes. */
  readonly contexts: readonly IrqLine[];
  readonly log?: DeviceLog;
}

interface Context {
  readonly line: IrqLine;
  readonly enabled: Uint32Array;
  threshold: number;
  level: boolean;
}

export class Plic implements Device, IoRegion {
  readonly name = "riscv.sifive.plic";
  readonly stateVersion = 1;
  /** Bytes of registers. */
  readonly size: number;
  private readonly sources: number;
  private readonly most: number;
  private readonly priorities: Uint32Array;
  /** Bit n: source n. What devices drive; requests that wait; requests that are claimed and not yet complete. */
  private readonly levels: Uint32Array;
  private readonly pending: Uint32Array;
  private readonly claimed: Uint32Array;
  private readonly contexts: readonly Context[];
  private readonly log: DeviceLog | undefined;

  constructor({ sources, priorityBits, contexts, log }: PlicOptions) {
    if (sources < 1 || sources >= r.MOST_SOURCES) {
      throw new Error(`a PLIC has 1 to ${r.MOST_SOURCES - 1} sources, not ${sources}`);
    }
    if (contexts.length > r.MOST_CONTEXTS) throw new Error(`a PLIC has at most ${r.MOST_CONTEXTS} contexts`);
    this.sources = sources;
    this.most = 2 ** priorityBits - 1;
    this.log = log;
    const words = (sources >> 5) + 1;
    this.priorities = new Uint32Array(sources + 1);
    this.levels = new Uint32Array(words);
    this.pending = new Uint32Array(words);
    this.claimed = new Uint32Array(words);
    this.contexts = contexts.map((line) => ({ line, enabled: new Uint32Array(words), threshold: 0, level: false }));
    this.size = r.CONTEXTS + contexts.length * r.CONTEXT_STRIDE;
  }

  /** The line into source n. Throws Error where there is none. */
  input(n: number): IrqLine {
    if (!Number.isInteger(n) || n < 1 || n > this.sources) {
      throw new Error(`irq=${n}: there are interrupts 1 to ${this.sources}`);
    }
    return {
      set: (level) => {
        setBit(this.levels, n, level);
        if (!level) return;
        this.request(n);
        this.update();
      },
    };
  }

  reset(): void {
    for (const words of [this.priorities, this.pending, this.claimed]) words.fill(0);
    for (const context of this.contexts) {
      context.enabled.fill(0);
      context.threshold = 0;
    }
    this.requestAll();
    this.update();
  }

  read(offset: number, size: number): number {
    if (!this.isWord(offset, size, "read")) return 0;
    if (offset >= r.CONTEXTS) {
      const context = this.contexts[Math.floor((offset - r.CONTEXTS) / r.CONTEXT_STRIDE)];
      const at = offset % r.CONTEXT_STRIDE;
      if (context && at === r.THRESHOLD) return context.threshold;
      if (context && at === r.CLAIM) return this.claim(context);
    } else if (offset >= r.ENABLES) {
      const word = this.contextEnables(offset)?.[(offset % r.ENABLES_STRIDE) >> 2];
      if (word !== undefined) return word;
    } else if (offset >= r.PENDING) {
      const word = this.pending[(offset - r.PENDING) >> 2];
      if (word !== undefined) return word;
    } else {
      const priority = this.priorities[offset >> 2];
      if (priority !== undefined) return priority;
    }
    this.bad("read", offset);
    return 0;
  }

  write(offset: number, size: number, value: number): void {
    if (!this.isWord(offset, size, "write")) return;
    if (this.store(offset, value)) this.update();
    else this.bad("write", offset);
  }

  save(): DeviceState {
    return {
      priorities: [...this.priorities],
      levels: [...this.levels],
      pending: [...this.pending],
      claimed: [...this.claimed],
      contexts: this.contexts.map(({ enabled, threshold }) => ({ enabled: [...enabled], threshold })),
    };
  }

  load(state: StateReader): void {
    const words = this.levels.length;
    this.priorities.set(state.uints("priorities", this.sources + 1, this.most));
    for (const name of ["levels", "pending", "claimed"] as const) this[name].set(state.uints(name, words));
    state.parts("contexts", this.contexts.length).forEach((part, n) => {
      const context = this.contexts[n]!;
      context.enabled.set(part.uints("enabled", words));
      context.threshold = part.uint("threshold", this.most);
    });
  }

  settle(): void {
    for (const context of this.contexts) {
      context.level = this.best(context) > context.threshold;
      context.line.set(context.level);
    }
  }

  /** False: nothing is there that can be written. */
  private store(offset: number, value: number): boolean {
    if (offset >= r.CONTEXTS) {
      const context = this.contexts[Math.floor((offset - r.CONTEXTS) / r.CONTEXT_STRIDE)];
      const at = offset % r.CONTEXT_STRIDE;
      if (!context || at > r.CLAIM) return false;
      if (at === r.THRESHOLD) context.threshold = value & this.most;
      else this.complete(context, value);
      return true;
    }
    if (offset >= r.ENABLES) {
      const enabled = this.contextEnables(offset);
      const word = (offset % r.ENABLES_STRIDE) >> 2;
      if (!enabled || word >= enabled.length) return false;
      enabled[word] = value & this.existing(word);
      return true;
    }
    const source = offset >> 2;
    if (source > this.sources) return false;
    if (source > 0) this.priorities[source] = value & this.most;
    return true;
  }

  private contextEnables(offset: number): Uint32Array | undefined {
    return this.contexts[Math.floor((offset - r.ENABLES) / r.ENABLES_STRIDE)]?.enabled;
  }

  /** Bits of a word whose sources there are. */
  private existing(word: number): number {
    const last = this.sources - 32 * word;
    const bits = last >= 31 ? 0xffffffff : 2 ** (last + 1) - 1;
    return word === 0 ? bits - 1 : bits;
  }

  /** The gateway of a source: a request goes on unless one is waiting or being handled. */
  private request(source: number): void {
    if (!bit(this.claimed, source)) setBit(this.pending, source, true);
  }

  private requestAll(): void {
    for (let n = 0; n < this.levels.length; n++) this.pending[n]! |= this.levels[n]! & ~this.claimed[n]!;
  }

  private claim(context: Context): number {
    const source = this.mostUrgent(context);
    if (source === 0) return 0;
    setBit(this.pending, source, false);
    setBit(this.claimed, source, true);
    this.update();
    return source;
  }

  /** Chapter 10: a number that is not of a source enabled for this context is ignored. */
  private complete(context: Context, source: number): void {
    if (source > this.sources || !bit(context.enabled, source) || !bit(this.claimed, source)) return;
    setBit(this.claimed, source, false);
    if (bit(this.levels, source)) setBit(this.pending, source, true);
  }

  /** Of those pending and enabled the one with the highest priority, of equal ones the lowest number; 0: none. */
  private mostUrgent({ enabled }: Context): number {
    let found = 0;
    let priority = 0;
    for (let n = 0; n < enabled.length; n++) {
      for (let bits = (enabled[n]! & this.pending[n]!) >>> 0; bits !== 0; bits &= bits - 1) {
        const source = 32 * n + 31 - Math.clz32(bits & -bits);
        if (this.priorities[source]! <= priority) continue;
        found = source;
        priority = this.priorities[source]!;
      }
    }
    return found;
  }

  private best(context: Context): number {
    return this.priorities[this.mostUrgent(context)]!;
  }

  private update(): void {
    for (const context of this.contexts) {
      const level = this.best(context) > context.threshold;
      if (level === context.level) continue;
      context.level = level;
      context.line.set(level);
    }
  }

  private isWord(offset: number, size: number, what: string): boolean {
    if (size === 4 && (offset & 3) === 0) return true;
    this.log?.guestError(
      `plic: ${what} of ${size} bytes at offset 0x${offset.toString(16)}: registers are words of 32 bits`,
    );
    return false;
  }

  private bad(what: string, offset: number): void {
    this.log?.guestError(`plic: ${what} at offset 0x${offset.toString(16)}, where no register is`);
  }
}

function bit(words: Uint32Array, n: number): boolean {
  return (words[n >> 5]! & (1 << (n & 31))) !== 0;
}

function setBit(words: Uint32Array, n: number, on: boolean): void {
  if (on) words[n >> 5]! |= 1 << (n & 31);
  else words[n >> 5]! &= ~(1 << (n & 31));
}
