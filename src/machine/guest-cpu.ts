// What is the same of every guest's CPU: an engine and its first Vcpu, as the machine sees them. A guest adds its interrupt lines and what
// its state starts with.

import type { Arch } from "../arch/arch.js";
import type { Frontend } from "../arch/frontend.js";
import type { ArchImports } from "../engine/core.js";
import { Engine, type Tier1, type TranslateEvent } from "../engine/engine.js";
import type { RamRange } from "../engine/physical.js";
import type { Vcpu } from "../engine/vcpu.js";
import { E_ICOUNT, E_ICOUNT_SHIFT } from "../layout/engine.js";
import { MODE_MMU_MASK, MODE_MMU_SHIFT, S_EXACT, S_HALTED, S_MODE, S_PC } from "../layout/vcpu.js";
import { type CpuExit, type CpuHooks, type EngineCpu, hostImports } from "./cpu.js";

export interface GuestCpuOptions<H extends CpuHooks = CpuHooks> {
  module: WebAssembly.Module;
  frontend: Frontend;
  hooks: H;
  ram: readonly RamRange[];
  /** Room for ROM, where it is not the usual. */
  romBytes?: number;
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

export abstract class GuestCpu implements EngineCpu {
  readonly engine: Engine;
  readonly vcpu: Vcpu;
  /** Set when the guest ran where there is no memory. */
  strayed = false;

  /** The guest's own class calls reset() when its state is there. `archImports`: what the guest's part of core calls. */
  constructor(arch: Arch, options: GuestCpuOptions, archImports?: ArchImports) {
    const { hooks, onLog, icountShift, ...engine } = options;
    this.engine = new Engine({
      ...engine,
      arch,
      host: hostImports(hooks, onLog),
      ...(archImports ? { archImports } : {}),
    });
    this.vcpu = this.engine.vcpu;
    if (icountShift === undefined) return;
    this.engine.memory.setEngine(E_ICOUNT, 1);
    this.engine.memory.setEngine(E_ICOUNT_SHIFT, icountShift);
    this.vcpu.set(S_EXACT, 1);
  }

  abstract setInterrupt(line: number, level: boolean): void;

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
    return this.vcpu.get(S_HALTED) !== 0;
  }

  reset(): void {
    this.strayed = false;
    this.engine.reset(this.vcpu);
  }

  // ---- state, for boot loaders, the monitor and tests -----------------------------------------------------------------------

  get pc(): bigint {
    return this.vcpu.get64(S_PC);
  }

  setPc(value: bigint): void {
    this.vcpu.set64(S_PC, value);
  }

  /** A 64-bit field of the guest's state: an offset of its layout.ts. */
  field(slot: number): bigint {
    return this.vcpu.get64(slot);
  }

  setField(slot: number, value: bigint): void {
    this.vcpu.set64(slot, value);
  }

  field32(slot: number): number {
    return this.vcpu.get(slot);
  }

  setField32(slot: number, value: number): void {
    this.vcpu.set(slot, value);
  }

  /** Makes state that was set take effect: mode, MMU, pending events. setPc and general registers do without. */
  update(): void {
    this.engine.update(this.vcpu);
  }

  /** Guest-physical address of a virtual one as the code sees it that runs now, whatever its rights, or undefined. */
  translateNow(address: bigint): number | undefined {
    const mmu = (this.vcpu.get(S_MODE) >> MODE_MMU_SHIFT) & MODE_MMU_MASK;
    return this.engine.translateAddress(this.vcpu, address, mmu);
  }

  /** Guest-physical address of a virtual one as the system sees it, or undefined. */
  translate(address: bigint): number | undefined {
    return this.engine.translateAddress(this.vcpu, address);
  }
}
