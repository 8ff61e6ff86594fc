// The toy's CPU as a machine sees it.

import type { Frontend } from "../../src/arch/frontend.js";
import type { Guest } from "../../src/arch/guest.js";
import { Engine, type Tier1, type TranslateEvent } from "../../src/engine/engine.js";
import type { RamRange } from "../../src/engine/physical.js";
import type { Vcpu } from "../../src/engine/vcpu.js";
import { S_ATTENTION, S_EXACT, S_HALTED } from "../../src/layout/vcpu.js";
import { type CpuExit, type CpuHooks, type EngineCpu, hostImports } from "../../src/machine/cpu.js";
import { TOY } from "./arch.js";
import { toyModule } from "./build.js";
import { ToyFrontend } from "./frontend.js";
import { T_LINES } from "./layout.js";

export interface ToyOptions {
  ram: readonly RamRange[];
  /** How many the engine has; this object is the first. */
  cpus?: number;
  /** The toy's own if left out. */
  frontend?: Frontend;
  shared?: boolean;
  hooks?: Partial<CpuHooks>;
  tier1?: (engine: Engine) => Tier1;
  onTranslate?: (event: TranslateEvent) => void;
}

export const TOY_GUEST: Guest = {
  arch: TOY,
  translation: () => ({ frontend: new ToyFrontend(), missing: [] }),
};

export class ToyCpu implements EngineCpu {
  readonly engine: Engine;
  readonly vcpu: Vcpu;
  strayed = false;

  constructor({ ram, hooks = {}, ...options }: ToyOptions) {
    const all: CpuHooks = { mmioRead: () => 0xffffffff, mmioWrite: () => {}, now: () => 0, random: () => 4, ...hooks };
    this.engine = new Engine({
      module: toyModule(options.shared),
      arch: TOY,
      frontend: new ToyFrontend(),
      host: hostImports(all),
      ram,
      ...options,
    });
    this.vcpu = this.engine.vcpu;
    this.vcpu.set(S_EXACT, 1);
    this.reset();
  }

  run(budget: number): CpuExit {
    const exit = this.engine.run(budget);
    if (exit !== "not-memory") return exit;
    this.strayed = true;
    return "shutdown";
  }

  stop(): void {
    this.vcpu.stop();
  }

  reset(): void {
    this.strayed = false;
    this.engine.reset(this.vcpu);
  }

  get instructions(): number {
    return this.vcpu.instructions;
  }

  get halted(): boolean {
    return this.vcpu.get(S_HALTED) !== 0;
  }

  /** Ends a halt. */
  wake(): void {
    this.vcpu.set(S_HALTED, 0);
  }

  skip(instructions: number): void {
    this.vcpu.skip(instructions);
  }

  setInterrupt(line: number, level: boolean): void {
    const bit = 1 << line;
    const lines = this.vcpu.get(T_LINES);
    this.vcpu.set(T_LINES, level ? lines | bit : lines & ~bit);
    if (level) this.vcpu.set(S_ATTENTION, 1);
  }
}
