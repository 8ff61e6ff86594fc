// A plain reading of the IR, for tests: every value a BigInt of its width, guest memory byte by byte. Slow and obvious.

import type { IrBlock } from "../../ir/block.js";
import { Op, PcWidth, Ty } from "../../ir/ops.js";
import { SIMD, WOp } from "../../ir/wasm-ops.js";
import * as M from "../../layout/access.js";
import { MEM_ALIGN, MEM_RMW, MEM_SIGNED, MEM_SIZE_MASK } from "../../layout/access.js";
import { S_FAULT, S_FUEL, S_PC, S_PENDING } from "../../layout/vcpu.js";

/** Guest memory and helpers of a test; addresses are virtual. */
export interface ReferenceWorld {
  /** CPU state: offset 0 is `cpu`. */
  state: DataView;
  /** Host offset of a guest byte in `ram`, or -1 when it may not be accessed that way. */
  locate(va: bigint, write: boolean): number;
  ram: Uint8Array;
  /** What the exclusive monitor is set for. */
  exclusive?: { va: bigint; size: number; value: bigint } | undefined;
  /** Runs helper `id` on `state`; S_FAULT tells whether it completed. */
  call(id: number, a: bigint, b: bigint, c: bigint): bigint;
}

const mask = (ty: Ty): bigint => (1n << BigInt(bits(ty))) - 1n;

function bits(ty: Ty): number {
  return ty === Ty.I32 || ty === Ty.F32 ? 32 : ty === Ty.V128 ? 128 : 64;
}

export function readSlot(state: DataView, slot: number, ty: Ty): bigint {
  if (bits(ty) === 32) return BigInt(state.getUint32(slot, true));
  const lo = state.getBigUint64(slot, true);
  return ty === Ty.V128 ? lo | (state.getBigUint64(slot + 8, true) << 64n) : lo;
}

export function writeSlot(state: DataView, slot: number, ty: Ty, value: bigint): void {
  if (bits(ty) === 32) state.setUint32(slot, Number(value), true);
  else {
    state.setBigUint64(slot, value & 0xffffffffffffffffn, true);
    if (ty === Ty.V128) state.setBigUint64(slot + 8, value >> 64n, true);
  }
}

/**
 * Executes one block from `pc`, `limit` instructions of it at most. S_FUEL counts the whole block first, as in tier 0. Gives
 * the number of instructions executed; on a fault S_FAULT is set. S_PC is the next or the faulting instruction then and
 * S_FUEL is exact.
 */
export function runBlock(world: ReferenceWorld, ir: IrBlock, limit = ir.insns): number {
  const { state } = world;
  const pc = state.getBigUint64(S_PC, true);
  state.setInt32(S_FUEL, state.getInt32(S_FUEL, true) - ir.insns, true);
  const values: bigint[] = [];
  const narrow = (next: bigint) => {
    const width = ir.pcWidth === PcWidth.W64 ? 64 : 32;
    state.setBigUint64(S_PC, BigInt.asUintN(width, next), true);
  };
  for (let n = 0; n < ir.count; n++) {
    const op = ir.op[n] as Op;
    const ty = ir.ty[n] as Ty;
    const a = ir.a[n]!;
    const b = ir.b[n]!;
    const c = ir.c[n]!;
    const pos = ir.pos[n]!;
    if (pos >= limit) {
      narrow(pc + BigInt(ir.insnOffset[limit]!));
      state.setInt32(S_FUEL, state.getInt32(S_FUEL, true) + ir.insns - limit, true);
      return limit;
    }
    let value = 0n;
    const v = (i: number) => values[i]!;
    switch (op) {
      case Op.CONST:
        value = ty === Ty.I32 ? BigInt(a >>> 0) : (BigInt(b >>> 0) << 32n) | BigInt(a >>> 0);
        break;
      case Op.VCONST:
        value = fromBytes(ir.vconsts[a]!);
        break;
      case Op.LD:
        value = readSlot(state, a, ty);
        break;
      case Op.ST:
        writeSlot(state, a, ty, v(b));
        break;
      case Op.PC:
        value = BigInt.asUintN(64, pc + BigInt(a));
        break;
      case Op.SELECT:
        value = v(c) !== 0n ? v(a) : v(b);
        break;
      case Op.LOAD:
      case Op.STORE: {
        const va = BigInt.asUintN(64, v(a) + BigInt(ir.d[n]!));
        const result = memory(world, va, c, op === Op.STORE ? v(b) : undefined, ty);
        if (result === undefined) state.setInt32(S_FAULT, 1, true);
        else value = result;
        break;
      }
      case Op.ATOMIC: {
        const expected = ir.d[n]! < 0 ? 0n : v(ir.d[n]!);
        const result = atomicAccess(world, v(a), c, b < 0 ? 0n : v(b), expected);
        if (result === undefined) state.setInt32(S_FAULT, 1, true);
        else value = result;
        break;
      }
      case Op.CALL:
        state.setInt32(S_PENDING, ir.insns - pos, true);
        value = world.call(a, b < 0 ? 0n : v(b), c < 0 ? 0n : v(c), ir.d[n]! < 0 ? 0n : v(ir.d[n]!));
        state.setInt32(S_PENDING, 0, true);
        break;
      case Op.W:
        value = wasmOperation(
          a,
          b < 0 ? 0n : v(b),
          c < 0 ? 0n : v(c),
          a === WOp.v128_bitselect ? v(ir.d[n]!) : BigInt(ir.d[n]!),
        );
        break;
      case Op.SHUFFLE: {
        const x = [...toBytes(v(b)), ...toBytes(v(c))];
        value = fromBytes(Uint8Array.from(ir.vconsts[a]!, (i) => x[i]!));
        break;
      }
      case Op.GOTO:
        narrow(pc + BigInt(a));
        break;
      case Op.BRANCH:
        narrow(pc + BigInt(v(a) !== 0n ? b : c));
        break;
      case Op.JUMP:
        state.setBigUint64(S_PC, v(a), true);
        break;
      case Op.EXIT:
      case Op.NOP:
      case Op.FENCE:
        break;
      default:
        value = arithmetic(op, op >= Op.EQ && op <= Op.LES ? (ir.d[n] as Ty) : ty, v(a), op < Op.CLZ ? v(b) : 0n);
    }
    if (state.getInt32(S_FAULT, true) !== 0) {
      narrow(pc + BigInt(ir.insnOffset[pos]!));
      state.setInt32(S_FUEL, state.getInt32(S_FUEL, true) + ir.insns - pos, true);
      return pos;
    }
    values.push(value);
  }
  return ir.insns;
}

