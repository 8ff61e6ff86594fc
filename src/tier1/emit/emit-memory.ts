// Guest memory accesses: the TLB check inline. What the TLB does not allow (misses, devices, page crossings, stores to code)
// leaves the region before the access: tier 0 does the instruction, fills the TLB and goes on to the next region entry. That
// way an access is straight-line code for the host's compiler, which halves what regions cost to compile. Blocks known to access
// several pages at once do page crossings themselves, by a copy of the bytes (core/engine/softmmu/crossing.ts).

import { Op, Ty } from "../../ir/ops.js";
import { ATOMIC_LOAD_EXCLUSIVE, ATOMIC_MASK, MEM_ALIGN, MEM_RMW, MEM_SIZE_MASK } from "../../layout/access.js";
import { S_CROSSING } from "../../layout/vcpu.js";
import type { BlockContext } from "./emit-context.js";
import { hostAddress, hostLoad, hostStore, tlbMiss } from "./memory-code.js";
import { I32, W } from "./opcodes.js";

/** Leaves the loaded value on the stack. */
export function emitLoad(e: BlockContext, n: number): void {
  const { ir, code } = e;
  const word = ir.c[n]!;
  const offset = pushHost(e, n, (word & MEM_RMW) !== 0);
  hostLoad(code, ir.ty[n] as Ty, word, offset);
}

export function emitStore(e: BlockContext, n: number): void {
  const { ir, code } = e;
  const source = ir.b[n]!;
  const ty = ir.ty[n] as Ty;
  const offset = pushHost(e, n, true);
  const host = mayCross(e, n) ? code.local(Ty.I32) : -1;
  if (host >= 0) {
    code.set(host);
    code.get(host);
  }
  e.value(source);
  hostStore(code, ty, ir.c[n]!, offset);
  if (host < 0) return;
  closeCrossing(e, n, host);
  code.release(Ty.I32, host);
}

/** Leaves what ATOMIC gives on the stack. What is misaligned leaves the region, as what the TLB does not allow does. */
export function emitAtomic(e: BlockContext, n: number): void {
  const { ir, code } = e;
  const word = ir.c[n]!;
  const write = (word & ATOMIC_MASK) !== ATOMIC_LOAD_EXCLUSIVE;
  const host = code.local(Ty.I32);
  check(e, n, ir.a[n]!, 0, 1 << (word & MEM_SIZE_MASK), write, true);
  code.set(host);
  code.get(e.f.cpu);
  code.get(host);
  code.i32(word);
  for (const v of [ir.b[n]!, ir.d[n]!]) {
    if (v >= 0) e.value(v);
    else code.i64(0);
  }
  code.call("atomic_at");
  code.release(Ty.I32, host);
}

/** Behind a store to the address in local `host`: if that is a copy of the bytes of two pages they get it back. */
function closeCrossing(e: BlockContext, n: number, host: number): void {
  const { ir, code } = e;
  code.get(host);
  code.get(e.f.cpu);
  code.i32(S_CROSSING);
  code.op(W.i32_add);
  code.op(W.i32_eq);
  code.begin(W.if_);
  code.get(e.f.cpu);
  address(e, ir.a[n]!, ir.d[n]!);
  code.i32(1 << (ir.c[n]! & MEM_SIZE_MASK));
  code.i32(e.f.mmu);
  code.call("crossing_close");
  code.end();
}

/** An access that looks after page crossings: one of several bytes in a block known for them. */
function mayCross({ block, ir }: BlockContext, n: number): boolean {
  if (ir.op[n] === Op.ATOMIC) return false;
  const word = ir.c[n]!;
  return block.crossingAccesses === true && (word & MEM_SIZE_MASK) !== 0 && !(word & MEM_ALIGN);
}

/** Leaves the address `displacement` bytes from the value `base` on the stack. */
function address(e: BlockContext, base: number, displacement: number): void {
  e.value(base);
  if (displacement === 0) return;
  e.code.i64(displacement);
  e.code.op(W.i64_add);
}

/** Writes the host address to the stack, less the offset that it returns. */
function pushHost(e: BlockContext, n: number, write: boolean): number {
  const { ir, code } = e;
  const base = ir.a[n]!;
  const displacement = ir.d[n]!;
  const shared = e.shared(n);
  if (shared) {
    const { group, shift } = shared;
    if (group.block === e.index && group.first === n) {
      const host = code.local(Ty.I32);
      check(e, n, base, group.from, group.to - group.from, group.write, false);
      code.set(host);
      e.f.hosts.set(group, host);
    }
    code.get(e.f.hosts.get(group)!);
    return displacement + shift - group.from;
  }
  const word = ir.c[n]!;
  check(e, n, base, displacement, 1 << (word & MEM_SIZE_MASK), write, (word & MEM_ALIGN) !== 0);
  return 0;
}

/** Leaves the region unless the TLB allows the access, else the host address of `base` + `displacement` is on the stack. */
function check(
  e: BlockContext,
  n: number,
  base: number,
  displacement: number,
  bytes: number,
  write: boolean,
  aligned: boolean,
): void {
  const { code, f } = e;
  let va = e.localOf(base);
  if (displacement !== 0 || va < 0) {
    address(e, base, displacement);
    code.set(f.va);
    va = f.va;
  }
  if (mayCross(e, n)) {
    tlbMiss(code, va, f.entry, f.tlb, bytes, write, aligned);
    code.begin(W.if_, I32);
    code.integer(e.site(n));
    code.get(f.cpu);
    code.get(va);
    code.i32(bytes);
    code.i32(write ? 1 : 0);
    code.i32(f.mmu);
    code.call("crossing_open");
    code.set(f.entry);
    code.get(f.entry);
    code.op(W.i32_eqz);
    code.brHinted(f.siteDepth() + 1, false);
    code.op(W.drop);
    code.get(f.entry);
    code.else_();
    hostAddress(code, va, f.entry);
    code.end();
    return;
  }
  code.integer(e.site(n));
  tlbMiss(code, va, f.entry, f.tlb, bytes, write, aligned);
  code.brHinted(f.siteDepth(), false);
  code.op(W.drop);
  hostAddress(code, va, f.entry);
}
