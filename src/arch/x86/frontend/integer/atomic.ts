// XADD CMPXCHG CMPXCHG8B CMPXCHG16B. LOCK needs nothing: one processor, and nothing comes between load and store.

import { Ty } from "../../../../ir/ops.js";
import { MEM_RMW } from "../../../../layout/access.js";
import { RAX, RDX } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_CMPXCHG16B = helperId("x86_cmpxchg16b");

export function xadd(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const y = e.readGpr(insn.reg, size);
  const r = e.trim(e.b.add(x, y), size);
  if (insn.mod !== 3) e.update(insn, 0, r);
  e.writeGpr(insn.reg, size, x);
  // Of one register with itself, the sum is left.
  if (insn.mod === 3) e.writeGpr(insn.rm, size, r);
  e.flags.add(size, x, y, r);
}

export function cmpxchg(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const old = e.readOperand(insn, 0, MEM_RMW);
  const accumulator = e.readGpr(0, size);
  const equal = b.eq(accumulator, old);
  const source = e.readGpr(insn.reg, size);
  const stored = b.select(equal, source, old);
  if (insn.mod !== 3) e.update(insn, 0, stored);
  if (size >= 4) e.writeGpr(0, 8, b.select(equal, e.gpr(0), e.toI64(old, size)));
  else e.writeGpr(0, size, old);
  if (insn.mod === 3) {
    // A register that differs is not written at all: its upper half stays.
    if (size >= 4) e.writeGpr(insn.rm, 8, b.select(equal, e.toI64(source, size), e.gpr(insn.rm)));
    else e.writeGpr(insn.rm, size, stored);
  }
  e.flags.sub(size, accumulator, old, e.trim(b.sub(accumulator, old), size));
}

/** CMPXCHG8B; with REX.W CMPXCHG16B. Only ZF changes. */
export function cmpxchg8b(e: Emitter, insn: Insn): void {
  const b = e.b;
  if (insn.opSize === 8) {
    const equal = b.wrap(e.call(H_CMPXCHG16B, e.ea(insn, true, 16)));
    e.flags.setSome(0x40, b.shl(equal, b.i32(6)));
    return;
  }
  const low32 = (reg: number) => b.zext(e.gpr(reg), 32);
  const address = e.ea(insn, true, 8);
  const old = e.load(8, address, MEM_RMW);
  const expected = b.or(low32(0), b.shl(e.gpr(2), b.i64(32)));
  const wanted = b.or(low32(3), b.shl(e.gpr(1), b.i64(32)));
  const equal = b.eq(expected, old);
  const flags = e.flags.all();
  e.store(8, address, b.select(equal, wanted, old));
  b.st(RAX, b.select(equal, b.ld(RAX, Ty.I64), b.zext(old, 32)));
  b.st(RDX, b.select(equal, b.ld(RDX, Ty.I64), b.shru(old, b.i64(32))));
  e.flags.setAll(b.or(b.and(flags, b.i32(~0x40)), b.shl(equal, b.i32(6))));
}
