// The toy's CPU as a machine sees it.

import type { Frontend } from "../../src/arch/frontend.js";
import type { Guest } from "../../src/arch/guest.js";
import { S_ATTENTION, S_EXACT, S_HALTED } from "../../src/layout/vcpu.js";
import type { CpuHooks } from "../../src/machine/cpu.js";
import { GuestCpu, type GuestCpuOptions } from "../../src/machine/guest-cpu.js";
import { TOY } from "./arch.js";
import { toyModule } from "./build.js";
import { ToyFrontend } from "./frontend.js";
import { T_LINES } from "./layout.js";

export interface ToyOptions extends Omit<GuestCpuOptions, "module" | "frontend" | "hooks"> {
  /** The toy's own if left out. */
  frontend?: Frontend;
  hooks?: Partial<CpuHooks>;
}

export const TOY_GUEST: Guest = {
  arch: TOY,
  translation: () => ({ frontend: new ToyFrontend(), missing: [] }),
};

export class ToyCpu extends GuestCpu {
  constructor({ hooks, ...options }: ToyOptions) {
    super(TOY, {
      module: toyModule(options.shared),
      frontend: new ToyFrontend(),
      hooks: { mmioRead: () => 0xffffffff, mmioWrite: () => {}, now: () => 0, random: () => 4, ...hooks },
      ...options,
    });
    this.vcpu.set(S_EXACT, 1);
    this.reset();
  }

  /** Ends a halt. */
  wake(): void {
    this.vcpu.set(S_HALTED, 0);
  }

  setInterrupt(line: number, level: boolean): void {
    const bit = 1 << line;
    const lines = this.vcpu.get(T_LINES);
    const next = level ? lines | bit : lines & ~bit;
    // Said again when a saved state settles: nothing has happened then.
    if (next === lines) return;
    this.vcpu.set(T_LINES, next);
    if (level) this.vcpu.set(S_ATTENTION, 1);
  }
}
