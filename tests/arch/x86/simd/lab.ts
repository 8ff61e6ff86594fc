// Runs input records (records.ts) on the engine: 64-bit code at CPL 0 under identity-mapped pages, each instruction
// followed by HLT; exceptions end at handlers that halt.

import { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import { CS, DS, ES, FS, GS, SS } from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import * as L from "../../../../src/layout/layout.js";
import { EngineGuestMemory } from "../../../../src/machine/guest-memory.js";
import type { Parts } from "../../../../testing/x86/parts.js";
import {
  IN_CODE,
  IN_GPR,
  IN_MEM,
  IN_MM,
  IN_MXCSR,
  IN_XMM,
  OUT_GPR,
  OUT_MEM,
  OUT_MM,
  OUT_MXCSR,
  OUT_RFLAGS,
  OUT_SIGNAL,
  OUT_XMM,
} from "./records.js";

const PML4 = 0x1000;
const PDPT = 0x2000;
const GDT = 0x7000;
const IDT = 0x8000;
const HANDLERS = 0xa000;
const STACK = 0xc000;
const DATA = 0xd000;
const CODE = 0x100000;
const CODE_END = 0x180000;
const SLOT = 32;
const PRESENT = 3;
const HUGE = 0x80;

/** Vector to signal, as Linux has it. */
const SIGNALS: Record<number, number> = { 6: 4, 13: 11, 14: 11, 19: 8 };

export class SimdLab {
  readonly cpu: X86Cpu;
  private readonly ram: EngineGuestMemory;
  private readonly places = new Map<string, number>();
  private next = CODE;

  constructor(parts: Parts, tier1?: (engine: Engine) => Tier1) {
    this.cpu = new X86Cpu({
      module: parts.module,
      frontend: parts.frontend,
      cpuid: parts.cpuid,
      ram: [{ address: 0, length: 2 << 20 }],
      hooks: {
        mmioRead: () => 0xffffffff,
        mmioWrite: () => {},
        portRead: () => 0xffffffff,
        portWrite: () => {},
        now: () => 0,
        acknowledge: () => -1,
        random: () => 0,
        guestCall: () => 0n,
      },
      ...(tier1 ? { tier1 } : {}),
    });
    if (tier1) this.cpu.engine.memory.setHot(1);
    this.ram = new EngineGuestMemory(this.cpu.engine);
    this.prepare();
  }

  /** Executes the record at `input` + at and writes the outcome to `output` + at. */
  run(input: DataView, output: DataView, at: number): void {
    const { memory, vcpu } = this.cpu.engine;
    const { u8, view } = memory;
    const cpu = vcpu.base;
    const source = new Uint8Array(input.buffer, input.byteOffset + at, 128);
    const place = this.place(source.subarray(IN_CODE, IN_CODE + 16));
    u8.set(source.subarray(IN_XMM, IN_XMM + 48), cpu + X.X_XMM);
    for (let k = 0; k < 2; k++) u8.set(source.subarray(IN_MM + 8 * k, IN_MM + 8 * k + 8), cpu + X.X_FPR + 16 * k);
    u8.set(source.subarray(IN_GPR, IN_GPR + 24), cpu + X.X_GPR);
    const data = memory.physical.hostOf(DATA);
    u8.set(source.subarray(IN_MEM, IN_MEM + 16), data);
    view.setUint32(cpu + X.X_MXCSR, input.getUint32(at + IN_MXCSR, true), true);
    vcpu.set(X.X_CC_OP, X.CC_EFLAGS);
    vcpu.set64(X.X_CC_SRC, 0n);
    vcpu.set64(X.RDI, BigInt(DATA));
    vcpu.set64(X.RSP, BigInt(STACK));
    vcpu.set64(L.S_PC, BigInt(place));
    vcpu.set(L.S_HALTED, 0);
    const exit = this.cpu.run(100);
    if (exit !== "halt") throw new Error(`the instruction at ${place.toString(16)} ended with "${exit}"`);
    const pc = vcpu.number(L.S_PC);
    const vector = pc >= HANDLERS && pc < HANDLERS + 257 ? pc - HANDLERS - 1 : -1;
    const result = new Uint8Array(output.buffer, output.byteOffset + at, 128);
    result.fill(0);
    result.set(u8.subarray(cpu + X.X_XMM, cpu + X.X_XMM + 32), OUT_XMM);
    for (let k = 0; k < 2; k++)
      result.set(u8.subarray(cpu + X.X_FPR + 16 * k, cpu + X.X_FPR + 16 * k + 8), OUT_MM + 8 * k);
    result.set(u8.subarray(cpu + X.X_GPR, cpu + X.X_GPR + 24), OUT_GPR);
    result.set(u8.subarray(data, data + 16), OUT_MEM);
    output.setUint32(at + OUT_MXCSR, view.getUint32(cpu + X.X_MXCSR, true), true);
    output.setUint32(at + OUT_SIGNAL, vector < 0 ? 0 : (SIGNALS[vector] ?? 100 + vector), true);
    // Vector instructions leave the flags alone or set all of them.
    if (vector < 0) output.setUint32(at + OUT_RFLAGS, vcpu.get(X.X_CC_SRC), true);
  }

  private place(code: Uint8Array): number {
    const key = code.join();
    let at = this.places.get(key);
    if (at === undefined) {
      if (this.next + SLOT > CODE_END) {
        this.places.clear();
        this.next = CODE;
      }
      at = this.next;
      this.next += SLOT;
      const bytes = new Uint8Array(SLOT).fill(0xf4);
      bytes.set(code);
      this.ram.write(at, bytes);
      this.places.set(key, at);
    }
    return at;
  }

  private prepare(): void {
    const { cpu, ram } = this;
    const entry = (address: number, low: number, high = 0) => {
      ram.write(address, new Uint8Array(new Uint32Array([low, high]).buffer));
    };
    entry(PML4, PDPT | PRESENT);
    entry(PDPT, 0x3000 | PRESENT);
    entry(0x3000, PRESENT | HUGE);
    entry(GDT + 0x08, 0x0000ffff, 0x00af9b00);
    entry(GDT + 0x10, 0x0000ffff, 0x00cf9300);
    for (let v = 0; v < 256; v++) {
      const handler = HANDLERS + v;
      ram.write(handler, Uint8Array.of(0xf4));
      entry(IDT + 16 * v, (handler & 0xffff) | (0x08 << 16), 0x8e00 | (handler & 0xffff0000));
    }
    cpu.setSegment(CS, 0x08, 0n, 0xffffffffn, 0xa09b);
    for (const s of [SS, DS, ES, FS, GS]) cpu.setSegment(s, 0x10, 0n, 0xffffffffn, 0xc093);
    cpu.setField(X.X_CR0, 0x80010033n);
    cpu.setField(X.X_CR3, BigInt(PML4));
    cpu.setField(X.X_CR4, 0x620n);
    cpu.setField(X.X_EFER, 0x500n);
    cpu.setField(X.X_GDT_BASE, BigInt(GDT));
    cpu.setField32(X.X_GDT_LIMIT, 0x7f);
    cpu.setField(X.X_IDT_BASE, BigInt(IDT));
    cpu.setField32(X.X_IDT_LIMIT, 0xfff);
    cpu.setField(X.X_FLAGS, 2n);
    cpu.setField32(X.X_DF, 1);
    cpu.update();
  }
}
