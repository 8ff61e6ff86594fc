// Runs guest code: calls core's dispatcher and does what it asks for, translation to tier 0 and regions of tier 1.

import type { Arch } from "../arch/arch.js";
import type { Frontend, TranslateOptions } from "../arch/frontend.js";
import type { IrBlock } from "../ir/block.js";
import * as L from "../layout/layout.js";
import { BlockTooLarge, Tier0Encoder } from "../tier0/encode.js";
import { BLOCK_MAX_INSNS, HOT_BLOCK, HOT_SYSTEM_BLOCK, TRANSLATIONS_A_POLL } from "../tuning/engine.js";
import { BlockCache } from "./block-cache.js";
import { type ArchImports, type Core, type HostImports, instantiateCore } from "./core.js";
import { EngineMemory } from "./memory.js";
import type { MappedRange, RamRange } from "./physical.js";
import { Vcpu } from "./vcpu.js";

export interface EngineOptions {
  /** The core of the guest. */
  module: WebAssembly.Module;
  arch: Arch;
  frontend: Frontend;
  host: HostImports;
  archImports?: ArchImports;
  ram: readonly RamRange[];
  /** Room for ROM, where it is not the usual. */
  romBytes?: number;
  /** How many CPUs, 1 if left out. They run in turns: run(). */
  cpus?: number;
  /** Memory that threads share, which `module` is made for (shared.ts). */
  shared?: boolean;
  /** -accel tcg,one-insn-per-tb=on */
  oneInsn?: boolean;
  /** Makes tier 1; left out, everything is interpreted. */
  tier1?: (engine: Engine) => Tier1;
  onTranslate?: (event: TranslateEvent) => void;
}

export interface Tier1 {
  /** The tier 0 block at this address has become hot. */
  hot(block: number): void;
  /** Called once a slice: dead regions, consolidation. */
  maintain(): void;
  /** All regions are dead: what lies at their addresses may be other code now. */
  forget?(): void;
  /** Something is to come from another thread, through the host's event loop. */
  readonly awaiting?: boolean;
  /** Numbers for the monitor, by name. */
  readonly statistics?: object;
}

export interface TranslateEvent {
  physical: number;
  mode: number;
  code: Uint8Array;
  block: IrBlock;
}

export type EngineExit = "budget" | "halt" | "stop" | "shutdown" | "not-memory";

export class Engine {
  readonly memory: EngineMemory;
  readonly core: Core;
  readonly arch: Arch;
  readonly frontend: Frontend;
  readonly cache: BlockCache;
  readonly tier1: Tier1 | undefined;
  readonly vcpus: readonly Vcpu[];
  private readonly encoders: readonly Tier0Encoder[];
  private current: Vcpu;
  private readonly options: EngineOptions;
  private readonly crossing = new Uint8Array(4096 + 32);
  private readonly request: TranslateOptions = {
    mode: 0,
    maxInsns: 0,
    pageBytes: 0,
    secondPage: false,
    entry: 0,
    start: 0,
  };
  /** Called at every multiple of `every` executed instructions (exact only with S_EXACT): lockstep, traces. */
  checkpoint: { every: number; reached: (instructions: number) => void } | undefined;
  /** Called after work that takes long for the instructions it is done for: translation, regions. May call cut(). */
  poll: (() => void) | undefined;
  translations = 0;
  guestBytes = 0;

  constructor(options: EngineOptions) {
    this.options = options;
    const { arch, host, archImports } = options;
    this.arch = arch;
    this.frontend = options.frontend;
    this.memory = new EngineMemory(options.ram, arch, options.cpus, options.shared, options.romBytes);
    const imports = { host, ...(archImports ? { arch: archImports } : {}) };
    this.core = instantiateCore(options.module, this.memory, imports, options.frontend.helpers);
    const { memory, core } = this;
    this.vcpus = Array.from(
      { length: options.cpus ?? 1 },
      (_, k) => new Vcpu(memory, memory.plan.cpus + k * memory.plan.cpuSize, k),
    );
    this.encoders = this.vcpus.map(
      ({ base }) =>
        new Tier0Encoder(memory.memory.buffer, base + L.S_ENCODER, core.tier0_encode, options.frontend.helpers),
    );
    this.current = this.vcpus[0]!;
    this.cache = new BlockCache(this.memory, this.core);
    for (const vcpu of this.vcpus) {
      this.archFunction(arch.functions.init, vcpu);
      core.initTlb(vcpu.base);
    }
    if (options.tier1) this.memory.setHot(HOT_SYSTEM_BLOCK, HOT_BLOCK);
    else this.memory.setHot(-1);
    this.tier1 = options.tier1?.(this);
  }

  /** The CPU that runs, or ran last. */
  get vcpu(): Vcpu {
    return this.current;
  }

  /** Executes about `budget` instructions (1 to 2^31-1), exactly so many with S_EXACT. */
  run(budget: number, vcpu = this.current): EngineExit {
    this.current = vcpu;
    if (!this.checkpoint) return this.runPiece(budget);
    const end = this.instructions + budget;
    while (true) {
      const now = this.instructions;
      const { checkpoint } = this;
      if (!checkpoint) return this.runPiece(end - now);
      const next = (Math.floor(now / checkpoint.every) + 1) * checkpoint.every;
      const exit = this.runPiece(Math.min(end, next) - now);
      if (this.instructions === next) checkpoint.reached(next);
      if (exit !== "budget" || this.instructions >= end) return exit;
    }
  }

