// Runs cases of the corpus on the engine: user-mode code in long mode with paging, an interrupt table whose handlers halt,
// so that the exception frame of the emulated CPU says how the instruction ended.

import { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import { CS, DS, ES, FS, GS, LDTR, SS, TR } from "../../../../src/arch/x86/layout.js";
import * as L from "../../../../src/layout/layout.js";
import { EngineGuestMemory } from "../../../../src/machine/guest-memory.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import type { Parts } from "../../../../testing/x86/parts.js";
import { CODE, DATA, type Input, type Output, PAGES, ZEROS } from "./state.js";

const PML4 = 0x1000;
const PDPT = 0x2000;
const PD = 0x3000;
const PT_LOW = 0x4000;
const PT_CODE = 0x5000;
const PT_DATA = 0x6000;
const PDPT_SYSTEM = 0xd000;
const PD_SYSTEM = 0xe000;
const GDT = 0x7000;
const IDT = 0x8000;
const TSS = 0x9000;
const HANDLERS = 0xa000;
/** Where the low 2 MiB are mapped for the supervisor: the host has nothing there either. */
const SYSTEM = 0x7e0000000000;
const STACK = 0xc000;
const CODE_PHYS = 0x100000;
const DATA_PHYS = 0x110000;
const ZEROS_PHYS = 0x118000;
const PRESENT = 7;
/** Bit 63 of an entry. */
const NO_EXECUTE = 0x80000000;

const NOTHING = new Uint8Array(4096);

export class Runner {
  readonly cpu: X86Cpu;
  protected readonly ram: EngineGuestMemory;
  private readonly page = new Uint8Array(PAGES);

  /** `tier1`: every block becomes a region before it is run for the first time; else everything is interpreted. */
  constructor(parts: Parts, tier1 = false) {
    this.cpu = new X86Cpu({
      module: parts.module,
      frontend: parts.frontend,
      cpuid: parts.cpuid,
      ram: [{ address: 0, length: 4 << 20 }],
      hooks: {
        mmioRead: () => 0xffffffff,
        mmioWrite: () => {},
        portRead: () => 0xffffffff,
        portWrite: () => {},
        now: () => 0,
        acknowledge: () => -1,
        random: () => 0x12345678,
        guestCall: () => 0n,
      },
      ...(tier1 ? { tier1: (engine) => new RegionTier(engine, { eager: true }) } : {}),
    });
    if (tier1) this.cpu.engine.memory.setHot(1);
    this.ram = new EngineGuestMemory(this.cpu.engine);
    this.buildTables();
  }

  run(input: Input): Output {
    this.begin(input);
    const exit = this.cpu.run(1000);
    if (exit !== "halt") throw new Error(`the case ended with "${exit}" at ${this.cpu.pc.toString(16)}`);
    return this.outcome(input);
  }

  /** Everything as the case wants it at its first instruction. */
  protected begin(input: Input): void {
    const { cpu, ram, page } = this;
    const { vcpu } = cpu.engine;
    page.fill(0xcc);
    page.set(input.code, input.at);
    ram.write(CODE_PHYS, page);
    ram.write(DATA_PHYS, input.data);
    ram.write(ZEROS_PHYS, NOTHING);
    this.enterUserMode();
    for (let k = 0; k < 16; k++) vcpu.set64(X.X_GPR + 8 * k, input.gpr[k]!);
    cpu.setPc(BigInt(CODE + input.at));
    this.setFlags(input.rflags);
    this.setFx(input.fx);
    vcpu.set(L.S_HALTED, 0);
    vcpu.set(L.S_INHIBIT, 0);
    cpu.update();
  }

  protected outcome(input: Input): Output {
    const { cpu, ram } = this;
    const { memory, vcpu } = cpu.engine;
    const vector = Number(cpu.pc) - SYSTEM - HANDLERS - 1;
    const hasError = [8, 10, 11, 12, 13, 14, 17, 21].includes(vector);
    const frame = STACK - 40;
    const view = memory.view;
    const at = memory.physical.hostOf(frame);
    const out: Output = {
      gpr: new BigUint64Array(16),
      rflags: view.getBigUint64(at + 16, true),
      rip: view.getBigUint64(at, true),
      trap: vector,
      error: hasError ? view.getUint32(at - 8, true) : 0,
      cr2: vector === 14 ? vcpu.get64(X.X_CR2) : 0n,
      fx: this.getFx(),
      data: ram.view(DATA_PHYS, PAGES)!.slice(),
    };
    for (let k = 0; k < 16; k++) out.gpr[k] = vcpu.get64(X.X_GPR + 8 * k);
    out.gpr[4] = view.getBigUint64(at + 24, true);
    const after = BigInt(CODE + input.at + input.code.length);
    if (vector === 3 && out.rip === after + 1n) {
      out.rip = after;
      out.trap = 0xffffffff;
    }
    return out;
  }

  protected setFlags(rflags: bigint): void {
    const { vcpu } = this.cpu.engine;
    vcpu.set(X.X_CC_OP, X.CC_EFLAGS);
    vcpu.set64(X.X_CC_SRC, rflags & 0x8d5n);
    vcpu.set(X.X_DF, rflags & 0x400n ? -1 : 1);
    vcpu.set64(X.X_FLAGS, (rflags & ~0xcd5n) | 2n);
  }

  private setFx(fx: Uint8Array): void {
    const { vcpu } = this.cpu.engine;
    const view = new DataView(fx.buffer, fx.byteOffset);
    const fsw = view.getUint16(2, true);
    const top = (fsw >> 11) & 7;
    vcpu.set(X.X_FCW, view.getUint16(0, true));
    vcpu.set(X.X_FSW, fsw & ~0x3800);
    vcpu.set(X.X_FTOP, top);
    vcpu.set(X.X_FTAG, ~view.getUint8(4) & 0xff);
    vcpu.set(X.X_MXCSR, view.getUint32(24, true));
    for (let k = 0; k < 8; k++) {
      const slot = X.X_FPR + 16 * ((top + k) & 7);
      vcpu.set64(slot, view.getBigUint64(32 + 16 * k, true));
      vcpu.set64(slot + 8, view.getBigUint64(40 + 16 * k, true) & 0xffffn);
    }
    for (let k = 0; k < 32; k++) vcpu.set64(X.X_XMM + 8 * k, view.getBigUint64(160 + 8 * k, true));
  }

  private getFx(): Uint8Array {
    const { vcpu } = this.cpu.engine;
    const fx = new Uint8Array(512);
    const view = new DataView(fx.buffer);
    const top = vcpu.get(X.X_FTOP) & 7;
    view.setUint16(0, vcpu.get(X.X_FCW), true);
    view.setUint16(2, (vcpu.get(X.X_FSW) & ~0x3800) | (top << 11), true);
    view.setUint8(4, ~vcpu.get(X.X_FTAG) & 0xff);
    view.setUint32(24, vcpu.get(X.X_MXCSR), true);
    for (let k = 0; k < 8; k++) {
      const slot = X.X_FPR + 16 * ((top + k) & 7);
      view.setBigUint64(32 + 16 * k, vcpu.get64(slot), true);
      view.setBigUint64(40 + 16 * k, vcpu.get64(slot + 8) & 0xffffn, true);
    }
    for (let k = 0; k < 32; k++) view.setBigUint64(160 + 8 * k, vcpu.get64(X.X_XMM + 8 * k), true);
    return fx;
  }

  protected enterUserMode(): void {
    const { cpu } = this;
    cpu.setSegment(CS, 0x33, 0n, 0xffffffffn, 0xa0fb);
    for (const s of [SS, DS, ES, FS, GS])
      cpu.setSegment(s, s === SS ? 0x2b : 0, 0n, 0xffffffffn, s === SS ? 0xc0f3 : 0);
    cpu.setSegment(LDTR, 0, 0n, 0n, 0);
    cpu.setSegment(TR, 0x40, BigInt(SYSTEM + TSS), 0x67n, 0x8b);
    cpu.setField32(X.X_CPL, 3);
    cpu.setField(X.X_CR0, 0x80050033n);
    cpu.setField(X.X_CR3, BigInt(PML4));
    cpu.setField(X.X_CR4, 0x50620n);
    cpu.setField(X.X_EFER, 0xd01n);
    cpu.setField(X.X_XCR0, 3n);
    cpu.setField(X.X_GDT_BASE, BigInt(SYSTEM + GDT));
    cpu.setField32(X.X_GDT_LIMIT, 0x7f);
    cpu.setField(X.X_IDT_BASE, BigInt(SYSTEM + IDT));
    cpu.setField32(X.X_IDT_LIMIT, 0xfff);
  }

  private buildTables(): void {
    const { ram } = this;
    const entry = (address: number, low: number, high = 0) => {
      ram.writeU32(address, low);
      ram.writeU32(address + 4, high);
    };
    entry(PML4, PDPT | PRESENT);
    entry(PDPT, PD | PRESENT);
    entry(PML4 + 8 * 0xfc, PDPT_SYSTEM | PRESENT);
    entry(PDPT_SYSTEM, PD_SYSTEM | PRESENT);
    entry(PD_SYSTEM, PT_LOW | PRESENT);
    entry(PD + 8 * (CODE >> 21), PT_CODE | PRESENT);
    entry(PD + 8 * (DATA >> 21), PT_DATA | PRESENT);
    for (let k = 0; k < 512; k++) entry(PT_LOW + 8 * k, (k << 12) | 3);
    for (let k = 0; k < 2; k++) {
      entry(PT_CODE + 8 * k, (CODE_PHYS + 4096 * k) | PRESENT);
      entry(PT_DATA + 8 * k, (DATA_PHYS + 4096 * k) | PRESENT, NO_EXECUTE);
    }
    // A page of zeros that can be written, then one that cannot.
    for (let k = 0; k < 2; k++)
      entry(PT_DATA + 8 * (((ZEROS - DATA) >> 12) + k), (ZEROS_PHYS + 4096 * k) | (k === 0 ? PRESENT : 5), NO_EXECUTE);
    // 08 kernel code, 10 kernel data, 2b user data, 33 user code, 40 task state.
    entry(GDT + 0x08, 0x0000ffff, 0x00af9b00);
    entry(GDT + 0x10, 0x0000ffff, 0x00cf9300);
    entry(GDT + 0x28, 0x0000ffff, 0x00cff300);
    entry(GDT + 0x30, 0x0000ffff, 0x00affb00);
    entry(GDT + 0x40, 0x00000067 | ((TSS & 0xffff) << 16), 0x00008b00);
    entry(GDT + 0x48, Math.floor(SYSTEM / 4294967296));
    entry(TSS + 4, (SYSTEM + STACK) % 4294967296, Math.floor((SYSTEM + STACK) / 4294967296));
    for (let v = 0; v < 256; v++) {
      const handler = HANDLERS + v;
      ram.writeU8(handler, 0xf4);
      entry(IDT + 16 * v, handler | (0x08 << 16), v === 3 || v === 4 ? 0xee00 : 0x8e00);
      entry(IDT + 16 * v + 8, Math.floor(SYSTEM / 4294967296));
    }
  }
}
