// Guest memory accesses: the TLB check inline, everything else by the slow paths of core.

import { Op, Ty } from "../ir/ops.js";
import { MEM_ALIGN, MEM_RMW, MEM_SIGNED, MEM_SIZE_MASK, TLB_ADDEND, TLB_READ, TLB_WRITE } from "../layout.js";
import { wasmType } from "./code.js";
import type { BlockEmitter } from "./emit-block.js";
import { EMPTY, Simd, W } from "./opcodes.js";
import { tlbIndex, tlbOffset } from "./runtime.js";

/** Loads by log2 of the size; I64 forms are for results of that type. */
const LOAD_32 = [W.i32_load8_u, W.i32_load16_u, W.i32_load];
const LOAD_32S = [W.i32_load8_s, W.i32_load16_s, W.i32_load];
const LOAD_64 = [W.i64_load8_u, W.i64_load16_u, W.i64_load32_u, W.i64_load];
const LOAD_64S = [W.i64_load8_s, W.i64_load16_s, W.i64_load32_s, W.i64_load];
const STORE_32 = [W.i32_store8, W.i32_store16, W.i32_store];
const STORE_64 = [W.i64_store8, W.i64_store16, W.i64_store32, W.i64_store];

/** Leaves the loaded value on the stack. */
export function emitLoad(e: BlockEmitter, n: number): void {
  const { ir, code, f } = e;
  const word = ir.c[n]!;
  const size = word & MEM_SIZE_MASK;
  const ty = ir.ty[n] as Ty;
  const va = address(e, n);
  check(e, va, word, (word & MEM_RMW) !== 0);
  code.begin(W.if_, wasmType(ty));
  f.opened();
  hostAddress(e, va);
  if (ty === Ty.V128) code.simdMem(Simd.v128_load, 0);
  else if (ty === Ty.I32) code.mem((word & MEM_SIGNED ? LOAD_32S : LOAD_32)[size]!, 0);
  else code.mem((word & MEM_SIGNED ? LOAD_64S : LOAD_64)[size]!, 0);
  code.else_();
  code.get(f.cpu);
  code.get(va);
  code.integer(e.site(n));
  code.call(`load.${word}.${ty}.${f.mmu}`);
  code.brIf(f.faultDepth());
  code.end();
  f.closed();
}

export function emitStore(e: BlockEmitter, n: number): void {
  const { ir, code, f } = e;
  const word = ir.c[n]!;
  const size = word & MEM_SIZE_MASK;
  const ty = ir.ty[n] as Ty;
  const source = ir.b[n]!;
  // The value is needed on both paths: constants are repeated, the rest computed before.
  let held = e.localOf(source);
  const scratch = held < 0 && ir.op[source] !== Op.CONST ? code.local(ty) : -1;
  if (scratch >= 0) {
    e.value(source);
    code.set(scratch);
    held = scratch;
  }
  const value = () => (held >= 0 ? code.get(held) : e.value(source));
  const va = address(e, n);
  check(e, va, word, true);
  code.begin(W.if_, EMPTY);
  f.opened();
  hostAddress(e, va);
  value();
  if (ty === Ty.V128) code.simdMem(Simd.v128_store, 0);
  else code.mem((ty === Ty.I32 ? STORE_32 : STORE_64)[size]!, 0);
  code.else_();
  code.get(f.cpu);
  code.get(va);
  value();
  code.integer(e.site(n));
  code.call(`store.${word}.${ty}.${f.mmu}`);
  code.brIf(f.faultDepth());
  code.end();
  f.closed();
  if (scratch >= 0) code.release(ty, scratch);
}

/** Computes the address of access n and gives the local it is in. */
function address(e: BlockEmitter, n: number): number {
  const { ir, code, f } = e;
  const base = ir.a[n]!;
  const displacement = ir.d[n]!;
  const local = e.localOf(base);
  if (displacement === 0 && local >= 0) return local;
  e.value(base);
  if (displacement !== 0) {
    code.i64(displacement);
    code.op(W.i64_add);
  }
  code.set(f.va);
  return f.va;
}

/** Leaves 1 on the stack if the TLB has the page and the access may be done directly. */
function check(e: BlockEmitter, va: number, word: number, write: boolean): void {
  const { code, f } = e;
  const bytes = 1 << (word & MEM_SIZE_MASK);
  tlbIndex(code, va);
  code.get(f.cpu);
  code.op(W.i32_add);
  code.set(f.tlb);
  code.get(f.tlb);
  code.mem(W.i64_load, tlbOffset(f.mmu, write ? TLB_WRITE : TLB_READ), 3);
  code.get(va);
  code.op(W.i64_xor);
  if (word & MEM_ALIGN) {
    // Equal but for the offset in the page, whose low bits are 0 when aligned (the tag's are).
    code.i64(-4096 | (bytes - 1));
    code.op(W.i64_and);
    code.op(W.i64_eqz);
  } else {
    code.i64(4097 - bytes);
    code.op(W.i64_lt_u);
  }
}

function hostAddress(e: BlockEmitter, va: number): void {
  const { code, f } = e;
  code.get(va);
  code.op(W.i32_wrap_i64);
  code.get(f.tlb);
  code.mem(W.i32_load, tlbOffset(f.mmu, TLB_ADDEND), 2);
  code.op(W.i32_add);
}
