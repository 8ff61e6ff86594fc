// Executes records (records.ts) on the engine: 32-bit protected mode without paging; each instruction has a place of its
// own, followed by HLT; exceptions end in HLT as well.

import { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import * as L from "../../../../src/layout/layout.js";
import { EngineGuestMemory } from "../../../../src/machine/guest-memory.js";
import type { Parts } from "../../../../testing/x86/parts.js";
import {
  CODE_BYTES,
  IN_AX,
  IN_CODE,
  IN_FCW,
  IN_FLAGS,
  IN_FSW,
  IN_VALID,
  MEMORY,
  MEMORY_BYTES,
  OUT_AX,
  OUT_FCW,
  OUT_FDP,
  OUT_FIP,
  OUT_FLAGS,
  OUT_FOP,
  OUT_FSW,
  OUT_SIGNAL,
  OUT_VALID,
  RECORD,
  STACK,
} from "./records.js";

const IDT = 0x8000;
const HANDLERS = 0xa000;
const STACK_TOP = 0xc000;
const CODE = 0x110000;
const DATA = 0x200000;
const SLOT = 32;
const SIGFPE = 8;
const SIGILL = 4;
const ES_B = 0x8080;

export class X87Lab {
  readonly cpu: X86Cpu;
  private readonly places = new Map<string, number>();
  private readonly ram: EngineGuestMemory;
  private readonly data: number;

  constructor(parts: Parts, tier1?: (engine: Engine) => Tier1) {
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
        random: () => 1,
        guestCall: () => 0n,
      },
      ...(tier1 ? { tier1 } : {}),
    });
    const { cpu } = this;
    if (tier1) cpu.engine.memory.setHot(1);
    this.ram = new EngineGuestMemory(cpu.engine);
    this.data = cpu.engine.memory.physical.hostOf(DATA);
    for (let v = 0; v < 32; v++) {
      const handler = HANDLERS + v;
      this.ram.writeU8(handler, 0xf4);
      this.ram.writeU32(IDT + 8 * v, (8 << 16) | (handler & 0xffff));
      this.ram.writeU32(IDT + 8 * v + 4, 0x8e00);
    }
    const gdt = IDT + 0x800;
    this.ram.writeU32(gdt + 8, 0x0000ffff);
    this.ram.writeU32(gdt + 12, 0x00cf9b00);
    cpu.setSegment(X.CS, 8, 0n, 0xffffffffn, 0xc09b);
    for (const s of [X.SS, X.DS, X.ES, X.FS, X.GS]) cpu.setSegment(s, 0x10, 0n, 0xffffffffn, 0xc093);
    cpu.setField32(X.X_CPL, 0);
    cpu.setField(X.X_CR0, 0x31n);
    cpu.setField(X.X_CR4, 0x600n);
    cpu.setField(X.X_EFER, 0n);
    cpu.setField(X.X_IDT_BASE, BigInt(IDT));
    cpu.setField32(X.X_IDT_LIMIT, 0xff);
    cpu.setField(X.X_GDT_BASE, BigInt(gdt));
    cpu.setField32(X.X_GDT_LIMIT, 0xf);
    cpu.update();
  }

  /** Where the instruction of a record lies. */
  private place(input: DataView, at: number): number {
    let key = "";
    for (let k = 0; k < CODE_BYTES; k += 4)
      key += String.fromCharCode(input.getUint16(at + k), input.getUint16(at + k + 2));
    let place = this.places.get(key);
    if (place === undefined) {
      place = CODE + SLOT * this.places.size;
      this.places.set(key, place);
      for (let k = 0; k < CODE_BYTES; k++) this.ram.writeU8(place + k, input.getUint8(at + IN_CODE + k));
      this.ram.writeU8(place + CODE_BYTES, 0xf4);
    }
    return place;
  }

  /** Executes the input record at `at` and writes the output record to the same place of `output`. */
  run(input: DataView, output: DataView, at: number): void {
    const { cpu, data } = this;
    const { memory, vcpu } = cpu.engine;
    const { u8, i32 } = memory;
    const base = vcpu.base;
    const place = this.place(input, at);
    const bytes = new Uint8Array(input.buffer, input.byteOffset + at, RECORD);
    const fcw = input.getUint16(at + IN_FCW, true);
    let fsw = input.getUint16(at + IN_FSW, true);
    const top = (fsw >> 11) & 7;
    fsw &= ~(0x3800 | ES_B);
    if (fsw & ~fcw & 0x3f) fsw |= ES_B;
    vcpu.set(X.X_FCW, fcw);
    vcpu.set(X.X_FSW, fsw);
    vcpu.set(X.X_FTOP, top);
    vcpu.set(X.X_FTAG, ~input.getUint8(at + IN_VALID) & 0xff);
    for (const slot of [X.X_FIP, X.X_FIP + 4, X.X_FDP, X.X_FDP + 4, X.X_FOP]) vcpu.set(slot, 0);
    for (let k = 0; k < 8; k++) {
      const reg = base + X.X_FPR + 16 * ((top + k) & 7);
      u8.set(bytes.subarray(STACK + 10 * k, STACK + 10 * k + 10), reg);
      u8.fill(0, reg + 10, reg + 16);
    }
    u8.set(bytes.subarray(MEMORY, MEMORY + MEMORY_BYTES), data);
    const k = base >> 2;
    i32[k + (X.X_CC_OP >> 2)] = X.CC_EFLAGS;
    i32[k + (X.X_CC_SRC >> 2)] = input.getUint8(at + IN_FLAGS) & 0xd5;
    i32[k + (X.X_CC_SRC >> 2) + 1] = 0;
    i32[k + (X.RAX >> 2)] = input.getUint16(at + IN_AX, true);
    i32[k + (X.RDI >> 2)] = DATA;
    i32[k + (X.RSP >> 2)] = STACK_TOP;
    i32[k + (L.S_PC >> 2)] = place;
    i32[k + (L.S_PC >> 2) + 1] = 0;
    i32[k + (L.S_HALTED >> 2)] = 0;
    const exit = cpu.run(1000);
    if (exit !== "halt") throw new Error(`the case ended with "${exit}"`);
    const pc = i32[k + (L.S_PC >> 2)]!;
    const vector = pc - HANDLERS - 1;
    const ended = pc === place + CODE_BYTES + 1;
    for (let n = 0; n < RECORD; n += 4) output.setUint32(at + n, 0, true);
    const outTop = vcpu.get(X.X_FTOP);
    output.setUint16(at + OUT_FCW, vcpu.get(X.X_FCW), true);
    output.setUint16(at + OUT_FSW, vcpu.get(X.X_FSW) | (outTop << 11), true);
    output.setUint8(at + OUT_VALID, ~vcpu.get(X.X_FTAG) & 0xff);
    output.setUint8(at + OUT_SIGNAL, ended ? 0 : vector === 16 ? SIGFPE : vector === 6 ? SIGILL : 100 + vector);
    output.setUint16(at + OUT_FLAGS, i32[k + (X.X_CC_SRC >> 2)]!, true);
    output.setUint16(at + OUT_AX, i32[k + (X.RAX >> 2)]!, true);
    output.setUint16(at + OUT_FOP, vcpu.get(X.X_FOP), true);
    output.setUint32(at + OUT_FIP, near(vcpu.get(X.X_FIP), place, SLOT), true);
    output.setUint32(at + OUT_FDP, near(vcpu.get(X.X_FDP), DATA, 4096), true);
    const out = new Uint8Array(output.buffer, output.byteOffset + at, RECORD);
    for (let n = 0; n < 8; n++) {
      const reg = base + X.X_FPR + 16 * ((outTop + n) & 7);
      out.set(u8.subarray(reg, reg + 10), STACK + 10 * n);
    }
    out.set(u8.subarray(data, data + MEMORY_BYTES), MEMORY);
  }
}

/** A pointer relative to where it should point, or itself (after FLDENV, FRSTOR). */
function near(pointer: number, start: number, bytes: number): number {
  const offset = (pointer - start) >>> 0;
  return offset < bytes ? offset : pointer;
}
