// Emits the straight-line part of one block: statements in order, values by the plan (plan.ts).

import { Op, Ty } from "../../ir/ops.js";
import type { RegionBlock } from "../form/region.js";
import { packSite } from "../form/site.js";
import type { Code } from "./code.js";
import { emitCall } from "./emit-calls.js";
import type { BlockContext, FunctionContext } from "./emit-context.js";
import { emitAtomic, emitLoad, emitStore } from "./emit-memory.js";
import { emitExpression } from "./emit-ops.js";
import type { SharedAccess } from "./groups.js";
import { W } from "./opcodes.js";
import { IN_LOCAL, isStatement, type Plan } from "./plan.js";

export class BlockEmitter implements BlockContext {
  readonly ir;
  readonly code: Code;
  /** Local of each node that has one, -1. */
  private readonly locals: Int32Array;
  private readonly freeNext: Int32Array;
  private readonly freeHead: Int32Array;
  /** The block has called a helper that may have changed anything. */
  system = false;

  constructor(
    readonly f: FunctionContext,
    readonly block: RegionBlock,
    /** Of the block in the region. */
    readonly index: number,
    private readonly live: Uint8Array,
    private readonly plan: Plan,
  ) {
    this.ir = block.ir;
    this.code = f.code;
    this.locals = new Int32Array(this.ir.count).fill(-1);
    this.freeNext = new Int32Array(this.ir.count).fill(-1);
    this.freeHead = new Int32Array(this.ir.count).fill(-1);
  }

  /** All nodes but the terminator. */
  body(): void {
    const { ir, live, plan } = this;
    for (let i = 0; i < ir.count - 1; i++) {
      if (!live[i] || plan.place[i] !== IN_LOCAL) continue;
      const op = ir.op[i] as Op;
      if (isStatement(op)) this.statement(i, op);
      else {
        emitExpression(this, i);
        this.keep(i);
      }
      this.releaseAfter(i);
    }
  }

  /** Writes the value of node n to the stack. */
  value(n: number): void {
    if (this.locals[n]! >= 0) this.code.get(this.locals[n]!);
    else emitExpression(this, n);
  }

  /** The local that holds node n's value or its slot, or -1: it has to be computed. */
  localOf(n: number): number {
    if (this.locals[n]! >= 0) return this.locals[n]!;
    return this.ir.op[n] === Op.LD ? this.f.slots.local(this.ir.a[n]!) : -1;
  }

  /** Takes node n's value off the stack into a local, or drops it. */
  keep(n: number): void {
    const last = this.plan.lastUse[n]!;
    if (last === 0) {
      this.code.op(W.drop);
      return;
    }
    const local = this.code.local(this.ir.ty[n] as Ty);
    this.locals[n] = local;
    this.code.set(local);
    this.freeNext[n] = this.freeHead[last]!;
    this.freeHead[last] = n;
  }

  /** Gives back the locals of values used last by node `at`. */
  releaseAfter(at: number): void {
    for (let n = this.freeHead[at]!; n >= 0; n = this.freeNext[n]!) {
      this.code.release(this.ir.ty[n] as Ty, this.locals[n]!);
    }
  }

  /** The check a memory node shares with others, if it does. */
  shared(n: number): SharedAccess | undefined {
    return this.plan.groups[n];
  }

  private closeGroup(n: number): void {
    const group = this.plan.groups[n]?.group;
    // A check that other blocks rely on is kept.
    if (group?.block !== this.index || group.last !== n || group.lasting) return;
    this.code.release(Ty.I32, this.f.hosts.get(group)!);
  }

  /** Instructions of the block that have not been executed when instruction `pos` does not complete. */
  pending(pos: number): number {
    return this.ir.insns - pos;
  }

  site(n: number): number {
    const pos = this.ir.pos[n]!;
    return packSite(this.block.disp + this.ir.insnOffset[pos]!, this.pending(pos));
  }

  private statement(n: number, op: Op): void {
    const { ir, code, f } = this;
    switch (op) {
      case Op.ST: {
        const slot = ir.a[n]!;
        const local = f.slots.local(slot);
        if (local >= 0) {
          this.value(ir.b[n]!);
          code.set(local);
          return;
        }
        code.get(f.cpu);
        this.value(ir.b[n]!);
        code.storeSlot(ir.ty[n] as Ty, slot);
        return;
      }
      case Op.LOAD:
        emitLoad(this, n);
        this.closeGroup(n);
        this.keep(n);
        return;
      case Op.STORE:
        emitStore(this, n);
        this.closeGroup(n);
        return;
      case Op.ATOMIC:
        emitAtomic(this, n);
        this.keep(n);
        return;
      case Op.FENCE:
        code.call("atomic_fence");
        return;
      case Op.CALL:
        emitCall(this, n);
        return;
    }
  }
}
