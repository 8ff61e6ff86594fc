// Moves, extensions, exchanges, address computation.

import { Ty } from "../../../../ir/ops.js";
import { MEM_RMW, MEM_SIGNED } from "../../../../layout/access.js";
import { DS } from "../../layout.js";
import type { Emitter, Size } from "../emitter.js";
import type { Insn } from "../insn.js";

export function mov(e: Emitter, insn: Insn): void {
  e.writeOperand(insn, 0, e.readOperand(insn, 1));
}

export function movzx(e: Emitter, insn: Insn): void {
  e.writeGpr(insn.reg, insn.opSize, e.typed(e.readOperand(insn, 1), insn.opSize));
}

/** MOVSX, MOVSXD: operand 1 sign-extended to the operand size. */
export function movsx(e: Emitter, insn: Insn): void {
  const b = e.b;
  const to = insn.opSize;
  const from = e.operandSize(insn, 1);
  if (from >= to) {
    const v = e.readOperand(insn, 1);
    e.writeGpr(insn.reg, to, v);
    return;
  }
  if (insn.mod !== 3) {
    const address = e.ea(insn, false, from);
    const v = to === 8 ? e.loadWide(from, address, MEM_SIGNED) : e.load(from, address, MEM_SIGNED);
    e.writeGpr(insn.reg, to, v);
    return;
  }
  const v = e.readGpr(insn.rm, from);
  if (to < 8) {
    e.writeGpr(insn.reg, to, e.signed(v, from));
    return;
  }
  e.writeGpr(insn.reg, 8, b.exts(e.signed(v, from)));
}

/** CBW, CWDE, CDQE. */
export function cbw(e: Emitter, insn: Insn): void {
  const b = e.b;
  if (insn.opSize === 8) e.writeGpr(0, 8, b.exts(e.readGpr(0, 4)));
  else if (insn.opSize === 4) e.writeGpr(0, 4, b.sext(e.readGpr(0, 4), 16));
  else e.writeGpr(0, 2, b.sext(e.readGpr(0, 4), 8));
}

/** CWD, CDQ, CQO. */
export function cwd(e: Emitter, insn: Insn): void {
  const b = e.b;
  if (insn.opSize === 8) e.writeGpr(2, 8, b.shrs(e.readGpr(0, 8), b.i64(63)));
  else if (insn.opSize === 4) e.writeGpr(2, 4, b.shrs(e.readGpr(0, 4), b.i32(31)));
  else e.writeGpr(2, 2, b.shrs(b.sext(e.readGpr(0, 4), 16), b.i32(31)));
}

export function lea(e: Emitter, insn: Insn): void {
  e.writeGpr(insn.reg, insn.opSize, e.fromI64(e.offset(insn), insn.opSize));
}

export function xchg(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const y = e.readOperand(insn, 1);
  e.update(insn, 0, y);
  e.writeGpr(insn.reg, size, x);
}

/** 90+r: XCHG rAX; 90 alone is NOP. */
export function xchgAx(e: Emitter, insn: Insn): void {
  if (insn.rm === 0) return;
  const size = insn.opSize;
  const x = e.readGpr(0, size);
  const y = e.readGpr(insn.rm, size);
  e.writeGpr(0, size, y);
  e.writeGpr(insn.rm, size, x);
}

/** BSWAP; of 16 bits it gives 0 on every processor tried (undefined by the manual). */
export function bswap(e: Emitter, insn: Insn): void {
  const size = insn.opSize;
  e.writeGpr(insn.rm, size, size === 2 ? e.b.i32(0) : e.b.bswap(e.readGpr(insn.rm, size)));
}

/** MOVBE, both directions. */
export function movbe(e: Emitter, insn: Insn): void {
  const b = e.b;
  const v = b.bswap(e.readOperand(insn, 1));
  e.writeOperand(insn, 0, insn.opSize === 2 ? b.shru(v, b.i32(16)) : v);
}

export function cmov(e: Emitter, insn: Insn): void {
  const size = insn.opSize;
  const v = e.readOperand(insn, 1);
  const condition = e.condition(insn.opcode & 15);
  e.writeGpr(insn.reg, size, e.b.select(condition, v, e.readGpr(insn.reg, size)));
}

export function setcc(e: Emitter, insn: Insn): void {
  e.writeOperand(insn, 0, e.condition(insn.opcode & 15));
}

export function xlat(e: Emitter, insn: Insn): void {
  const b = e.b;
  const base = e.gpr(3);
  let offset = b.add(base, b.extu(e.readGpr(0, 1)));
  if (insn.addrSize !== 8) offset = b.zext(offset, insn.addrSize === 4 ? 32 : 16);
  const address = e.linear(insn.segment >= 0 ? insn.segment : DS, offset, 1, false);
  e.writeGpr(0, 1, b.load(Ty.I32, address, 0));
}

/** MOVNTI: a store. */
export function movnti(e: Emitter, insn: Insn): void {
  const size: Size = insn.opSize === 8 ? 8 : 4;
  e.store(size, e.ea(insn, true, size), e.readGpr(insn.reg, size));
}
