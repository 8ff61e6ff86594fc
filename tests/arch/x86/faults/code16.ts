// Programs of code16-cases.ts on the emulator: a segment over 2 MiB of code and a stack of 128 KiB, in compatibility mode, until an exception that
// is no single-step trap. They are told as code16.c tells them.

import * as X from "../../../../src/arch/x86/layout.js";
import { S_HALTED, S_INHIBIT } from "../../../../src/layout/vcpu.js";
import type { Parts } from "../../../../testing/x86/parts.js";
import { Runner } from "../corpus/emulate.js";
import { type Code16Case, indexOf } from "./code16-cases.js";

const CODE = 0x20000000;
const STACK = 0x30000000;
const STACK_BYTES = 0x20000;
const STACK_PHYS = 0x140000;
const CODE_PHYS = 0x200000;
const CODE_BYTES = 0x200000;
/** Tables that Runner has made, and a place for a descriptor table. */
const PD = 0x3000;
const PT_DATA = 0x6000;
const LDT = 0xf000;
const SYSTEM = 0x7e0000000000n;
const HANDLERS = 0xa000;
const FRAME = 0xc000 - 40;
const TF = 0x100n;
const [DB, PF] = [1, 14];
const WITH_ERROR: readonly number[] = [8, 10, 11, 12, 13, 14, 17, 21];

const hex = (value: bigint | number): string => value.toString(16);
const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

export class Runner16 extends Runner {
  constructor(parts: Parts, tier1: boolean) {
    super(parts, tier1);
    const { cpu } = this;
    const entry = (address: number, low: number, high = 0) => this.write(address, Uint32Array.of(low, high));
    entry(PD + 8 * (CODE >> 21), CODE_PHYS | 0x87);
    for (let k = 0; k < STACK_BYTES / 4096; k++) entry(PT_DATA + 8 * k, (STACK_PHYS + 4096 * k) | 7, 0x80000000);
    cpu.engine.vcpu.set(S_INHIBIT, 0);
    this.write(CODE_PHYS, new Uint8Array(CODE_BYTES).fill(0xcc));
  }

  /** How a program ends, in one line. */
  told(c: Code16Case): string {
    const { cpu } = this;
    const { vcpu } = cpu.engine;
    this.write(STACK_PHYS, new Uint8Array(STACK_BYTES));
    const pieces = Object.entries(c.code).map(([at, code]) => [CODE_PHYS + Number(at), bytesOf(code)] as const);
    for (const [at, code] of pieces) this.write(at, code);
    if (c.stack) this.write(STACK_PHYS + (c.sp & 0xffff), bytesOf(c.stack));
    const [rbx, rsi, rdi, rbp] = indexOf(c);
    const registers = { rax: 0x11112222, rbx, rcx: c.cx, rdx: 0, rsp: c.flat ? STACK + c.sp : c.sp, rbp, rsi, rdi };
    vcpu.set(X.X_FCW, 0x37f);
    vcpu.set(X.X_FSW, 0);
    vcpu.set(X.X_FTOP, 0);
    vcpu.set(X.X_FTAG, 0xff);
    for (const slot of [X.X_XMM, X.X_XMM + 8, X.X_FIP, X.X_FDP]) vcpu.set64(slot, 0n);
    vcpu.set(X.X_FOP, 0);
    for (const [name, value] of Object.entries(registers)) cpu.setGpr(name, BigInt(value));
    this.resume(c, BigInt(c.entry), c.steps ? 0x202n | TF : 0x202n);
    const told = this.stop(c);
    // No case writes to the code.
    for (const [at, { length }] of pieces) this.write(at, new Uint8Array(length).fill(0xcc));
    return told;
  }

