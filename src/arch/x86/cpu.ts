// The x86 CPU as the machine sees it: the engine with its interrupt inputs and the state that boot loaders and the
// monitor poke at.

import type { HostImports } from "../../engine/core.js";
import { Engine, type Tier1, type TranslateEvent } from "../../engine/engine.js";
import type { RamRange } from "../../engine/physical.js";
import type { Vcpu } from "../../engine/vcpu.js";
import * as L from "../../layout/layout.js";
import type { Cpu, CpuExit, CpuHooks } from "../../machine/cpu.js";
import type { Frontend } from "../frontend.js";
import * as X from "./layout.js";

export interface X86CpuOptions {
  module: WebAssembly.Module;
  frontend: Frontend;
  /** Entries of the CPUID table and the feature words that gate instructions (frontend/cpuid.ts). */
  cpuid: { table: Uint32Array; features: Uint32Array };
  hooks: X86Hooks;
  ram: readonly RamRange[];
  /** How many the engine has; this object is the first. */
  cpus?: number;
  oneInsn?: boolean;
  /** Instruction-counted time: nanoseconds per instruction as a power of two. */
  icountShift?: number;
  tier1?: (engine: Engine) => Tier1;
  onTranslate?: (event: TranslateEvent) => void;
  onLog?: (kind: number, a: number, b: number, c: number) => void;
}

export interface X86Hooks extends CpuHooks {
  /** APIC registers, CR8, TSC deadline: HOST_* of host-calls.ts. 64-bit values as bigint. */
  guestCall(what: number, value: bigint): bigint;
}

const REGISTERS = [
  "rax",
  "rcx",
  "rdx",
  "rbx",
  "rsp",
  "rbp",
  "rsi",
  "rdi",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
];

export class X86Cpu implements Cpu {
  readonly engine: Engine;
  readonly vcpu: Vcpu;
  private readonly reset_: (cpu: number) => void;
  private readonly update_: (cpu: number) => void;
  private high = 0;
  /** Set when the guest ran where there is no memory. */
  strayed = false;

