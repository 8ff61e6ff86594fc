// The frame of a region's function: what is loaded when it is entered, the ways out, and what is stored then.

import { Ty } from "../../ir/ops.js";
import { S_TLB, TLB_MODE_SIZE } from "../../layout/tlb.js";
import { S_EXACT, S_FAULT, S_FUEL, S_PAGES, S_PC } from "../../layout/vcpu.js";
import { SITE_PENDING_MASK, SITE_SHIFT } from "../form/site.js";
import type { Code } from "./code.js";
import { maskPc } from "./emit-calls.js";
import type { FunctionContext } from "./emit-context.js";
import { I64, W } from "./opcodes.js";

/** Labels around the region's code, innermost first. The first three take an I64: a site, a displacement, a program counter. */
export const EXIT_SITE = 0;
export const EXIT_DISPLACEMENT = 1;
export const EXIT_PC = 2;
/** S_PC is right already. */
export const EXIT_KEEP = 3;

/** Loads fuel, program counter and slots; gives up where there is less fuel than the region needs between two looks at it. */
export function enterFrame(f: FunctionContext, fuelNeeded: number): void {
  const { code } = f;
  code.i32(fuelNeeded);
  code.i32(1);
  code.get(f.cpu);
  code.mem(W.i32_load, S_EXACT, 2);
  code.op(W.select);
  code.set(f.limit);
  code.get(f.cpu);
  code.mem(W.i32_load, S_FUEL, 2);
  code.set(f.fuel);
  code.get(f.fuel);
  code.get(f.limit);
  code.op(W.i32_lt_s);
  code.begin(W.if_);
  code.i32(0);
  code.op(W.return_);
  code.end();
  code.get(f.cpu);
  code.mem(W.i64_load, S_PC, 3);
  code.set(f.pc);
  code.get(f.cpu);
  code.mem(W.i32_load, S_PAGES, 2);
  code.set(f.pagesOk);
  code.get(f.cpu);
  code.i32(S_TLB + f.mmu * TLB_MODE_SIZE);
  code.op(W.i32_add);
  code.set(f.tlb);
  for (const slot of f.slots.cached) {
    code.get(f.cpu);
    code.loadSlot(slot.ty, slot.slot);
    code.set(slot.local);
  }
}

export function openExits(code: Code): void {
  code.begin(W.block);
  code.begin(W.block, I64);
  code.begin(W.block, I64);
  code.begin(W.block, I64);
}

/** Ends in S_PC, the address of the next instruction. */
export function closeExits(f: FunctionContext): void {
  const { code } = f;
  code.end();
  // Before an instruction: a fault, or tier 0 is to do it.
  const site = code.local(Ty.I64);
  code.set(site);
  code.get(f.fuel);
  code.get(site);
  code.op(W.i32_wrap_i64);
  code.i32(SITE_PENDING_MASK);
  code.op(W.i32_and);
  code.op(W.i32_add);
  code.set(f.fuel);
  code.get(site);
  code.i64(SITE_SHIFT);
  code.op(W.i64_shr_s);
  code.end();
  code.get(f.pc);
  code.op(W.i64_add);
  maskPc(f);
  code.end();
  code.set(f.va);
  code.get(f.cpu);
  code.get(f.va);
  code.mem(W.i64_store, S_PC, 3);
  code.end();
}

/** Stores fuel and slots, and returns whether a fault is pending. */
export function leaveFrame(f: FunctionContext): void {
  const { code } = f;
  code.get(f.cpu);
  code.get(f.fuel);
  code.mem(W.i32_store, S_FUEL, 2);
  code.get(f.cpu);
  code.get(f.pagesOk);
  code.mem(W.i32_store, S_PAGES, 2);
  for (const slot of f.slots.cached) {
    if (!slot.written) continue;
    code.get(f.cpu);
    code.get(slot.local);
    code.storeSlot(slot.ty, slot.slot);
  }
  code.get(f.cpu);
  code.mem(W.i32_load, S_FAULT, 2);
  code.i32(0);
  code.op(W.i32_ne);
}
