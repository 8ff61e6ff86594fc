// The x86 CPU as the machine sees it: the engine with its interrupt inputs and the state that boot loaders and the
// monitor poke at.

import { Engine, type Tier1, type TranslateEvent } from "../../engine/engine.js";
import type { RamRange } from "../../engine/physical.js";
import type { Vcpu } from "../../engine/vcpu.js";
import * as L from "../../layout/layout.js";
import { type Cpu, type CpuExit, type CpuHooks, type EngineCpu, hostImports } from "../../machine/cpu.js";
import type { Frontend } from "../frontend.js";
import { INTR, X86 } from "./arch.js";
import * as X from "./layout.js";

/** What firmware's tables say of a CPU. */
export interface CpuIdentity {
  /** CPUID 1.EAX. */
  readonly signature: number;
  /** CPUID 1.EDX. */
  readonly features: number;
}

export interface X86CpuOptions {
  module: WebAssembly.Module;
  frontend: Frontend;
  /** Entries of the CPUID table and the feature words that gate instructions (frontend/cpuid.ts). */
  cpuid: { table: Uint32Array; features: Uint32Array };
  hooks: X86Hooks;
  ram: readonly RamRange[];
  /** How many the engine has; this object is the first. */
  cpus?: number;
  /** Memory that threads share, which `module` is made for. */
  shared?: boolean;
  oneInsn?: boolean;
  /** Instruction-counted time: nanoseconds per instruction as a power of two. */
  icountShift?: number;
  tier1?: (engine: Engine) => Tier1;
  onTranslate?: (event: TranslateEvent) => void;
  onLog?: (kind: number, a: number, b: number, c: number) => void;
}

/** The CPU with the inputs that x86 has beside interrupt lines. */
export interface X86Inputs extends Cpu {
  nmi(): void;
  /** INIT, before the next instruction: as reset, but x87 and SSE state, MSRs and caches keep their values. */
  init(): void;
  /** Start at vector * 4096 after INIT. */
  sipi(vector: number): void;
  /** The A20 gate: false makes address bit 20 read as 0. */
  setA20(enabled: boolean): void;
}

export interface X86Hooks extends CpuHooks {
  portRead(port: number, size: number): number;
  portWrite(port: number, size: number, value: number): void;
  /** Takes an interrupt: its vector, or -1 when there is none any more. */
  acknowledge(): number;
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

export class X86Cpu implements X86Inputs, EngineCpu {
  readonly engine: Engine;
  readonly vcpu: Vcpu;
  private high = 0;
  /** Set when the guest ran where there is no memory. */
  strayed = false;
  readonly identity: CpuIdentity;

  constructor(options: X86CpuOptions) {
    this.identity = identityOf(options.cpuid.table);
    const { hooks } = options;
    const archImports = {
      portRead: (port: number, size: number) => hooks.portRead(port, size),
      portWrite: (port: number, size: number, value: number) => hooks.portWrite(port, size, value >>> 0),
      acknowledge: () => hooks.acknowledge(),
      guestCall: (what: number, lo: number, hi: number) => {
        const result = hooks.guestCall(what, (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
        this.high = Number((result >> 32n) & 0xffffffffn) | 0;
        return Number(result & 0xffffffffn) | 0;
      },
      guestCallHigh: () => this.high,
    };
    this.engine = new Engine({
      module: options.module,
      arch: X86,
      frontend: options.frontend,
      host: hostImports(hooks, options.onLog),
      archImports,
      ram: options.ram,
      ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
      ...(options.shared === undefined ? {} : { shared: options.shared }),
      ...(options.oneInsn === undefined ? {} : { oneInsn: options.oneInsn }),
      ...(options.tier1 ? { tier1: options.tier1 } : {}),
      ...(options.onTranslate ? { onTranslate: options.onTranslate } : {}),
    });
    this.vcpu = this.engine.vcpu;
    const { memory, vcpu } = this.engine;
    const table = memory.plan.archTables;
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

  setInterrupt(line: number, level: boolean): void {
    if (line !== INTR) throw new Error(`an x86 CPU has no interrupt line ${line}`);
    // Said again when a saved state settles: nothing has happened then.
    if (level === (this.vcpu.get(X.X_IRQ) !== 0)) return;
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
    this.engine.reset(this.vcpu);
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

  /** Makes poked state take effect: mode, MMU, pending events. Needed after any of the setters but setGpr and setPc. */
  update(): void {
    this.engine.update(this.vcpu);
  }

  /** Guest-physical address of a virtual one as the supervisor sees it, or undefined. */
  translate(address: bigint): number | undefined {
    return this.engine.translateAddress(this.vcpu, address);
  }
}

function identityOf(table: Uint32Array): CpuIdentity {
  // Entries are leaf, sub-leaf, EAX, EBX, ECX, EDX.
  let at = 0;
  while (at < table.length && table[at] !== 1) at += 6;
  return { signature: table[at + 2] ?? 0, features: table[at + 5] ?? 0 };
}