  private stop(c: Code16Case): string {
    const { cpu } = this;
    const { vcpu } = cpu.engine;
    const steps: string[] = [];
    for (;;) {
      const exit = cpu.run(5000);
      if (exit !== "halt") throw new Error(`${c.name}: ${exit} at ${hex(cpu.pc)}`);
      const vector = Number(cpu.pc - SYSTEM) - HANDLERS - 1;
      const [rip, flags, rsp] = [0, 16, 24].map((at) => this.read64(FRAME + at)) as [bigint, bigint, bigint];
      if (vector === DB && steps.length < (c.steps ?? 0)) {
        steps.push(hex(rip));
        cpu.setGpr("rsp", rsp);
        this.resume(c, rip, steps.length === c.steps ? flags & ~TF : flags);
        continue;
      }
      const error = WITH_ERROR.includes(vector) ? this.read64(FRAME - 8) & 0xffffffffn : 0n;
      const sp = c.flat ? rsp - BigInt(STACK) : rsp;
      const stack = Array.from({ length: 16 }, (_, k) => this.read8(STACK_PHYS + ((c.sp + k - 8) & 0xffff)));
      const text = stack.map((byte) => hex(byte).padStart(2, "0")).join("");
      return [
        `#${vector} error ${hex(error)} eip ${hex(rip)} sp ${hex(sp)} cx ${hex(cpu.gpr("rcx"))} ax ${hex(cpu.gpr("rax"))}`,
        ...(vector === PF ? [`cr2 ${hex(vcpu.get64(X.X_CR2))}`] : []),
        ...(steps.length > 0 ? [`steps ${steps.join(" ")}`] : []),
        `stack ${text.slice(0, 16)} | ${text.slice(16)}`,
        ...(c.data ? [`${["bx", "si", "di", "bp", "dx"].map((r) => `${r} ${hex(cpu.gpr(`r${r}`))}`).join(" ")}`] : []),
        ...(c.data ? [`sum ${hex(this.sum())}`] : []),
      ].join(" ");
    }
  }

  /** As IRETQ to the program. */
  private resume(c: Code16Case, eip: bigint, flags: bigint): void {
    const { cpu } = this;
    this.enterUserMode();
    const base = BigInt(CODE + (c.base ?? 0));
    const pages = c.limit > 0xfffff;
    const attributes = 0xfb | (c.wide ? 0x4000 : 0) | (pages ? 0x8000 : 0);
    cpu.setSegment(X.CS, 7, base, BigInt(c.limit), attributes);
    const { data } = c;
    const stack = 0xf3 | (data?.down ? 4 : 0) | (data?.big ? 0x4000 : 0);
    if (!c.flat) cpu.setSegment(X.SS, 0xf, BigInt(STACK), BigInt(data?.limit ?? 0xfffff), stack);
    if (data) {
      for (const n of [X.DS, X.ES])
        cpu.setSegment(n, 0x17, BigInt(STACK), BigInt(data.limit), data.readOnly ? stack & ~2 : stack);
    }
    cpu.setSegment(X.LDTR, 0x50, SYSTEM + BigInt(LDT), 15n, 0x82);
    const limit = pages ? Math.floor(c.limit / 4096) : c.limit;
    const at = Number(base);
    this.write(
      LDT,
      Uint32Array.of(
        (limit & 0xffff) | ((at & 0xffff) << 16),
        ((at >>> 16) & 0xff) | (attributes << 8) | (limit & 0xf0000) | (at & 0xff000000),
      ),
    );
    cpu.setPc(eip);
    this.setFlags(flags);
    cpu.engine.vcpu.set(S_HALTED, 0);
    cpu.update();
  }

  private sum(): number {
    let sum = 0;
    for (const byte of this.ram.view(STACK_PHYS, STACK_BYTES)!) sum = Math.imul(sum + byte, 0x01000193);
    return sum >>> 0;
  }

  private write(address: number, data: Uint8Array | Uint32Array): void {
    this.ram.write(address, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  private read8(address: number): number {
    return this.ram.view(address, 1)![0]!;
  }

  private read64(address: number): bigint {
    const bytes = this.ram.view(address, 8)!;
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }
}
