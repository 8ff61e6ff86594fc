// The engine as the machine of the corpus, with room for operand sets: runs the loops that the native program runs.

import * as X from "../../../../src/arch/x86/layout.js";
import * as L from "../../../../src/layout/layout.js";
import { EngineGuestMemory } from "../../../../src/machine/guest-memory.js";
import type { Parts } from "../../../../testing/x86/parts.js";
import { Runner } from "../corpus/emulate.js";
import { CODE, DATA } from "../corpus/state.js";
import type { Job } from "./batch.js";
import { AREA, BULK, INPUT, OUTPUT, V_COUNT, V_IN, V_OUT } from "./layout.js";

/** The upper half of the machine's memory, which the corpus leaves alone. */
const BULK_PHYS = 0x200000;
/** Present, for users, writable; 2 MiB. */
const HUGE_PAGE = 0x87;
/** Runs of a block before its region is made: the loop has gone round a few times, so that all of it becomes one region. */
const HOT = 4;
/** Nothing takes so many instructions for an operand set. */
const BUDGET = 1000;
/** Instructions within which the loop has become a region, and memory has been touched. */
const WARMING = 4000;
const BREAKPOINT = 3;

export interface LoopResult {
  /** Undefined, or how the loop ended other than at its end. */
  failure: string | undefined;
  left: number;
  output: Uint32Array;
  memory: Uint32Array;
  /** Instructions executed, and by regions. */
  instructions: number;
  inRegions: number;
  /** Instructions that were left to tier 0 after there were regions. */
  late: number;
}

export class LoopRunner extends Runner {
  private readonly guest: EngineGuestMemory;
  private readonly bulk: number;
  private readonly code: number;
  private readonly variables: DataView;
  private userMode = 0;

  /** `tier1`: the loops become regions; else they are interpreted. */
  constructor(parts: Parts, tier1: boolean) {
    super(parts, tier1);
    const { engine } = this.cpu;
    if (tier1) engine.memory.setHot(HOT);
    this.guest = new EngineGuestMemory(engine);
    this.bulk = engine.memory.physical.hostOf(BULK_PHYS);
    this.mapBulk();
    this.code = this.cpu.translate(BigInt(CODE))!;
    const variables = engine.memory.physical.hostOf(this.cpu.translate(BigInt(DATA))!);
    this.variables = new DataView(engine.memory.u8.buffer, variables, 4096);
  }

  /** What it gives is valid until the next call. */
  execute(job: Job): LoopResult {
    const { cpu, guest, variables } = this;
    const { memory } = cpu.engine;
    const { loop, count, input } = job;
    guest.write(this.code, loop.code);
    memory.u32.set(input, this.bulk >> 2);
    memory.u32.fill(0, (this.bulk + AREA) >> 2, (this.bulk + AREA + count * loop.outStride) >> 2);
    variables.setBigUint64(V_IN - DATA, BigInt(INPUT), true);
    variables.setBigUint64(V_OUT - DATA, BigInt(OUTPUT), true);
    variables.setUint32(V_COUNT - DATA, count, true);
    this.startUserMode();
    cpu.setPc(BigInt(CODE + loop.entry));
    const before = cpu.instructions;
    const regionsBefore = cpu.engine.inRegions;
    let exit = cpu.run(WARMING);
    const interpreted = () => cpu.instructions - before - (cpu.engine.inRegions - regionsBefore);
    const early = interpreted();
    if (exit === "budget") exit = cpu.run(count * BUDGET);
    const instructions = cpu.instructions - before;
    const inRegions = cpu.engine.inRegions - regionsBefore;
    // Buries the regions of code that has been overwritten: a run that ends with HLT does not come to it.
    cpu.engine.tier1?.maintain();
    const left = variables.getUint32(V_COUNT - DATA, true);
    // Handlers are a byte each, on a page of their own, and halt.
    const vector = (Number(cpu.pc & 0xffn) + 255) & 255;
    let failure: string | undefined;
    if (exit !== "halt") failure = `ended with "${exit}"`;
    else if (vector !== BREAKPOINT || left !== 0) failure = `exception ${vector}`;
    const part = (at: number, length: number) => memory.u32.subarray(at >> 2, (at + length) >> 2);
    return {
      failure,
      left,
      output: part(this.bulk + AREA, count * loop.outStride),
      memory: part(this.bulk, job.encoding.window > 0 ? count * loop.inStride : 0),
      instructions,
      inRegions,
      late: interpreted() - early,
    };
  }

  private startUserMode(): void {
    const { cpu } = this;
    const { vcpu } = cpu.engine;
    this.enterUserMode();
    vcpu.set(X.X_CC_OP, X.CC_EFLAGS);
    vcpu.set64(X.X_CC_SRC, 0n);
    vcpu.set(X.X_DF, 1);
    vcpu.set64(X.X_FLAGS, 0x202n);
    vcpu.set(L.S_HALTED, 0);
    vcpu.set(L.S_INHIBIT, 0);
    if (this.userMode === 0) {
      cpu.update();
      this.userMode = vcpu.get(L.S_MODE);
    }
    // All there is to update but the TLB, which would be empty again: tier 0 would do the first access to every page.
    vcpu.set(L.S_MODE, this.userMode);
  }

  /** Adds a page of 2 MiB to the tables of the corpus' machine. */
  private mapBulk(): void {
    const { cpu, guest } = this;
    this.enterUserMode();
    const frame = (entry: number) => guest.readU32(entry) & ~0xfff;
    const directory = frame(frame(Number(cpu.field(X.X_CR3))));
    guest.write(directory + 8 * (BULK >> 21), Uint8Array.of(HUGE_PAGE, 0, BULK_PHYS >> 16, 0, 0, 0, 0, 0));
  }
}