  constructor(options: X86CpuOptions) {
    const { hooks } = options;
    const host: HostImports = {
      mmioRead: (lo, hi, size) => hooks.mmioRead((hi >>> 0) * 4294967296 + (lo >>> 0), size),
      mmioWrite: (lo, hi, size, value) => hooks.mmioWrite((hi >>> 0) * 4294967296 + (lo >>> 0), size, value >>> 0),
      portRead: (port, size) => hooks.portRead(port, size),
      portWrite: (port, size, value) => hooks.portWrite(port, size, value >>> 0),
      now: () => hooks.now(),
      acknowledge: () => hooks.acknowledge(),
      guestCall: (what, lo, hi) => {
        const result = hooks.guestCall(what, (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
        this.high = Number((result >> 32n) & 0xffffffffn) | 0;
        return Number(result & 0xffffffffn) | 0;
      },
      guestCallHigh: () => this.high,
      random: () => hooks.random(),
      log: (kind, a, b, c) => options.onLog?.(kind, a, b, c),
    };
    this.engine = new Engine({
      module: options.module,
      frontend: options.frontend,
      host,
      ram: options.ram,
      ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
      init: "x86_init",
      ...(options.oneInsn === undefined ? {} : { oneInsn: options.oneInsn }),
      ...(options.tier1 ? { tier1: options.tier1 } : {}),
      ...(options.onTranslate ? { onTranslate: options.onTranslate } : {}),
    });
    this.vcpu = this.engine.vcpu;
    const { exports } = this.engine.core;
    this.reset_ = exports.x86_reset as (cpu: number) => void;
    this.update_ = exports.x86_update as (cpu: number) => void;
    const { memory, vcpu } = this.engine;
    const table = memory.plan.cpuid;
    memory.u32.set(options.cpuid.table, table >> 2);
    memory.u32.set(options.cpuid.features, (this.vcpu.base + X.X_FEATURES) >> 2);
    vcpu.set(X.X_CPUID_TABLE, table);
    vcpu.set(X.X_CPUID_COUNT, options.cpuid.table.length / 6);
    if (options.icountShift !== undefined) {
      memory.setEngine(L.E_ICOUNT, 1);
      memory.setEngine(L.E_ICOUNT_SHIFT, options.icountShift);
      vcpu.set(L.S_EXACT, 1);
    }
    this.reset();
  }

  run(budget: number): CpuExit {
    const exit = this.engine.run(budget, this.vcpu);
    if (exit !== "not-memory") return exit;
    this.strayed = true;
    return "shutdown";
  }

  stop(): void {
    this.vcpu.stop();
  }

  get instructions(): number {
    return this.vcpu.instructions;
  }

  skip(instructions: number): void {
    this.vcpu.skip(instructions);
  }

  get halted(): boolean {
    return this.vcpu.get(L.S_HALTED) !== 0;
  }

  setInterruptLine(level: boolean): void {
    this.vcpu.set(X.X_IRQ, level ? 1 : 0);
    if (level) this.vcpu.set(L.S_ATTENTION, 1);
  }

  nmi(): void {
    this.vcpu.set(X.X_NMI, 1);
    this.vcpu.set(L.S_ATTENTION, 1);
  }

  init(): void {
    this.vcpu.set(X.X_INIT, 1);
    this.vcpu.set(L.S_ATTENTION, 1);
  }

  sipi(vector: number): void {
    this.setSegment(X.CS, vector << 8, BigInt(vector << 12), 0xffffn, 0x9b);
    this.setPc(0n);
    this.vcpu.set(L.S_HALTED, 0);
    this.update();
  }

  reset(): void {
    this.strayed = false;
    this.reset_(this.vcpu.base);
    this.update();
  }

  setA20(enabled: boolean): void {
    this.vcpu.set(X.X_A20_OFF, enabled ? 0 : 1);
    this.engine.core.flushTlb(this.vcpu.base, 0);
  }

  // ---- state, for boot loaders and the monitor ------------------------------------------------------------------------------

  /** General register by name. */
  gpr(name: string): bigint {
    return this.vcpu.get64(X.X_GPR + 8 * REGISTERS.indexOf(name));
  }

  setGpr(name: string, value: bigint): void {
    const n = REGISTERS.indexOf(name);
    if (n < 0) throw new Error(`no register ${name}`);
    this.vcpu.set64(X.X_GPR + 8 * n, BigInt.asUintN(64, value));
  }

  get pc(): bigint {
    return this.vcpu.get64(L.S_PC);
  }

  setPc(value: bigint): void {
    this.vcpu.set64(L.S_PC, value);
  }

  /** A 64-bit field of x86 state: an offset of layout.ts. */
  field(slot: number): bigint {
    return this.vcpu.get64(slot);
  }

  setField(slot: number, value: bigint): void {
    this.vcpu.set64(slot, value);
  }

  setField32(slot: number, value: number): void {
    this.vcpu.set(slot, value);
  }

  setSegment(segment: number, selector: number, base: bigint, limit: bigint, attributes: number): void {
    const at = X.X_SEG + segment * X.SEG_STRIDE;
    const { vcpu } = this;
    vcpu.set64(at + X.SEG_BASE, base);
    vcpu.set64(at + X.SEG_LIMIT, limit);
    vcpu.set(at + X.SEG_SEL, selector);
    vcpu.set(at + X.SEG_ATTR, attributes);
  }

  /** Makes poked state take effect: mode, MMU. Needed after any of the setters but setGpr and setPc. */
  update(): void {
    this.update_(this.vcpu.base);
  }

  /** Guest-physical address of a virtual one as the supervisor sees it, or undefined. */
  translate(address: bigint): number | undefined {
    const { vcpu } = this;
    const { core } = this.engine;
    const ok = core.debugTranslate(
      this.vcpu.base,
      Number(address & 0xffffffffn) | 0,
      Number((address >> 32n) & 0xffffffffn) | 0,
    );
    return ok ? vcpu.number(L.S_WALK_PHYS) : undefined;
  }
}
