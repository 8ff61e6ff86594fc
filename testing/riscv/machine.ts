// A hart with RAM and nothing else, for tests: programs are words, an exception goes to wherever mtvec says.

import { RiscvCpu, type RiscvHooks } from "../../src/arch/riscv/cpu.js";
import { EXTENSIONS } from "../../src/arch/riscv/extensions.js";
import { RiscvFrontend } from "../../src/arch/riscv/frontend/translate.js";
import { type Scheme, WIDEST } from "../../src/arch/riscv/schemes.js";
import type { Engine, Tier1 } from "../../src/engine/engine.js";
import type { RamRange } from "../../src/engine/physical.js";
import { EngineGuestMemory } from "../../src/machine/guest-memory.js";
import { loadCore } from "../../src/node/core-module.js";
import { RegionTier } from "../../src/tier1/tier1.js";

export const RAM = 0x80000000;
const AT_TWO_GIB: readonly RamRange[] = [{ address: RAM, length: 8 << 20 }];

/** Interpreted, and in regions that are made at once. */
export const TIERS: readonly { name: string; tier1?: (engine: Engine) => Tier1 }[] = [
  { name: "tier 0" },
  {
    name: "tier 1",
    tier1: (engine) => new RegionTier(engine, { eager: true, unlimited: true, hotBlock: { system: 1, user: 1 } }),
  },
];

export interface BareOptions {
  tier1?: ((engine: Engine) => Tier1) | undefined;
  hooks?: Partial<RiscvHooks>;
  extensions?: readonly string[];
  /** The widest page tables. */
  scheme?: Scheme;
  ram?: readonly RamRange[];
}

export class BareHart {
  readonly cpu: RiscvCpu;
  readonly ram: EngineGuestMemory;

  constructor({ tier1, hooks = {}, extensions = EXTENSIONS, scheme = WIDEST, ram = AT_TWO_GIB }: BareOptions = {}) {
    this.cpu = new RiscvCpu({
      ...loadCore("riscv64"),
      frontend: new RiscvFrontend(new Set([...extensions, "s"])),
      extensions,
      scheme,
      hooks: {
        mmioRead: () => 0xffffffff,
        mmioWrite: () => {},
        unanswered: () => true,
        now: () => 0,
        random: () => 4,
        timerSet: () => {},
        ...hooks,
      },
      ram,
      ...(tier1 ? { tier1 } : {}),
    });
    if (tier1) this.cpu.engine.memory.setHot(1);
    this.ram = new EngineGuestMemory(this.cpu.engine);
  }

  write(address: number, bytes: Uint8Array): void {
    this.ram.write(address, bytes);
  }

  /** Words of 32 bits. */
  words(address: number, ...words: number[]): void {
    const bytes = new Uint8Array(4 * words.length);
    const view = new DataView(bytes.buffer);
    for (const [k, word] of words.entries()) view.setUint32(4 * k, word, true);
    this.write(address, bytes);
  }

  write64(address: number, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
    this.write(address, bytes);
  }

  read64(address: number): bigint {
    const bytes = this.ram.view(address, 8)!;
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }

  /** Runs from `pc` to the next WFI; throws where there is none. */
  run(pc: number | bigint, most = 100_000): void {
    this.cpu.setPc(BigInt(pc));
    const exit = this.cpu.run(most);
    if (exit !== "halt") throw new Error(`the hart ended with "${exit}" at ${this.cpu.pc.toString(16)}`);
  }
}
