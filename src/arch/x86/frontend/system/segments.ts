// MOV, PUSH, POP of segment registers, far pointers, LDTR and TR, LAR LSL VERR VERW ARPL, FS and GS bases.

import { Ty } from "../../../../ir/ops.js";
import {
  CS,
  DS,
  ES,
  F_ZF,
  FS,
  GS,
  LDTR,
  SEG_BASE,
  SEG_SEL,
  SEG_STRIDE,
  SS,
  TR,
  X_KERNEL_GS,
  X_SEG,
} from "../../layout.js";
import type { Emitter, Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_LOAD_SEG = helperId("x86_load_seg");
const H_LLDT = helperId("x86_lldt");
const H_LTR = helperId("x86_ltr");
const H_PROBE = helperId("x86_probe_segment");
const H_READ_BASE = helperId("x86_read_base");
const H_WRITE_BASE = helperId("x86_write_base");
const H_UMIP = helperId("x86_umip");
const H_ARPL = helperId("x86_arpl");

const INHIBIT = 0x100;

/** A selector register as I32. */
function selector(e: Emitter, n: number): number {
  return e.b.ld(X_SEG + n * SEG_STRIDE + SEG_SEL, Ty.I32);
}

/** Ends the block where what translation knows of segments may have changed: 64-bit code depends on none but SS's. */
function afterLoad(e: Emitter, n: number): void {
  if (!e.code64 || n === SS) e.exitNext();
}

/** Stores a selector to a register (as wide as the operand) or 16 bits of memory. */
function writeSelector(e: Emitter, insn: Insn, value: number): void {
  if (insn.mod === 3) e.writeGpr(insn.rm, insn.opSize, insn.opSize === 8 ? e.b.extu(value) : value);
  else e.store(2, e.ea(insn, true, 2), value);
}

export function movFromSeg(e: Emitter, insn: Insn): void {
  const n = insn.reg & 7;
  if (n > GS) e.undefined();
  else writeSelector(e, insn, selector(e, n));
}

export function movToSeg(e: Emitter, insn: Insn): void {
  const n = insn.reg & 7;
  if (n > GS || n === CS) {
    e.undefined();
    return;
  }
  const value = insn.mod === 3 ? e.readGpr(insn.rm, 2) : e.load(2, e.ea(insn, false, 2));
  e.call(H_LOAD_SEG, e.b.i64(n | (n === SS ? INHIBIT : 0)), e.b.extu(value));
  afterLoad(e, n);
}

/** Segment register of PUSH and POP by opcode: 06 0E 16 1E, 0F A0, 0F A8. */
function ofOpcode(opcode: number): number {
  switch (opcode & 0xff) {
    case 0x06:
    case 0x07:
    case 0xc4:
      return ES;
    case 0x0e:
      return CS;
    case 0x16:
    case 0x17:
    case 0xb2:
      return SS;
    case 0x1e:
    case 0x1f:
    case 0xc5:
      return DS;
    case 0xa0:
    case 0xa1:
    case 0xb4:
      return FS;
    default:
      return GS;
  }
}

export function pushSeg(e: Emitter, insn: Insn): void {
  const value = selector(e, ofOpcode(insn.opcode));
  e.push(insn.opSize === 8 ? e.b.extu(value) : value, insn.opSize);
}

export function popSeg(e: Emitter, insn: Insn): void {
  const n = ofOpcode(insn.opcode);
  const value = e.top(insn.opSize);
  const low = e.b.zext(insn.opSize === 8 ? e.b.wrap(value) : value, 16);
  e.call(H_LOAD_SEG, e.b.i64(n | (n === SS ? INHIBIT : 0)), e.b.extu(low));
  e.setStackPointer(e.stackAt(insn.opSize));
  afterLoad(e, n);
}

/** LDS LES LSS LFS LGS. */
export function loadFar(e: Emitter, insn: Insn): void {
  const n = ofOpcode(insn.opcode);
  const size = insn.opSize as Size;
  const address = e.ea(insn, false, size + 2);
  const offset = e.load(size, address);
  const sel = e.load(2, e.b.add(address, e.b.i64(size)));
  e.call(H_LOAD_SEG, e.b.i64(n), e.b.extu(sel));
  e.writeGpr(insn.reg, size, offset);
  afterLoad(e, n);
}

/** SLDT, STR. */
export function storeSystem(e: Emitter, insn: Insn): void {
  e.call(H_UMIP);
  writeSelector(e, insn, selector(e, (insn.reg & 7) === 0 ? LDTR : TR));
}

export function lldt(e: Emitter, insn: Insn): void {
  e.call(H_LLDT, e.b.extu(e.readOperand(insn, 0)));
}

export function ltr(e: Emitter, insn: Insn): void {
  e.call(H_LTR, e.b.extu(e.readOperand(insn, 0)));
}

/** VERR, VERW. */
export function verify(e: Emitter, insn: Insn): void {
  const b = e.b;
  const kind = (insn.reg & 7) === 4 ? 2 : 3;
  const r = e.call(H_PROBE, b.i64(kind), b.extu(e.readOperand(insn, 0)));
  setZf(e, b.wrap(b.shru(r, b.i64(63))));
}

/** LAR, LSL: the destination changes only if ZF is set. */
export function lar(e: Emitter, insn: Insn): void {
  probe(e, insn, 0);
}

export function lsl(e: Emitter, insn: Insn): void {
  probe(e, insn, 1);
}

function probe(e: Emitter, insn: Insn, kind: number): void {
  const b = e.b;
  const size = insn.opSize as Size;
  const sel = insn.mod === 3 ? e.readGpr(insn.rm, 2) : e.load(2, e.ea(insn, false, 2));
  const r = e.call(H_PROBE, b.i64(kind), b.extu(sel));
  const zf = b.wrap(b.shru(r, b.i64(63)));
  const value = b.zext(r, 32);
  if (size === 2) {
    e.writeGpr(insn.reg, 2, b.select(zf, b.zext(b.wrap(value), 16), e.readGpr(insn.reg, 2)));
  } else {
    // A 4-byte destination keeps even its upper half when ZF is clear.
    e.writeGpr(insn.reg, 8, b.select(zf, value, e.gpr(insn.reg)));
  }
  setZf(e, zf);
}

/** ZF alone, from an I32 0/1. */
function setZf(e: Emitter, zf: number): void {
  e.flags.setSome(F_ZF, e.b.shl(zf, e.b.i32(6)));
}

/** Memory is written only where the RPL changes: read-only memory that needs no change does not fault. */
export function arpl(e: Emitter, insn: Insn): void {
  const b = e.b;
  const dest = e.readOperand(insn, 0);
  const rpl = b.and(e.readGpr(insn.reg, 2), b.i32(3));
  const lower = b.ltu(b.and(dest, b.i32(3)), rpl);
  const adjusted = b.or(b.and(dest, b.i32(0xfffc)), rpl);
  if (insn.mod === 3) e.writeGpr(insn.rm, 2, b.select(lower, adjusted, dest));
  else {
    const where = b.or(b.shl(b.extu(lower), b.i64(8)), b.i64(e.segmentOf(insn)));
    e.call(H_ARPL, where, e.offset(insn), b.extu(adjusted));
  }
  setZf(e, lower);
}

export function swapgs(e: Emitter): void {
  const { b } = e;
  const base = X_SEG + GS * SEG_STRIDE + SEG_BASE;
  const user = b.ld(base, Ty.I64);
  b.st(base, b.ld(X_KERNEL_GS, Ty.I64));
  b.st(X_KERNEL_GS, user);
}

/** RDFSBASE, RDGSBASE. */
export function readBase(e: Emitter, insn: Insn): void {
  const value = e.call(H_READ_BASE, e.b.i64((insn.reg & 1) === 0 ? FS : GS));
  e.writeGpr(insn.rm, insn.opSize === 8 ? 8 : 4, insn.opSize === 8 ? value : e.b.wrap(value));
}

/** WRFSBASE, WRGSBASE. */
export function writeBase(e: Emitter, insn: Insn): void {
  const full = e.gpr(insn.rm);
  e.call(H_WRITE_BASE, e.b.i64((insn.reg & 1) === 0 ? FS : GS), insn.opSize === 8 ? full : e.b.zext(full, 32));
}
