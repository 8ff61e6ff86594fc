// The x86 CPU as the machine sees it: the engine with its interrupt inputs and the state that boot loaders and the
// monitor poke at.

import type { ArchImports } from "../../engine/core.js";
import * as L from "../../layout/layout.js";
import type { Cpu, CpuHooks } from "../../machine/cpu.js";
import { GuestCpu, type GuestCpuOptions } from "../../machine/guest-cpu.js";
import { INTR, X86 } from "./arch.js";
import * as X from "./layout.js";

/** What firmware's tables say of a CPU. */
export interface CpuIdentity {
  /** CPUID 1.EAX. */
  readonly signature: number;
  /** CPUID 1.EDX. */
  readonly features: number;
}

export interface X86CpuOptions extends GuestCpuOptions<X86Hooks> {
  /** Entries of the CPUID table and the feature words that gate instructions (frontend/cpuid.ts). */
  cpuid: { table: Uint32Array; features: Uint32Array };
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

export class X86Cpu extends GuestCpu implements X86Inputs {
  readonly identity: CpuIdentity;

  constructor(options: X86CpuOptions) {
    super(X86, options, archImports(options.hooks));
    const { table, features } = options.cpuid;
    this.identity = identityOf(table);
    const { memory, vcpu } = this.engine;
    const { archTables } = memory.plan;
    memory.u32.set(table, archTables >> 2);
    memory.u32.set(features, (vcpu.base + X.X_FEATURES) >> 2);
    vcpu.set(X.X_CPUID_TABLE, archTables);
    vcpu.set(X.X_CPUID_COUNT, table.length / 6);
    this.reset();
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

  setSegment(segment: number, selector: number, base: bigint, limit: bigint, attributes: number): void {
    const at = X.X_SEG + segment * X.SEG_STRIDE;
    const { vcpu } = this;
    vcpu.set64(at + X.SEG_BASE, base);
    vcpu.set64(at + X.SEG_LIMIT, limit);
    vcpu.set(at + X.SEG_SEL, selector);
    vcpu.set(at + X.SEG_ATTR, attributes);
  }
}

function archImports(hooks: X86Hooks): ArchImports {
  let high = 0;
  return {
    portRead: (port: number, size: number) => hooks.portRead(port, size),
    portWrite: (port: number, size: number, value: number) => hooks.portWrite(port, size, value >>> 0),
    acknowledge: () => hooks.acknowledge(),
    guestCall: (what: number, lo: number, hi: number) => {
      const result = hooks.guestCall(what, (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
      high = Number((result >> 32n) & 0xffffffffn) | 0;
      return Number(result & 0xffffffffn) | 0;
    },
    guestCallHigh: () => high,
  };
}

function identityOf(table: Uint32Array): CpuIdentity {
  // Entries are leaf, sub-leaf, EAX, EBX, ECX, EDX.
  let at = 0;
  while (at < table.length && table[at] !== 1) at += 6;
  return { signature: table[at + 2] ?? 0, features: table[at + 5] ?? 0 };
}