  private runPiece(budget: number): EngineExit {
    const { core, current } = this;
    current.grant(budget);
    while (true) {
      switch (core.run(current.base)) {
        case L.EXIT_FUEL:
          if (current.goOn()) break;
          this.tier1?.maintain();
          return "budget";
        case L.EXIT_TRANSLATE:
          if (!this.translate()) return "not-memory";
          if (this.translations % TRANSLATIONS_A_POLL === 0) this.poll?.();
          break;
        case L.EXIT_HOT:
          this.tier1?.hot(current.get(L.S_EXIT_BLOCK));
          this.poll?.();
          break;
        case L.EXIT_HALT:
          return "halt";
        case L.EXIT_SHUTDOWN:
          return "shutdown";
        case L.EXIT_STOP:
          return "stop";
        default:
          return "not-memory";
      }
    }
  }

  /** Calls one of the guest's functions for a CPU. */
  private archFunction(name: string, { base }: Vcpu): void {
    (this.core.exports[name] as (cpu: number) => void)(base);
  }

  /** Power-on state of a CPU. */
  reset(vcpu: Vcpu): void {
    this.archFunction(this.arch.functions.reset, vcpu);
    this.update(vcpu);
  }

  /** Makes a CPU's state that was changed from outside take effect. */
  update(vcpu: Vcpu): void {
    this.archFunction(this.arch.functions.update, vcpu);
  }

  /** Guest-physical address of a virtual one as the system sees it, or undefined. */
  translateAddress(vcpu: Vcpu, address: bigint, mmu = this.arch.mmu.debug): number | undefined {
    const lo = Number(address & 0xffffffffn) | 0;
    const hi = Number((address >> 32n) & 0xffffffffn) | 0;
    return this.core.debugTranslate(vcpu.base, lo, hi, mmu) ? vcpu.number(L.S_WALK_PHYS) : undefined;
  }

  /** Of the CPU that runs: see Vcpu. */
  get instructions(): number {
    return this.current.instructions;
  }

  get inRegions(): number {
    return this.current.inRegions;
  }

  /** RAM was replaced as a whole: all code that was translated goes. */
  forgetMemory(): void {
    this.core.forgetCode();
    this.tier1?.forget?.();
    for (const { base } of this.vcpus) this.core.flushTlb(base, 0);
  }

  /** Replaces what lies over RAM (PhysicalMap.map); code that was translated goes, as it may lie elsewhere now. */
  map(over: readonly MappedRange[]): void {
    if (this.memory.physical.maps(over)) return;
    this.core.forgetCode();
    this.tier1?.forget?.();
    this.memory.physical.map(over);
    for (const { base } of this.vcpus) this.core.flushTlb(base, 0);
  }

  /** Translates the block the dispatcher stopped at; false when the code is not in memory. */
  private translate(): boolean {
    const { memory, core, request, current } = this;
    const ir = this.encoders[current.index]!.block;
    const { u8 } = memory;
    const physical = current.number(L.S_EXIT_PHYS);
    const host = memory.physical.hostOf(physical);
    if (host === 0) return false;
    const one = current.get(L.S_ONE_INSN) !== 0;
    const pageOffset = physical % 4096;
    request.mode = current.get(L.S_MODE) | (one ? L.MODE_ONE_INSN : 0);
    request.maxInsns = one || this.options.oneInsn ? 1 : BLOCK_MAX_INSNS;
    request.pageBytes = 4096 - pageOffset;
    request.secondPage = false;
    request.start = host;
    let code = u8;
    let page2 = -1;
    if (this.frontend.translate(ir, code, request).status === "second-page") {
      page2 = core.secondPage(current.base);
      // A fetch fault is pending: the dispatcher delivers it.
      if (page2 === -1) return true;
      if (page2 === -2) return false;
      this.crossing.set(u8.subarray(host, host + request.pageBytes));
      const second = page2 * 4096;
      this.crossing.set(u8.subarray(second, second + this.frontend.maxInsnBytes), request.pageBytes);
      code = this.crossing.subarray(0, request.pageBytes + this.frontend.maxInsnBytes);
      request.start = 0;
      request.secondPage = true;
      this.frontend.translate(ir, code, request);
    }
    this.options.onTranslate?.({ physical, mode: request.mode, code: code.subarray(request.start), block: ir });
    const address = this.encode(ir, code, pageOffset, page2, one);
    const h = address >> 2;
    const { i32 } = memory;
    i32[h + (L.B_MODE >> 2)] = request.mode;
    i32[h + (L.B_PHYS >> 2)] = physical | 0;
    i32[h + (L.B_PHYS >> 2) + 1] = Math.floor(physical / 4294967296);
    i32[h + (L.B_INSNS >> 2)] = ir.insns;
    i32[h + (L.B_BYTES >> 2)] = ir.bytes;
    i32[h + (L.B_PAGE2 >> 2)] = page2;
    core.installBlock(address, 0);
    this.translations++;
    this.guestBytes += ir.bytes;
    return true;
  }

  /** Writes the code of a block behind a header and returns the header's address. */
  private encode(ir: IrBlock, code: Uint8Array, pageOffset: number, page2: number, one: boolean): number {
    const { cache, memory, frontend, request } = this;
    const encoder = this.encoders[this.current.index]!;
    while (true) {
      // Four micro-ops a node is more than any node takes.
      const room = L.B_HEADER + 64 * (ir.count + 4);
      const address = cache.reserve(room);
      try {
        const bytes = encoder.encode(address + L.B_HEADER, pageOffset, page2 === -1 && !one);
        memory.i32[(address + L.B_SIZE) >> 2] = bytes;
        cache.commit(L.B_HEADER + bytes);
        return address;
      } catch (error) {
        if (!(error instanceof BlockTooLarge) || ir.insns === 1) throw error;
        request.maxInsns = ir.insns >> 1;
        frontend.translate(ir, code, request);
      }
    }
  }
}