/** undefined: the access faults. */
function memory(
  world: ReferenceWorld,
  va: bigint,
  word: number,
  stored: bigint | undefined,
  ty: Ty,
): bigint | undefined {
  const bytes = 1 << (word & MEM_SIZE_MASK);
  if (word & MEM_ALIGN && va % BigInt(bytes) !== 0n) return undefined;
  const write = stored !== undefined || (word & MEM_RMW) !== 0;
  const at: number[] = [];
  for (let i = 0; i < bytes; i++) {
    const host = world.locate(BigInt.asUintN(64, va + BigInt(i)), write);
    if (host < 0) return undefined;
    at.push(host);
  }
  let value = 0n;
  at.forEach((host, i) => {
    if (stored !== undefined) world.ram[host] = Number((stored >> BigInt(8 * i)) & 0xffn);
    else value |= BigInt(world.ram[host]!) << BigInt(8 * i);
  });
  return word & MEM_SIGNED ? BigInt.asUintN(bits(ty), BigInt.asIntN(8 * bytes, value)) : value;
}

/** ATOMIC: undefined where the access faults. */
function atomicAccess(
  world: ReferenceWorld,
  va: bigint,
  word: number,
  value: bigint,
  expected: bigint,
): bigint | undefined {
  const kind = word & M.ATOMIC_MASK;
  const plain = word & ~M.ATOMIC_MASK;
  const size = word & MEM_SIZE_MASK;
  const width = 8 << size;
  const u = (x: bigint) => BigInt.asUintN(width, x);
  const s = (x: bigint) => BigInt.asIntN(width, x);
  const write = kind !== M.ATOMIC_LOAD_EXCLUSIVE;
  const old = memory(world, va, write ? plain | MEM_RMW : plain, undefined, Ty.I64);
  if (old === undefined) return undefined;
  const keep = (next: bigint) => void memory(world, va, plain, u(next), Ty.I64);
  switch (kind) {
    case M.ATOMIC_LOAD_EXCLUSIVE:
      world.exclusive = { va, size, value: old };
      return old;
    case M.ATOMIC_STORE_EXCLUSIVE: {
      const { exclusive } = world;
      world.exclusive = undefined;
      if (va % BigInt(1 << size) !== 0n) return 1n;
      if (exclusive?.va !== va || exclusive.size !== size || exclusive.value !== old) return 1n;
      keep(value);
      return 0n;
    }
    case M.ATOMIC_CAS:
      if (old === u(expected)) keep(value);
      return old;
    case M.ATOMIC_ADD:
      keep(old + value);
      return old;
    case M.ATOMIC_AND:
      keep(old & value);
      return old;
    case M.ATOMIC_OR:
      keep(old | value);
      return old;
    case M.ATOMIC_XOR:
      keep(old ^ value);
      return old;
    case M.ATOMIC_XCHG:
      keep(value);
      return old;
    case M.ATOMIC_MIN:
      keep(s(old) < s(value) ? old : value);
      return old;
    case M.ATOMIC_MAX:
      keep(s(old) > s(value) ? old : value);
      return old;
    case M.ATOMIC_MINU:
      keep(old < u(value) ? old : value);
      return old;
    case M.ATOMIC_MAXU:
      keep(old > u(value) ? old : value);
      return old;
  }
  throw new Error(`no atomic operation 0x${kind.toString(16)}`);
}

