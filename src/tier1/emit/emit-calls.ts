// Calls of helpers: guest state they look at goes to memory before, what they may change is read again after.

import type { HelperDef } from "../../ir/helpers.js";
import { Op, PcWidth, Ty } from "../../ir/ops.js";
import { S_FAULT, S_FUEL, S_PC, S_PENDING } from "../../layout/vcpu.js";
import type { BlockContext, FunctionContext } from "./emit-context.js";
import { W } from "./opcodes.js";
import { emitShortcut, takesShortcut } from "./shortcut.js";
import { inRanges } from "./slots.js";

export function emitCall(e: BlockContext, n: number): void {
  const def = e.f.helpers[e.ir.a[n]!]!;
  const { shortcut } = def;
  if (shortcut && takesShortcut(e, n, shortcut)) {
    emitShortcut(e, n, shortcut, (argument) => {
      callHelper(e, n, def, argument);
      reload(e, def);
    });
    e.keep(n);
    return;
  }
  callHelper(e, n, def, () => false);
  e.keep(n);
  reload(e, def);
  lookBehind(e, n, def);
}

/** Leaves the result on the stack. `written` may write an argument itself. */
function callHelper(e: BlockContext, n: number, def: HelperDef, written: (k: number) => boolean): void {
  const { ir, code, f } = e;
  const vector = def.shape !== "int";
  // A slot that may or may not be written has to be right in memory before, too.
  for (const slot of f.slots.cached) {
    if (!slot.written || !(inRanges(slot, def.reads) || inRanges(slot, def.writes))) continue;
    code.get(f.cpu);
    code.get(slot.local);
    code.storeSlot(slot.ty, slot.slot);
  }
  if (isExact(def)) {
    code.get(f.cpu);
    code.get(f.fuel);
    code.mem(W.i32_store, S_FUEL, 2);
    code.get(f.cpu);
    code.i32(e.pending(ir.pos[n]!));
    code.mem(W.i32_store, S_PENDING, 2);
    code.get(f.cpu);
    code.get(f.pc);
    if (e.block.disp !== 0) {
      code.integer(e.block.disp);
      code.op(W.i64_add);
    }
    maskPc(f);
    code.mem(W.i64_store, S_PC, 3);
  }
  code.get(f.cpu);
  for (const [k, node] of [ir.b[n]!, ir.c[n]!, ir.d[n]!].entries()) {
    if (!written(k)) argument(e, node, vector && k < 2 ? Ty.V128 : Ty.I64);
  }
  code.call(`h.${def.name}`);
}

function reload({ code, f }: BlockContext, def: HelperDef): void {
  for (const slot of f.slots.cached) {
    if (!inRanges(slot, def.writes)) continue;
    code.get(f.cpu);
    code.loadSlot(slot.ty, slot.slot);
    code.set(slot.local);
  }
}

/** What may have come of the call besides its result. */
function lookBehind(e: BlockContext, n: number, def: HelperDef): void {
  const { code, f } = e;
  if (isExact(def)) {
    code.get(f.cpu);
    code.mem(W.i32_load, S_FUEL, 2);
    code.set(f.fuel);
    code.get(f.cpu);
    code.i32(0);
    code.mem(W.i32_store, S_PENDING, 2);
  }
  if (def.fault) {
    code.integer(e.site(n));
    code.get(f.cpu);
    code.mem(W.i32_load, S_FAULT, 2);
    code.brHinted(f.siteDepth(), false);
    code.op(W.drop);
  }
  if (def.system) {
    e.system = true;
    // The helper may have changed the address space.
    code.i32(0);
    code.set(f.pagesOk);
  }
}

function isExact(def: HelperDef): boolean {
  return def.exact || def.reads === "all";
}

function argument(e: BlockContext, n: number, ty: Ty): void {
  const { ir, code } = e;
  if (n < 0) {
    code.i64(0);
    if (ty === Ty.V128) code.simd(0x12);
    return;
  }
  e.value(n);
  if (ty === Ty.I64 && ir.ty[n] === Ty.I32 && ir.op[n] !== Op.NOP) code.op(W.i64_extend_i32_u);
}

/** Truncates the program counter on the stack to the guest's width. */
export function maskPc(f: FunctionContext): void {
  if (f.pcWidth === PcWidth.W64) return;
  f.code.i64(-1, 0);
  f.code.op(W.i64_and);
}
