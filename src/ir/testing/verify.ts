// Checks that a block is well-formed: what the tiers rely on without looking again.

import {
  ATOMIC_CAS,
  ATOMIC_LOAD_EXCLUSIVE,
  ATOMIC_MASK,
  ATOMIC_STORE_EXCLUSIVE,
  MEM_SIZE_MASK,
} from "../../layout/access.js";
import { SLOT_WORDS } from "../../layout/vcpu.js";
import type { IrBlock } from "../block.js";
import type { HelperDef } from "../helpers.js";
import { MAX_OPERANDS, operandsOf } from "../operands.js";
import { isTerminator, Op, Ty } from "../ops.js";

const STATE_SIZE = SLOT_WORDS << 2;
const operands = new Int32Array(MAX_OPERANDS);

/** The block's faults, one sentence each; empty when it is well-formed. */
export function verify(block: IrBlock, helpers: readonly HelperDef[]): string[] {
  const faults: string[] = [];
  const fault = (n: number, text: string) => faults.push(`v${n} (${Op[block.op[n]!] ?? block.op[n]}): ${text}`);
  const slotTypes = new Map<number, Ty>();
  if (block.count === 0) return ["the block is empty"];
  for (let n = 0; n < block.count; n++) {
    const op = block.op[n] as Op;
    const ty = block.ty[n] as Ty;
    const last = n === block.count - 1;
    if (isTerminator(op) !== last) fault(n, last ? "the last node is not a terminator" : "terminator before the end");
    if (block.pos[n]! >= block.insns) fault(n, `instruction ${block.pos[n]} of ${block.insns}`);
    if (n > 0 && block.pos[n]! < block.pos[n - 1]!) fault(n, "instruction index goes back");
    const count = operandsOf(block, n, operands);
    let sound = true;
    for (let k = 0; k < count; k++) {
      const o = operands[k]!;
      if (o >= 0 && o < n && block.ty[o] !== Ty.VOID) continue;
      fault(n, `operand ${k} is v${o}`);
      sound = false;
    }
    if (sound) types(block, n, op, ty, helpers, (text) => fault(n, text));
    if (op === Op.LD || op === Op.ST) {
      const slot = block.a[n]!;
      const size = ty === Ty.I32 || ty === Ty.F32 ? 4 : ty === Ty.V128 ? 16 : 8;
      if (slot < 0 || slot + size > STATE_SIZE || slot % 4 !== 0) fault(n, `slot 0x${slot.toString(16)}`);
      const known = slotTypes.get(slot);
      if (known !== undefined && known !== ty) fault(n, `slot 0x${slot.toString(16)} is ${Ty[known]} elsewhere`);
      slotTypes.set(slot, ty);
    }
  }
  if (block.insns < 1) faults.push("the block has no instructions");
  for (let i = 0; i < block.insns; i++) {
    if (block.insnOffset[i + 1]! <= block.insnOffset[i]!) faults.push(`instruction ${i} has no bytes`);
  }
  return faults;
}

function types(
  block: IrBlock,
  n: number,
  op: Op,
  ty: Ty,
  helpers: readonly HelperDef[],
  fault: (text: string) => void,
): void {
  const of = (v: number) => block.ty[v] as Ty;
  const a = block.a[n]!;
  const b = block.b[n]!;
  const c = block.c[n]!;
  const want = (v: number, expected: Ty, what: string) => {
    if (of(v) !== expected) fault(`${what} is ${Ty[of(v)]}, not ${Ty[expected]}`);
  };
  const integer = () => {
    if (ty !== Ty.I32 && ty !== Ty.I64) fault(`result is ${Ty[ty]}`);
  };
  if (op >= Op.ADD && op <= Op.MULHS) {
    integer();
    want(a, ty, "first operand");
    want(b, ty, "second operand");
    if (op >= Op.MULHU && ty !== Ty.I64) fault("high multiplication of I32");
    return;
  }
  if (op >= Op.EQ && op <= Op.LES) {
    const compared = block.d[n] as Ty;
    if (ty !== Ty.I32) fault("a comparison gives I32");
    if (compared !== Ty.I32 && compared !== Ty.I64) fault(`compares ${Ty[compared]}`);
    want(a, compared, "first operand");
    want(b, compared, "second operand");
    return;
  }
  switch (op) {
    case Op.ST:
      want(b, ty, "value");
      return;
    case Op.VCONST:
    case Op.SHUFFLE:
      if (block.vconsts[a]?.length !== 16) fault(`constant ${a}`);
      if (op === Op.SHUFFLE) {
        want(b, Ty.V128, "first operand");
        want(c, Ty.V128, "second operand");
      }
      return;
    case Op.CLZ:
    case Op.CTZ:
    case Op.POPCNT:
    case Op.BSWAP:
    case Op.EXT8S:
    case Op.EXT16S:
      integer();
      want(a, ty, "operand");
      return;
    case Op.EXT32S:
      if (ty !== Ty.I64) fault(`result is ${Ty[ty]}`);
      want(a, Ty.I64, "operand");
      return;
    case Op.WRAP:
      if (ty !== Ty.I32) fault(`result is ${Ty[ty]}`);
      want(a, Ty.I64, "operand");
      return;
    case Op.EXTU:
    case Op.EXTS:
      if (ty !== Ty.I64) fault(`result is ${Ty[ty]}`);
      want(a, Ty.I32, "operand");
      return;
    case Op.SELECT:
      want(a, ty, "first operand");
      want(b, ty, "second operand");
      want(c, Ty.I32, "condition");
      return;
    case Op.LOAD:
    case Op.STORE: {
      want(a, Ty.I64, "address");
      if (op === Op.STORE) want(b, ty, "value");
      const size = c & MEM_SIZE_MASK;
      const fits = ty === Ty.I32 ? size <= 2 : ty === Ty.I64 ? size <= 3 : ty === Ty.V128 && size === 4;
      if (!fits) fault(`${Ty[ty]} of ${1 << size} bytes`);
      return;
    }
    case Op.ATOMIC: {
      const kind = c & ATOMIC_MASK;
      const expected = block.d[n]!;
      if (ty !== Ty.I64) fault(`result is ${Ty[ty]}`);
      want(a, Ty.I64, "address");
      if (kind > ATOMIC_STORE_EXCLUSIVE || (c & MEM_SIZE_MASK) > 3) fault(`word 0x${c.toString(16)}`);
      if (b < 0 !== (kind === ATOMIC_LOAD_EXCLUSIVE)) fault(b < 0 ? "no value" : "a value that is not used");
      if (expected < 0 === (kind === ATOMIC_CAS)) fault(expected < 0 ? "nothing expected" : "an expected value");
      if (b >= 0) want(b, Ty.I64, "value");
      if (expected >= 0) want(expected, Ty.I64, "expected value");
      return;
    }
    case Op.CALL: {
      const def = helpers[a];
      if (!def) {
        fault(`helper ${a}`);
        return;
      }
      const vector = def.shape !== "int";
      if (ty !== (def.shape === "vec" ? Ty.V128 : Ty.I64)) fault(`${def.name} does not give ${Ty[ty]}`);
      if (b >= 0) want(b, vector ? Ty.V128 : Ty.I64, "first argument");
      if (c >= 0) want(c, vector ? Ty.V128 : Ty.I64, "second argument");
      if (block.d[n]! >= 0) want(block.d[n]!, Ty.I64, "third argument");
      return;
    }
    case Op.BRANCH:
      want(a, Ty.I32, "condition");
      return;
    case Op.JUMP:
      want(a, Ty.I64, "target");
      return;
  }
}
