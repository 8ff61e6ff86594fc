// Guest memory accesses: the TLB check inline, everything else by the module's slow paths (runtime.ts).

import { Op, Ty } from "../ir/ops.js";
import { MEM_ALIGN, MEM_RMW, MEM_SIZE_MASK } from "../layout.js";
import { wasmType } from "./code.js";
import type { BlockEmitter } from "./emit-block.js";
import type { AccessGroup } from "./groups.js";
import { hostAddress, hostLoad, hostStore, tlbCheck } from "./memory-code.js";
import { EMPTY, W } from "./opcodes.js";

/** Leaves the loaded value on the stack. */
export function emitLoad(e: BlockEmitter, n: number): void {
  const { ir, code, f } = e;
  const word = ir.c[n]!;
  const ty = ir.ty[n] as Ty;
  const at = reach(e, n, (word & MEM_RMW) !== 0);
  code.begin(W.if_, wasmType(ty));
  f.opened();
  at.host();
  hostLoad(code, ty, word, at.offset);
  code.else_();
  code.get(f.cpu);
  at.address();
  code.integer(e.site(n));
  code.call(`load.${word}.${ty}.${f.mmu}`);
  code.brIf(f.faultDepth());
  code.end();
  f.closed();
}

export function emitStore(e: BlockEmitter, n: number): void {
  const { ir, code, f } = e;
  const word = ir.c[n]!;
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
  const at = reach(e, n, true);
  code.begin(W.if_, EMPTY);
  f.opened();
  at.host();
  value();
  hostStore(code, ty, word, at.offset);
  code.else_();
  code.get(f.cpu);
  at.address();
  value();
  code.integer(e.site(n));
  code.call(`store.${word}.${ty}.${f.mmu}`);
  code.brIf(f.faultDepth());
  code.end();
  f.closed();
  if (scratch >= 0) code.release(ty, scratch);
}

/** How one access gets at memory once the condition, which is left on the stack, holds. */
interface Reach {
  /** Writes the host address to the stack, less `offset`. */
  host(): void;
  readonly offset: number;
  /** Writes the virtual address to the stack. */
  address(): void;
}

function reach(e: BlockEmitter, n: number, write: boolean): Reach {
  const { ir, code, f } = e;
  const base = ir.a[n]!;
  const displacement = ir.d[n]!;
  const group = e.group(n);
  if (group) {
    if (group.first === n) e.openGroup(group, checkGroup(e, group));
    const host = e.groupHost(group);
    code.get(host);
    return {
      host: () => code.get(host),
      offset: displacement - group.from,
      address: () => sum(e, base, displacement),
    };
  }
  let va = e.localOf(base);
  if (displacement !== 0 || va < 0) {
    sum(e, base, displacement);
    code.set(f.va);
    va = f.va;
  }
  const word = ir.c[n]!;
  tlbCheck(code, va, f.entry, f.tlb, 1 << (word & MEM_SIZE_MASK), write, (word & MEM_ALIGN) !== 0);
  return { host: () => hostAddress(code, va, f.entry), offset: 0, address: () => code.get(va) };
}

/** Gives a local with the host address of the group's first byte, 0 if its span is not in one page the TLB has. */
function checkGroup(e: BlockEmitter, group: AccessGroup): number {
  const { code, f } = e;
  const host = code.local(Ty.I32);
  let va = e.localOf(group.base);
  if (group.from !== 0 || va < 0) {
    sum(e, group.base, group.from);
    code.set(f.va);
    va = f.va;
  }
  tlbCheck(code, va, f.entry, f.tlb, group.to - group.from, group.write, false);
  code.begin(W.if_, wasmType(Ty.I32));
  f.opened();
  hostAddress(code, va, f.entry);
  code.else_();
  code.i32(0);
  code.end();
  f.closed();
  code.set(host);
  return host;
}

function sum(e: BlockEmitter, base: number, displacement: number): void {
  e.value(base);
  if (displacement === 0) return;
  e.code.i64(displacement);
  e.code.op(W.i64_add);
}