function arithmetic(op: Op, ty: Ty, x: bigint, y: bigint): bigint {
  const width = bits(ty);
  const s = (v: bigint) => BigInt.asIntN(width, v);
  const u = (v: bigint) => BigInt.asUintN(width, v);
  const count = y % BigInt(width);
  const flag = (v: boolean) => (v ? 1n : 0n);
  switch (op) {
    case Op.ADD:
      return u(x + y);
    case Op.SUB:
      return u(x - y);
    case Op.MUL:
      return u(x * y);
    case Op.AND:
      return x & y;
    case Op.OR:
      return x | y;
    case Op.XOR:
      return x ^ y;
    case Op.SHL:
      return u(x << count);
    case Op.SHRU:
      return x >> count;
    case Op.SHRS:
      return u(s(x) >> count);
    case Op.ROTL:
      return u((x << count) | (x >> (BigInt(width) - count)));
    case Op.ROTR:
      return u((x >> count) | (x << (BigInt(width) - count)));
    case Op.MULHU:
      return (x * y) >> 64n;
    case Op.MULHS:
      return u((s(x) * s(y)) >> 64n);
    case Op.EQ:
      return flag(x === y);
    case Op.NE:
      return flag(x !== y);
    case Op.LTU:
      return flag(x < y);
    case Op.LTS:
      return flag(s(x) < s(y));
    case Op.LEU:
      return flag(x <= y);
    case Op.LES:
      return flag(s(x) <= s(y));
    case Op.CLZ:
      return BigInt(x === 0n ? width : width - x.toString(2).length);
    case Op.CTZ:
      return BigInt(x === 0n ? width : x.toString(2).length - 1 - x.toString(2).lastIndexOf("1"));
    case Op.POPCNT:
      return BigInt(x.toString(2).replaceAll("0", "").length);
    case Op.BSWAP:
      return swap(x, width / 8);
    case Op.EXT8S:
      return u(BigInt.asIntN(8, x));
    case Op.EXT16S:
      return u(BigInt.asIntN(16, x));
    case Op.EXT32S:
    case Op.EXTS:
      return u(BigInt.asIntN(32, x));
    case Op.WRAP:
      return x & mask(Ty.I32);
    case Op.EXTU:
      return x;
    default:
      throw new Error(`reference: operation ${Op[op]}`);
  }
}

/** The few WebAssembly operations the random tests use. */
function wasmOperation(opcode: number, x: bigint, y: bigint, z: bigint): bigint {
  const lane = (v: bigint, i: bigint) => (v >> (64n * i)) & 0xffffffffffffffffn;
  const s = (width: number, v: bigint) => BigInt.asIntN(width, v);
  switch (opcode) {
    case WOp.i32_div_s:
      return BigInt.asUintN(32, s(32, x) / s(32, y));
    case WOp.i32_rem_s:
      return BigInt.asUintN(32, s(32, x) % s(32, y));
    case WOp.i64_div_s:
      return BigInt.asUintN(64, s(64, x) / s(64, y));
    case WOp.i64_rem_s:
      return BigInt.asUintN(64, s(64, x) % s(64, y));
    case WOp.i32_div_u:
    case WOp.i64_div_u:
      return x / y;
    case WOp.i32_rem_u:
    case WOp.i64_rem_u:
      return x % y;
    case WOp.v128_xor:
      return x ^ y;
    case WOp.v128_bitselect:
      return (x & z) | (y & ~z);
    case WOp.i64x2_splat:
      return x | (x << 64n);
    case WOp.i64x2_extract_lane:
      return lane(x, z);
    case WOp.i64x2_replace_lane:
      return (x & ~(0xffffffffffffffffn << (64n * z))) | (y << (64n * z));
    case WOp.i64x2_add:
      return BigInt.asUintN(64, lane(x, 0n) + lane(y, 0n)) | (BigInt.asUintN(64, lane(x, 1n) + lane(y, 1n)) << 64n);
    default:
      throw new Error(`reference: opcode ${opcode - SIMD}`);
  }
}

function swap(x: bigint, bytes: number): bigint {
  let r = 0n;
  for (let i = 0; i < bytes; i++) r = (r << 8n) | ((x >> BigInt(8 * i)) & 0xffn);
  return r;
}

function toBytes(x: bigint): number[] {
  return Array.from({ length: 16 }, (_, i) => Number((x >> BigInt(8 * i)) & 0xffn));
}

function fromBytes(b: Uint8Array): bigint {
  return b.reduceRight((r, x) => (r << 8n) | BigInt(x), 0n);
}
