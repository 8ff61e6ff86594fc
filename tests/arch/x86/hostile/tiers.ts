// A program in tier 0 and in tier 1: entered again and again, interrupted, and compared after every piece.

import { INTR } from "../../../../src/arch/x86/arch.js";
import { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import { buildCpuModel } from "../../../../src/arch/x86/frontend/cpuid.js";
import { X86Frontend } from "../../../../src/arch/x86/frontend/translate.js";
import { HOST_TPR_GET, HOST_TPR_SET } from "../../../../src/arch/x86/host-calls.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import * as L from "../../../../src/layout/layout.js";
import { EngineGuestMemory } from "../../../../src/machine/guest-memory.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { coreModule } from "../../../../testing/core.js";
import { Random } from "../../../../testing/random.js";
import * as A from "./layout.js";
import { enter } from "./modes.js";
import { makeProgram, type Program } from "./program.js";

/** A program is entered so often at most, or until it has executed so many instructions. */
const ENTRIES = 40;
const INSTRUCTIONS = 4000;
/** Entries after which it gets its tables back. */
const RESTORE = 4;
const PIECES = 24;
/** Most regions a program gets: one that changes its own loop would have a new one made every few instructions. */
const REGIONS = 200;
/** Most blocks that are translated for it in tier 0: it ends then. */
const TRANSLATIONS = 2000;
const REGISTERS = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");

/** One processor with its memory. */
class Side {
  readonly cpu: X86Cpu;
  private readonly ram: EngineGuestMemory;
  /** Instructions executed by earlier programs, and blocks translated for them. */
  private before = 0;
  private translated = 0;
  private regions = 0;
  private reads = 0;
  private tpr = 0n;
  private vector = -1;

  constructor(module: WebAssembly.Module, tier1: boolean) {
    const model = buildCpuModel("max");
    this.cpu = new X86Cpu({
      module,
      frontend: new X86Frontend(model.names),
      cpuid: { table: model.table, features: model.features },
      ram: [{ address: 0, length: A.RAM }],
      icountShift: 0,
      hooks: {
        // Devices answer with something that depends on what was asked of them before.
        mmioRead: (address, size) => this.answer(address + size),
        mmioWrite: (address, size, value) => void this.answer(address + size + value),
        portRead: (port, size) => this.answer(port + size),
        portWrite: (port, size, value) => void this.answer(port + size + value),
        now: () => 0,
        acknowledge: () => this.acknowledge(),
        random: () => this.answer(1),
        guestCall: (what, value) => {
          if (what === HOST_TPR_SET) this.tpr = value;
          return what === HOST_TPR_GET ? this.tpr : 0n;
        },
      },
      ...(tier1 ? { tier1: (engine: Engine) => this.limited(engine) } : {}),
    });
    if (tier1) this.cpu.engine.memory.setHot(2);
    this.ram = new EngineGuestMemory(this.cpu.engine);
  }

  private limited(engine: Engine): Tier1 {
    const tier = new RegionTier(engine, { eager: true, unlimited: true, onRegion: () => void this.regions++ });
    return {
      hot: (block) => {
        if (this.regions < REGIONS) tier.hot(block);
      },
      maintain: () => tier.maintain(),
    };
  }

  private answer(what: number): number {
    this.reads = (Math.imul(this.reads ^ what, 0x9e3779b1) + 1) >>> 0;
    return this.reads;
  }

  private acknowledge(): number {
    const { vector } = this;
    this.vector = -1;
    this.cpu.setInterrupt(INTR, false);
    return vector;
  }

  start({ memory }: Program, hot: number): void {
    const { cpu } = this;
    this.regions = 0;
    this.reads = 0;
    this.tpr = 0n;
    this.vector = -1;
    cpu.reset();
    this.before = cpu.instructions;
    this.translated = cpu.engine.translations;
    // The clock counts instructions, those of earlier programs too.
    cpu.setField(X.X_TSC_OFFSET, 0n - BigInt(this.before));
    this.ram.write(0, memory);
    if (cpu.engine.tier1) cpu.engine.memory.setHot(hot);
  }

  /** Page tables, descriptors, handlers. */
  restore({ memory }: Program): void {
    this.ram.write(0, memory.subarray(0, A.CODE));
  }

  interrupt(vector: number): void {
    this.vector = vector;
    this.cpu.setInterrupt(INTR, true);
  }

  /** Blocks translated for this program. */
  get translations(): number {
    return this.cpu.engine.translations - this.translated;
  }

  get instructions(): number {
    return this.cpu.instructions - this.before;
  }

  get devices(): number {
    return this.reads;
  }

  get memory(): Uint8Array {
    return this.ram.view(0, A.RAM)!;
  }
}

/** Slots of the state that both tiers leave alike: not the forms of the flags. */
const STATE: readonly [string, number, number][] = [
  ...REGISTERS.map((name, k): [string, number, number] => [name, X.X_GPR + 8 * k, 8]),
  ["pc", L.S_PC, 8],
  ["mode", L.S_MODE, 4],
  ["halted", L.S_HALTED, 4],
  ["inhibit", L.S_INHIBIT, 4],
  ["df", X.X_DF, 4],
  ["system flags", X.X_FLAGS, 8],
  ...["es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"].map((name, k): [string, number, number] => [
    name,
    X.X_SEG + 32 * k,
    24,
  ]),
  ["gdt", X.X_GDT_BASE, 12],
  ["idt", X.X_IDT_BASE, 12],
  ["cr0", X.X_CR0, 8],
  ["cr2", X.X_CR2, 8],
  ["cr3", X.X_CR3, 8],
  ["cr4", X.X_CR4, 8],
  ["xcr0", X.X_XCR0, 8],
  ["dr", X.X_DR, 64],
  ["msrs", X.X_EFER, 0x70],
  ["cpl", X.X_CPL, 4],
  ["irq", X.X_IRQ, 4],
  ["nmi", X.X_NMI, 8],
  ["debug", X.X_DR_HIT, 12],
  ["x87", X.X_FPR, 0x90],
  ["x87 pointers", X.X_FIP, 0x1c],
  ["mxcsr", X.X_MXCSR, 4],
  ["kept msrs", X.X_MSR_STORE, X.X_MSR_STORE_SIZE],
  ...Array.from({ length: 16 }, (_, k): [string, number, number] => [`xmm${k}`, X.X_XMM + 16 * k, 16]),
];

export interface Outcome {
  mode: string;
  /** Undefined, or how the tiers differ and where. */
  difference: string | undefined;
  instructions: number;
  inRegions: number;
}

export class Tiers {
  private readonly module = coreModule();
  private zero: Side;
  private one: Side;

  constructor() {
    this.zero = new Side(this.module, false);
    this.one = new Side(this.module, true);
  }

  /** Runs program `seed` in both. `disturb` is given tier 1's processor after every piece, to show that differences are noticed. */
  run(seed: number, disturb?: (cpu: X86Cpu) => void): Outcome {
    const outcome = this.attempt(seed, disturb);
    // Whatever is wrong is not to show in the next program.
    if (outcome.difference !== undefined) {
      this.zero = new Side(this.module, false);
      this.one = new Side(this.module, true);
    }
    return outcome;
  }

  private attempt(seed: number, disturb?: (cpu: X86Cpu) => void): Outcome {
    const program = makeProgram(seed);
    const random = new Random(seed ^ 0x5bd1e995);
    const sides = [this.zero, this.one];
    const regions = this.one.cpu.engine.inRegions;
    const hot = 1 + random.below(4);
    for (const side of sides) side.start(program, hot);
    const ended = (difference?: string): Outcome => ({
      mode: program.mode.name,
      difference,
      instructions: this.zero.instructions,
      inRegions: this.one.cpu.engine.inRegions - regions,
    });
    for (let entry = 0; entry < ENTRIES; entry++) {
      const at = entry === 0 || random.below(2) ? program.entries[0]! : random.pick(program.entries);
      if (entry % RESTORE === RESTORE - 1) for (const side of sides) side.restore(program);
      this.enter(program, at, random.u32());
      for (let piece = 0; piece < PIECES; piece++) {
        const count = random.below(3) ? 60 + random.below(400) : 1 + random.below(12);
        if (random.below(6) === 0) {
          const vector = 0x20 + random.below(0x40);
          const kind = random.below(12);
          for (const side of sides) {
            if (kind === 0) side.cpu.nmi();
            else if (kind === 1) side.cpu.setA20((vector & 3) !== 0);
            else side.interrupt(vector);
          }
        }
        const exits = sides.map(({ cpu }) => cpu.run(count));
        disturb?.(this.one.cpu);
        const lines = this.differences(exits);
        if (lines.length > 0) {
          const where = `program ${seed} (${program.mode.name}), entry ${entry} at ${at.toString(16)}, piece ${piece} of ${count}`;
          return ended([`${where}: ${exits[0]}`, ...lines].join("\n  "));
        }
        if (this.zero.translations > TRANSLATIONS) return ended();
        if (exits[0] !== "budget") break;
      }
      if (this.zero.instructions > INSTRUCTIONS) return ended();
    }
    return ended();
  }

  private enter(program: Program, at: number, seed: number): void {
    for (const { cpu } of [this.zero, this.one]) {
      const random = new Random(seed);
      enter(cpu, program.mode, at, random);
      cpu.setField32(L.S_HALTED, 0);
      cpu.setField32(L.S_INHIBIT, 0);
      for (const name of REGISTERS)
        if (name !== "rsp")
          cpu.setGpr(name, random.below(4) ? BigInt(A.DATA + random.below(A.DATA_BYTES)) : random.u64());
      cpu.update();
    }
  }

  private differences(exits: readonly string[]): string[] {
    const [zero, one] = [this.zero, this.one];
    const lines: string[] = [];
    if (exits[0] !== exits[1]) lines.push(`ended with ${exits[0]}, in tier 1 with ${exits[1]}`);
    if (zero.instructions !== one.instructions)
      lines.push(`instructions ${zero.instructions}, in tier 1 ${one.instructions}`);
    const [a, b] = [zero.cpu.engine.memory.u8, one.cpu.engine.memory.u8];
    for (const [name, slot, length] of STATE) {
      const x = a.subarray(L.CPUS + slot, L.CPUS + slot + length);
      const y = b.subarray(L.CPUS + slot, L.CPUS + slot + length);
      if (Buffer.compare(x, y) !== 0) lines.push(`${name} ${hex(x)}, in tier 1 ${hex(y)}`);
    }
    const [f, g] = [flags(zero.cpu), flags(one.cpu)];
    if (f !== g) lines.push(`flags ${f.toString(16)}, in tier 1 ${g.toString(16)}`);
    if (zero.devices !== one.devices) lines.push("devices were asked other things");
    if (Buffer.compare(zero.memory, one.memory) !== 0) {
      const [x, y] = [zero.memory, one.memory];
      const at = x.findIndex((byte, k) => byte !== y[k]);
      lines.push(
        `memory at ${at.toString(16)}: ${hex(x.subarray(at, at + 16))}, in tier 1 ${hex(y.subarray(at, at + 16))}`,
      );
    }
    return lines;
  }
}

function flags(cpu: X86Cpu): bigint {
  const { exports } = cpu.engine.core;
  return (exports.x86_flags as (cpu: number, a: bigint, b: bigint, c: bigint) => bigint)(L.CPUS, 0n, 0n, 0n);
}

/** Most significant byte first, by words of 8 bytes. */
function hex(bytes: Uint8Array): string {
  const words: string[] = [];
  for (let k = 0; k < bytes.length; k += 8)
    words.push(
      Buffer.from(bytes.subarray(k, k + 8))
        .reverse()
        .toString("hex"),
    );
  return words.join(" ");
}
