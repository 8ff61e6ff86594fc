// Control, debug and model-specific registers, descriptor-table registers, TLB and cache control, CPUID, extended state.

import { Ty } from "../../../../ir/ops.js";
import { MEM_RMW } from "../../../../layout/access.js";
import { RAX, RDX, X_CR0, X_GDT_BASE, X_GDT_LIMIT, X_IDT_BASE, X_IDT_LIMIT } from "../../layout.js";
import { type Emitter, EXC_GP, EXC_UD, type Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_READ_CR = helperId("x86_read_cr");
const H_WRITE_CR = helperId("x86_write_cr");
const H_READ_DR = helperId("x86_read_dr");
const H_WRITE_DR = helperId("x86_write_dr");
const H_CLTS = helperId("x86_clts");
const H_LMSW = helperId("x86_lmsw");
const H_UMIP = helperId("x86_umip");
const H_LOAD_TABLE = helperId("x86_load_table");
const H_INVLPG = helperId("x86_invlpg");
const H_INVPCID = helperId("x86_invpcid");
const H_XGETBV = helperId("x86_xgetbv");
const H_XSETBV = helperId("x86_xsetbv");
const H_RDMSR = helperId("x86_rdmsr");
const H_WRMSR = helperId("x86_wrmsr");
const H_CPUID = helperId("x86_cpuid");
const H_FXSAVE = helperId("x86_fxsave");
const H_FXRSTOR = helperId("x86_fxrstor");
const H_XSAVE = helperId("x86_xsave");
const H_XRSTOR = helperId("x86_xrstor");

/** Registers move whole: 8 bytes in 64-bit code, else 4. */
function registerSize(e: Emitter): Size {
  return e.code64 ? 8 : 4;
}

function isControlRegister(n: number): boolean {
  return n === 0 || n === 2 || n === 3 || n === 4 || n === 8;
}

/** #UD where the register does not exist, which comes before #GP(0) outside level 0 (SDM volume 3, 6.9): false when one is raised. */
function allowed(e: Emitter, exists: boolean): boolean {
  if (!exists) e.raise(EXC_UD);
  else if (e.cpl !== 0) e.raise(EXC_GP, 0);
  return exists && e.cpl === 0;
}

export function movFromCr(e: Emitter, insn: Insn): void {
  if (!allowed(e, isControlRegister(insn.reg))) return;
  const size = registerSize(e);
  const value = e.call(H_READ_CR, e.b.i64(insn.reg));
  e.writeGpr(insn.rm, size, size === 8 ? value : e.b.wrap(value));
}

export function movToCr(e: Emitter, insn: Insn): void {
  if (!allowed(e, isControlRegister(insn.reg))) return;
  e.call(H_WRITE_CR, e.b.i64(insn.reg), e.gpr(insn.rm));
  e.exitNext();
}

export function movFromDr(e: Emitter, insn: Insn): void {
  if (!allowed(e, insn.reg < 8)) return;
  const size = registerSize(e);
  const value = e.call(H_READ_DR, e.b.i64(insn.reg));
  e.writeGpr(insn.rm, size, size === 8 ? value : e.b.wrap(value));
}

export function movToDr(e: Emitter, insn: Insn): void {
  if (!allowed(e, insn.reg < 8)) return;
  e.call(H_WRITE_DR, e.b.i64(insn.reg), e.gpr(insn.rm));
  e.exitNext();
}

export function clts(e: Emitter): void {
  e.call(H_CLTS);
  e.exitNext();
}

export function smsw(e: Emitter, insn: Insn): void {
  const b = e.b;
  e.call(H_UMIP);
  const cr0 = b.ld(X_CR0, Ty.I64);
  if (insn.mod === 3) e.writeGpr(insn.rm, insn.opSize, insn.opSize === 8 ? cr0 : b.wrap(cr0));
  else e.store(2, e.ea(insn, true, 2), b.zext(b.wrap(cr0), 16));
}

export function lmsw(e: Emitter, insn: Insn): void {
  e.call(H_LMSW, e.b.extu(e.readOperand(insn, 0)));
  e.exitNext();
}

/** SGDT, SIDT: the whole base whatever the operand size. */
export function storeTable(e: Emitter, insn: Insn): void {
  const b = e.b;
  const idt = (insn.reg & 7) === 1;
  const size = registerSize(e);
  e.call(H_UMIP);
  const address = e.ea(insn, true, size + 2);
  const baseAt = b.add(address, b.i64(2));
  const base = b.ld(idt ? X_IDT_BASE : X_GDT_BASE, Ty.I64);
  // Both parts have to be writable before either is written.
  e.load(2, address, MEM_RMW);
  e.load(size, baseAt, MEM_RMW);
  e.store(2, address, b.zext(b.ld(idt ? X_IDT_LIMIT : X_GDT_LIMIT, Ty.I32), 16));
  e.store(size, baseAt, size === 8 ? base : b.wrap(base));
}

/** LGDT, LIDT: with a 16-bit operand size the base has 24 bits. */
export function loadTable(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = registerSize(e);
  const address = e.ea(insn, false, size + 2);
  const limit = b.extu(e.load(2, address));
  let base = e.loadWide(size, b.add(address, b.i64(2)));
  if (!e.code64 && insn.opSize === 2) base = b.and(base, b.i64(0xffffff));
  e.call(H_LOAD_TABLE, b.i64((insn.reg & 7) === 3 ? 1 : 0), base, limit);
}

export function invlpg(e: Emitter, insn: Insn): void {
  e.call(H_INVLPG, e.ea(insn, false, 0));
  e.exitNext();
}

export function invpcid(e: Emitter, insn: Insn): void {
  const type = e.gpr(insn.reg);
  e.call(H_INVPCID, e.ea(insn, false, 16), e.code64 ? type : e.b.zext(type, 32));
  e.exitNext();
}

/** INVD, WBINVD: there is no cache to write back. */
export function cacheControl(): void {}

export function rdmsr(e: Emitter): void {
  e.call(H_RDMSR);
}

export function wrmsr(e: Emitter): void {
  e.call(H_WRMSR);
  e.exitNext();
}

/** There are no performance counters. */
export function rdpmc(e: Emitter): void {
  e.raise(EXC_GP, 0);
}

export function cpuid(e: Emitter): void {
  e.call(H_CPUID);
}

export function xgetbv(e: Emitter): void {
  e.call(H_XGETBV);
}

export function xsetbv(e: Emitter): void {
  e.call(H_XSETBV);
  e.exitNext();
}

const FXSAVE_BYTES = 512;
/** The legacy area and the header. */
const XSAVE_BYTES = 576;

export function fxsave(e: Emitter, insn: Insn): void {
  e.call(H_FXSAVE, e.ea(insn, true, FXSAVE_BYTES), e.b.i64(insn.opSize));
}

export function fxrstor(e: Emitter, insn: Insn): void {
  e.call(H_FXRSTOR, e.ea(insn, false, FXSAVE_BYTES), e.b.i64(insn.opSize));
}

/** EDX:EAX. */
function componentMask(e: Emitter): number {
  const b = e.b;
  return b.or(b.zext(b.ld(RAX, Ty.I64), 32), b.shl(b.ld(RDX, Ty.I64), b.i64(32)));
}

const OPTIMISE = 0x100;

export function xsave(e: Emitter, insn: Insn): void {
  e.call(H_XSAVE, e.ea(insn, true, XSAVE_BYTES), e.b.i64(insn.opSize), componentMask(e));
}

export function xsaveopt(e: Emitter, insn: Insn): void {
  e.call(H_XSAVE, e.ea(insn, true, XSAVE_BYTES), e.b.i64(insn.opSize | OPTIMISE), componentMask(e));
}

export function xrstor(e: Emitter, insn: Insn): void {
  e.x87Unsettled();
  e.call(H_XRSTOR, e.ea(insn, false, XSAVE_BYTES), e.b.i64(insn.opSize), componentMask(e));
}
