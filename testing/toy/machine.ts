// A toy with RAM in one of two places, page tables, and code and data where both places have the same virtual addresses: its state but for
// T_TABLES is the same in both.

import { createHash } from "node:crypto";
import { registerValue } from "../../src/arch/arch.js";
import type { Engine, Tier1 } from "../../src/engine/engine.js";
import type { RamRange } from "../../src/engine/physical.js";
import { stateReader } from "../../src/engine/state-reader.js";
import { S_PC } from "../../src/layout/vcpu.js";
import type { CpuHooks } from "../../src/machine/cpu.js";
import { RegionTier } from "../../src/tier1/tier1.js";
import { TOY } from "./arch.js";
import { ToyCpu } from "./cpu.js";
import { PTE_EXEC, PTE_READ, PTE_USER, PTE_WRITE, T_TABLES } from "./layout.js";

const MIB = 2 ** 20;
const PAGE = 4096;

/** RAM not at 0, and RAM in two pieces of which the second one begins at 4 GiB. */
export const LAYOUTS: readonly { name: string; ram: readonly RamRange[] }[] = [
  { name: "RAM at 2 GiB", ram: [{ address: 2 ** 31, length: 4 * MIB }] },
  {
    name: "RAM at 64 KiB and at 4 GiB",
    ram: [
      { address: 0x10000, length: 2 * MIB },
      { address: 2 ** 32, length: 2 * MIB },
    ],
  },
];

/** Interpreted, and in regions that are made at once. */
export const TIERS: readonly { name: string; tier1?: (engine: Engine) => Tier1 }[] = [
  { name: "tier 0" },
  {
    name: "tier 1",
    tier1: (engine) => new RegionTier(engine, { eager: true, unlimited: true, hotBlock: { system: 2, user: 2 } }),
  },
];

/** Everything a page can be: PTE_READ and so on; the default is all but large. */
const ALL = PTE_READ | PTE_WRITE | PTE_EXEC | PTE_USER;
/** Virtual address of the tables themselves: the upper one, then one for each upper entry that is used. */
export const TABLES = 0xf0000000;

export class ToyMachine {
  readonly cpu: ToyCpu;
  private readonly base: number;
  /** Offsets in RAM: the upper table is at 0. */
  private used = PAGE;
  private readonly lower = new Map<number, number>();
  private readonly pages = new Map<number, number>();

  constructor(
    private readonly ram: readonly RamRange[],
    tier1?: (engine: Engine) => Tier1,
    hooks: Partial<CpuHooks> = {},
    cpus = 1,
    shared = false,
  ) {
    this.cpu = new ToyCpu({ ram, hooks, cpus, shared, ...(tier1 ? { tier1 } : {}) });
    this.base = this.cpu.engine.memory.plan.ramBase;
    this.cpu.vcpu.set64(T_TABLES, BigInt(this.physical(0)));
    this.cpu.engine.update(this.cpu.vcpu);
  }

  /** Physical address of an offset in RAM. */
  physical(offset: number): number {
    for (const { address, length } of this.ram) {
      if (offset < length) return address + offset;
      offset -= length;
    }
    throw new Error("no such RAM");
  }

  private entry(offset: number, address: number, flags: number): void {
    const high = Math.floor(address / 2 ** 32);
    this.cpu.engine.memory.view.setInt32(this.base + offset, (address >>> 0) | (high << 8) | flags | 0, true);
  }

  /** Offset of a page's entry in the lower table, which is made. */
  private entryOf(virtual: number): number {
    const upper = virtual >>> 22;
    let table = this.lower.get(upper);
    if (table === undefined) {
      table = this.take(PAGE);
      this.lower.set(upper, table);
      this.entry(4 * upper, this.physical(table), PTE_READ);
      // The tables can be written to where the guest sees them.
      if (virtual !== TABLES + table) this.mapAt(TABLES + table, table, PTE_READ | PTE_WRITE);
    }
    return table + 4 * ((virtual >>> 12) & 1023);
  }

  /** Virtual address of a page's entry. */
  entryAddress(virtual: number): number {
    return TABLES + this.entryOf(virtual);
  }

  /** Takes RAM. */
  take(bytes: number): number {
    const offset = this.used;
    this.used += bytes;
    return offset;
  }

  mapAt(virtual: number, offset: number, flags = ALL): void {
    this.entry(this.entryOf(virtual), this.physical(offset), flags);
    this.pages.set(virtual, offset);
  }

  /** Maps a page of registers. */
  mapDevice(virtual: number, physical: number): void {
    this.entry(this.entryOf(virtual), physical, ALL);
  }

  /** Maps `count` new pages, which follow one another virtually and not physically. */
  map(virtual: number, count: number, flags = ALL): void {
    for (let k = count - 1; k >= 0; k--) this.mapAt((virtual + k * PAGE) >>> 0, this.take(PAGE), flags);
  }

  /** What the entry of a page would be for other pages or rights. */
  entryFor(offset: number, flags: number): number {
    const address = this.physical(offset);
    return ((address >>> 0) | (Math.floor(address / 2 ** 32) << 8) | flags) >>> 0;
  }

  offsetOf(virtual: number): number {
    return this.pages.get(virtual)!;
  }

  /** Offset in linear memory of a virtual address. */
  private host(virtual: number): number {
    return this.base + this.pages.get((virtual & ~(PAGE - 1)) >>> 0)! + (virtual & (PAGE - 1));
  }

  write(virtual: number, bytes: Uint8Array): void {
    bytes.forEach((byte, k) => {
      this.cpu.engine.memory.u8[this.host((virtual + k) >>> 0)] = byte;
    });
  }

  read32(virtual: number): number {
    return this.cpu.engine.memory.view.getUint32(this.host(virtual), true);
  }

  register(name: string): number {
    return Number(TOY.register(stateReader(this.cpu.engine.core, this.cpu.vcpu), name));
  }

  start(pc: number): void {
    this.cpu.vcpu.set64(S_PC, BigInt(pc));
  }

  /** Runs to the next halt; throws where the CPU gives up or goes on for too long. */
  run(most = 1_000_000): void {
    const exit = this.cpu.run(most);
    if (exit !== "halt") throw new Error(`the toy ended with "${exit}" at ${this.register("pc").toString(16)}`);
  }

  /** What two machines of the same program have the same at the same count of instructions: registers, and RAM but for the tables. */
  state(): string {
    const reader = stateReader(this.cpu.engine.core, this.cpu.vcpu);
    const registers = TOY.registers
      .filter(({ slot }) => slot !== T_TABLES)
      .map((register) => `${register.name} ${registerValue(reader, register).toString(16)}`);
    const hash = createHash("sha1");
    const tables = new Set([0, ...this.lower.values()]);
    const { u8 } = this.cpu.engine.memory;
    for (let offset = 0; offset < this.used; offset += PAGE) {
      if (!tables.has(offset)) hash.update(u8.subarray(this.base + offset, this.base + offset + PAGE));
    }
    return [this.cpu.instructions, ...registers, hash.digest("hex")].join("\n");
  }
}
