// Pieces of code for guest memory that regions and the module's own routines share: the TLB check, and loads and stores of
// host memory as a memory word (MEM_*) says.

import { Ty } from "../../ir/ops.js";
import { MEM_SIGNED, MEM_SIZE_MASK } from "../../layout/access.js";
import { TLB_ADDEND, TLB_ENTRIES, TLB_READ, TLB_STRIDE, TLB_WRITE } from "../../layout/tlb.js";
import type { Code } from "./code.js";
import { Simd, W } from "./opcodes.js";

const TLB_INDEX_MASK = (TLB_ENTRIES - 1) * TLB_STRIDE;
/** log2(page size) - log2(TLB_STRIDE) */
const TLB_INDEX_SHIFT = 7;

/** Offset of the TLB entry for the address in local `va` from the start of its table. */
export function tlbIndex(code: Code, va: number): void {
  code.get(va);
  code.op(W.i32_wrap_i64);
  code.i32(TLB_INDEX_SHIFT);
  code.op(W.i32_shr_u);
  code.i32(TLB_INDEX_MASK);
  code.op(W.i32_and);
}

/** Loads by log2 of the size; I64 forms are for results of that type. */
const LOAD_32 = [W.i32_load8_u, W.i32_load16_u, W.i32_load];
const LOAD_32S = [W.i32_load8_s, W.i32_load16_s, W.i32_load];
const LOAD_64 = [W.i64_load8_u, W.i64_load16_u, W.i64_load32_u, W.i64_load];
const LOAD_64S = [W.i64_load8_s, W.i64_load16_s, W.i64_load32_s, W.i64_load];
const STORE_32 = [W.i32_store8, W.i32_store16, W.i32_store];
const STORE_64 = [W.i64_store8, W.i64_store16, W.i64_store32, W.i64_store];

/** Loads what a memory word says from the host address on the stack. */
export function hostLoad(code: Code, ty: Ty, word: number, offset: number): void {
  const size = word & MEM_SIZE_MASK;
  if (ty === Ty.V128) code.simdMem(Simd.v128_load, offset);
  else if (ty === Ty.I32) code.mem((word & MEM_SIGNED ? LOAD_32S : LOAD_32)[size]!, offset);
  else code.mem((word & MEM_SIGNED ? LOAD_64S : LOAD_64)[size]!, offset);
}

/** Stores the value on the stack to the host address below it. */
export function hostStore(code: Code, ty: Ty, word: number, offset: number): void {
  const size = word & MEM_SIZE_MASK;
  if (ty === Ty.V128) code.simdMem(Simd.v128_store, offset);
  else code.mem((ty === Ty.I32 ? STORE_32 : STORE_64)[size]!, offset);
}

/**
 * Leaves 0 on the stack if the TLB has the page of the address in local `va` and [va, va + bytes) lies in it, else another
 * value. `entry` (a local) gets the address of the TLB entry of the table that `tlb` (a local) points to.
 */
export function tlbMiss(
  code: Code,
  va: number,
  entry: number,
  tlb: number,
  bytes: number,
  write: boolean,
  aligned: boolean,
): void {
  tlbIndex(code, va);
  code.get(tlb);
  code.op(W.i32_add);
  code.set(entry);
  code.get(entry);
  code.mem(W.i64_load, write ? TLB_WRITE : TLB_READ, 3);
  code.get(va);
  code.op(W.i64_xor);
  if (aligned) {
    // Equal but for the offset in the page, whose low bits are 0 when aligned (the tag's are).
    code.i64(-4096 | (bytes - 1));
    code.op(W.i64_and);
    code.i64(0);
    code.op(W.i64_ne);
  } else {
    code.i64(4097 - bytes);
    code.op(W.i64_ge_u);
  }
}

/** After a check that succeeded: the host address of `va`. */
export function hostAddress(code: Code, va: number, entry: number): void {
  code.get(va);
  code.op(W.i32_wrap_i64);
  code.get(entry);
  code.mem(W.i32_load, TLB_ADDEND, 2);
  code.op(W.i32_add);
}
