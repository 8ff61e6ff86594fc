// Single instructions of a user program that fault: inputs for tests/arch/x86/corpus/emulate.ts, whose data pages have nothing mapped around
// them, and what the processor said.

import { CS, DS, ES, SS } from "../../../../src/arch/x86/layout.js";
import { Runner } from "../corpus/emulate.js";
import { DATA, type Input, type Output, PAGES } from "../corpus/state.js";

export const [AX, CX, DX, BX, SP, BP, SI, DI] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
export const [DB, BP_TRAP, UD, NM, SS_FAULT, GP, PF, MF, AC] = [1, 3, 6, 7, 12, 13, 14, 16, 17] as const;
/** Trap of a case that ran to its end. */
export const COMPLETED = 0xffffffff;
export const AC_FLAG = 0x40000n;
export const RF = 0x10000n;
/** Offset of the code in its pages. */
export const AT = 0x100;
/** The first byte behind the data. */
export const END = BigInt(DATA + PAGES);

export const bytes = (text: string): number[] => text.split(" ").map((byte) => Number.parseInt(byte, 16));

/** An x87 control word with division by zero unmasked, and a status word with that exception pending. */
export const UNMASKED = 0x37b;
export const PENDING = 0x8084;

export interface Start {
  registers?: Record<number, bigint>;
  flags?: bigint;
  /** x87 control and status word. */
  fpu?: readonly [control: number, status: number];
}

export function input(code: readonly number[] | string, { registers = {}, flags = 0n, fpu }: Start = {}): Input {
  const gpr = new BigUint64Array(16);
  gpr[SP] = BigInt(DATA + 0x1800);
  for (const [reg, value] of Object.entries(registers)) gpr[Number(reg)] = BigInt.asUintN(64, value);
  const data = Uint8Array.from({ length: PAGES }, (_, k) => (k * 7 + (k >> 8)) & 0xff);
  const fx = new Uint8Array(512);
  const view = new DataView(fx.buffer);
  view.setUint16(0, fpu?.[0] ?? 0x37f, true);
  view.setUint16(2, fpu?.[1] ?? 0, true);
  view.setUint32(24, 0x1f80, true);
  return {
    code: Uint8Array.from(typeof code === "string" ? bytes(code) : code),
    at: AT,
    gpr,
    rflags: 0x202n | flags,
    fx,
    data,
  };
}

/** As Runner, in 32-bit code with flat segments. */
export class Runner32 extends Runner {
  protected override enterUserMode(): void {
    super.enterUserMode();
    this.cpu.setSegment(CS, 0x23, 0n, 0xffffffffn, 0xc0fb);
    for (const s of [SS, DS, ES]) this.cpu.setSegment(s, 0x2b, 0n, 0xffffffffn, 0xc0f3);
  }
}

/** Trap and, of a page fault, its address relative to the data. */
export function told(out: Output): string {
  if (out.trap === COMPLETED) return "completed";
  if (out.trap !== PF) return `#${out.trap}`;
  return `#PF ${Number(out.cr2 - BigInt(DATA)).toString(16)} error ${out.error}`;
}
