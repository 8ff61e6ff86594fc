// A hart as the machine sees it.

import { Engine, type Tier1, type TranslateEvent } from "../../engine/engine.js";
import type { RamRange } from "../../engine/physical.js";
import type { Vcpu } from "../../engine/vcpu.js";
import { E_ICOUNT, E_ICOUNT_SHIFT } from "../../layout/engine.js";
import { S_ATTENTION, S_EXACT, S_HALTED, S_PC } from "../../layout/vcpu.js";
import { type CpuExit, type CpuHooks, type EngineCpu, hostImports } from "../../machine/cpu.js";
import type { Frontend } from "../frontend.js";
import { RISCV } from "./arch.js";
import { featureBits, misa } from "./extensions.js";
import * as R from "./layout.js";

export interface RiscvHooks extends CpuHooks {
  /** stimecmp was set: when `time` gets there, IRQ_STI is to be asserted. */
  timerSet(at: bigint): void;
}

export interface RiscvCpuOptions {
  module: WebAssembly.Module;
  frontend: Frontend;
  /** As the frontend has them. */
  extensions: readonly string[];
  hooks: RiscvHooks;
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

export class RiscvCpu implements EngineCpu {
  strayed = false;
  readonly engine: Engine;
  readonly vcpu: Vcpu;
  /** In the order of the ISA string. */
  readonly extensions: readonly string[];

  constructor(options: RiscvCpuOptions) {
    const { hooks, extensions } = options;
    this.extensions = extensions;
    this.engine = new Engine({
      module: options.module,
      arch: RISCV,
      frontend: options.frontend,
      host: hostImports(hooks, options.onLog),
      archImports: {
        timerSet: (lo: number, hi: number) => hooks.timerSet((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)),
      },
      ram: options.ram,
      ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
      ...(options.oneInsn === undefined ? {} : { oneInsn: options.oneInsn }),
      ...(options.tier1 ? { tier1: options.tier1 } : {}),
      ...(options.onTranslate ? { onTranslate: options.onTranslate } : {}),
    });
    this.vcpu = this.engine.vcpu;
    if (options.icountShift !== undefined) {
      this.engine.memory.setEngine(E_ICOUNT, 1);
      this.engine.memory.setEngine(E_ICOUNT_SHIFT, options.icountShift);
      this.vcpu.set(S_EXACT, 1);
    }
    this.vcpu.set(R.RV_FEATURES, featureBits(extensions));
    this.vcpu.set64(R.RV_MISA, BigInt.asIntN(64, misa(extensions)));
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
    return this.vcpu.get(S_HALTED) !== 0;
  }

  /** `line`: IRQ_* of the layout. */
  setInterrupt(line: number, level: boolean): void {
    const lines = this.vcpu.get(R.RV_LINES);
    const next = level ? lines | (1 << line) : lines & ~(1 << line);
    if (next === lines) return;
    this.vcpu.set(R.RV_LINES, next);
    if (level) this.vcpu.set(S_ATTENTION, 1);
  }

  reset(): void {
    this.strayed = false;
    this.engine.reset(this.vcpu);
  }

  // ---- state, for boot loaders and tests ------------------------------------------------------------------------------------

  x(register: number): bigint {
    return this.vcpu.get64(R.RV_X + 8 * register);
  }

  setX(register: number, value: bigint): void {
    if (register !== 0) this.vcpu.set64(R.RV_X + 8 * register, BigInt.asUintN(64, value));
  }

  get pc(): bigint {
    return this.vcpu.get64(S_PC);
  }

  setPc(value: bigint): void {
    this.vcpu.set64(S_PC, value);
  }

  /** A 64-bit field of the state: an offset of layout.ts. */
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

  /** Makes poked state take effect. Needed after setField. */
  update(): void {
    this.engine.update(this.vcpu);
  }

  /** Guest-physical address of a virtual one as the supervisor sees it, or undefined. */
  translate(address: bigint): number | undefined {
    return this.engine.translateAddress(this.vcpu, address);
  }
}
