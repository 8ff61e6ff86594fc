// No-operations, undefined instructions, BOUND, INTO, CRC32, random numbers, time stamps.

import { Ty } from "../../../../ir/ops.js";
import { X_TSC_AUX } from "../../layout.js";
import { type Emitter, EXC_UD, type Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_BOUND = helperId("x86_bound");
const H_INTO = helperId("x86_into");
const H_CRC32 = helperId("x86_crc32");
const H_RANDOM = helperId("x86_random");
const H_RDTSC = helperId("x86_rdtsc");

export function nop(): void {}

/** Cache line flushes touch their line like a load. */
export function clflush(e: Emitter, insn: Insn): void {
  e.load(1, e.ea(insn, false, 1));
}

/** UD0, UD1, UD2: meant to be undefined, so not logged. */
export function ud(e: Emitter): void {
  e.raise(EXC_UD);
}

export function bound(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = insn.opSize as Size;
  const lower = e.ea(insn, false, size);
  const wide = (v: number) => b.exts(e.signed(v, size));
  const low = wide(e.load(size, lower));
  const index = wide(e.readGpr(insn.reg, size));
  // The upper bound is not read where the index is below the lower.
  e.call(H_BOUND, index, low, b.i64(0x7fffffff));
  const offset = b.zext(b.add(e.offset(insn), b.i64(size)), insn.addrSize === 2 ? 16 : 32);
  const high = wide(e.load(size, e.linear(e.segmentOf(insn), offset, size, false)));
  e.call(H_BOUND, index, low, high);
}

export function into(e: Emitter): void {
  e.call(H_INTO, e.next());
}

export function crc32(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = e.operandSize(insn, 1);
  const data = e.toI64(e.readOperand(insn, 1), size);
  const r = b.call(H_CRC32, b.zext(e.gpr(insn.reg), 32), data, b.i64(size));
  e.writeGpr(insn.reg, 8, b.zext(r, 32));
}

/** RDRAND, RDSEED: always there, CF = 1. */
export function random(e: Emitter, insn: Insn): void {
  const r = e.call(H_RANDOM);
  e.writeGpr(insn.rm, insn.opSize, e.fromI64(r, insn.opSize));
  e.flags.setAll(e.b.i32(1));
}

export function rdtsc(e: Emitter): void {
  const b = e.b;
  const tsc = e.call(H_RDTSC);
  e.writeGpr(0, 8, b.zext(tsc, 32));
  e.writeGpr(2, 8, b.shru(tsc, b.i64(32)));
}

export function rdtscp(e: Emitter): void {
  rdtsc(e);
  e.writeGpr(1, 8, e.b.zext(e.b.ld(X_TSC_AUX, Ty.I64), 32));
}

export function rdpid(e: Emitter, insn: Insn): void {
  e.writeGpr(insn.rm, 8, e.b.zext(e.b.ld(X_TSC_AUX, Ty.I64), 32));
}
