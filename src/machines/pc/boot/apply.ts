// Puts an initial state into the x86 CPU.

import * as X from "../../../arch/x86/layout.js";
import type { InitialCpu, RegisterName, SegmentName } from "./interfaces.js";

/** What of the CPU is needed for it: X86Cpu has all of it. */
export interface CpuSetter {
  setGpr(name: string, value: bigint): void;
  setPc(value: bigint): void;
  setField(slot: number, value: bigint): void;
  setField32(slot: number, value: number): void;
  setSegment(segment: number, selector: number, base: bigint, limit: bigint, attributes: number): void;
  update(): void;
}

const SEGMENTS: Record<SegmentName, number> = {
  ...{ es: X.ES, cs: X.CS, ss: X.SS, ds: X.DS, fs: X.FS, gs: X.GS, ldtr: X.LDTR, tr: X.TR },
};
const REGISTERS: readonly RegisterName[] = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"];

/** Sets the state of a CPU that has just been reset. */
export function applyInitialCpu(cpu: CpuSetter, state: InitialCpu): void {
  for (const name of REGISTERS) cpu.setGpr(name, BigInt(state.registers[name] ?? 0));
  for (const [name, segment] of Object.entries(state.segments)) {
    const { selector, base, limit, attributes } = segment;
    cpu.setSegment(SEGMENTS[name as SegmentName], selector, BigInt(base), BigInt(limit), attributes);
  }
  cpu.setField(X.X_GDT_BASE, BigInt(state.gdt.base));
  cpu.setField32(X.X_GDT_LIMIT, state.gdt.limit);
  cpu.setField(X.X_IDT_BASE, BigInt(state.idt.base));
  cpu.setField32(X.X_IDT_LIMIT, state.idt.limit);
  cpu.setField(X.X_CR0, BigInt(state.cr0));
  cpu.setField(X.X_CR3, BigInt(state.cr3));
  cpu.setField(X.X_CR4, BigInt(state.cr4));
  cpu.setField(X.X_EFER, BigInt(state.efer));
  setMtrrs(cpu);
  cpu.setPc(BigInt(state.rip));
  cpu.update();
}

const WRITE_BACK = 0x0606060606060606n;
const UNCACHED = 0n;
/** Fixed ranges: 512 KiB, 128 KiB, the VGA window, then 256 KiB in eight registers. */
const FIXED = [WRITE_BACK, WRITE_BACK, UNCACHED, ...Array<bigint>(8).fill(WRITE_BACK)];
/** C0000000h to FFFFFFFFh is uncached; 40 bits of physical address. */
const HOLE = { base: 0xc0000000n, mask: 0xffc0000800n };
/** MTRRs and fixed ranges enabled, the rest of memory write-back. */
const DEFAULT = 0xc06n;

/** The memory types as firmware leaves them: without, kernels complain that they are blank and leave PAT alone. */
function setMtrrs(cpu: CpuSetter): void {
  cpu.setField(X.X_MTRR_VARIABLE, HOLE.base);
  cpu.setField(X.X_MTRR_VARIABLE + 8, HOLE.mask);
  for (const [n, types] of FIXED.entries()) cpu.setField(X.X_MTRR_FIXED + 8 * n, types);
  cpu.setField(X.X_MTRR_DEFAULT, DEFAULT);
}
