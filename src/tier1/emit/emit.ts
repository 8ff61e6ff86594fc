// One region to one WebAssembly function, (cpu: i32, entry: i32) -> i32: 0 to go on dispatching, 1 when S_FAULT is set.
//
//   entry    fuel, program counter and every slot the region uses are loaded into locals
//   blocks   structured control flow (structure.ts); each block takes its instructions off the fuel; edges back to a loop's
//            header look at it and leave with too little
//   exit     one for all: displacement (or whole program counter) of the next instruction, fuel and changed slots are stored
//
// Guest state in memory is stale while the function runs, but for what a helper is declared to read.

import type { HelperDef, SlotRange } from "../../ir/helpers.js";
import { Op, Ty } from "../../ir/ops.js";
import { deadCode } from "../../ir/passes/dce.js";
import { R_VALID } from "../../layout/region.js";
import { S_TLB, TLB_MODE_SIZE } from "../../layout/tlb.js";
import { S_ATTENTION, S_EXACT, S_FAULT, S_FUEL, S_MODE, S_PAGES, S_PC, S_STOP } from "../../layout/vcpu.js";
import { RARE } from "../../tuning/regions.js";
import { type Edge, Graph, makeReducible, NODE_BLOCK, NODE_DISPATCH, NODE_STUB } from "../form/cfg.js";
import { mmuOf, type Region, type Target } from "../form/region.js";
import { SITE_PENDING_MASK, SITE_SHIFT } from "../form/site.js";
import { Code, type FunctionBody } from "./code.js";
import { BlockEmitter } from "./emit-block.js";
import { maskPc } from "./emit-calls.js";
import type { FunctionContext } from "./emit-context.js";
import { type AccessGroup, groupAccesses, type SharedAccess } from "./groups.js";
import { I32, I64, W } from "./opcodes.js";
import { planBlock } from "./plan.js";
import { SlotMap } from "./slots.js";
import { Flow } from "./structure.js";
import type { FunctionType } from "./symbols.js";

export const REGION_TYPE: FunctionType = { params: [I32, I32], results: [I32] };

export interface EmitOptions {
  readonly helpers: readonly HelperDef[];
  /** Frontend.contextSlot */
  readonly contextSlot: number;
  /** State that stays in memory: what core changes without a helper's declaration saying so. */
  readonly uncached: readonly SlotRange[];
}

export interface EmittedRegion {
  body: FunctionBody;
  /** Most instructions between two looks at the fuel: under S_EXACT not to be entered with less. */
  fuelNeeded: number;
}

export function emitRegion(region: Region, options: EmitOptions): EmittedRegion {
  return new RegionEmitter(region, options).emit();
}

const CPU = 0;
const ENTRY = 1;
/** Labels around the region's code, innermost first. */
const EXIT_SITE = 0;
const EXIT_DISPLACEMENT = 1;
const EXIT_PC = 2;
const EXIT_KEEP = 3;
/** Pages beyond the bits of the mask are checked each time. */
const PAGE_BITS = 32;

class RegionEmitter implements FunctionContext {
  readonly code = new Code(2);
  readonly helpers: readonly HelperDef[];
  readonly uncached: readonly SlotRange[];
  readonly slots: SlotMap;
  readonly mmu: number;
  readonly mode: number;
  readonly pcWidth;
  readonly cpu = CPU;
  readonly fuel: number;
  readonly pc: number;
  readonly pagesOk: number;
  readonly tlb: number;
  readonly va: number;
  readonly entry: number;
  private readonly limit: number;
  private readonly contextSlot: number;
  private readonly live: Uint8Array[];
  private readonly graph = new Graph();
  /** Graph edges by block and target. */
  private readonly edges: (Edge | null)[][] = [];
  private readonly labels = new Map<number, number>();
  private readonly stubs = new Map<number, number>();
  private readonly flow: Flow;
  /** The TLB check that each access of each block shares with others. */
  private readonly groups: readonly (readonly (SharedAccess | undefined)[])[];
  readonly hosts = new Map<AccessGroup, number>();

  constructor(
    private readonly region: Region,
    options: EmitOptions,
  ) {
    this.helpers = options.helpers;
    this.uncached = options.uncached;
    this.contextSlot = options.contextSlot;
    this.mode = region.mode;
    this.mmu = mmuOf(region.mode);
    this.pcWidth = region.blocks[0]!.ir.pcWidth;
    const { code } = this;
    this.fuel = code.local(Ty.I32);
    this.limit = code.local(Ty.I32);
    this.pagesOk = code.local(Ty.I32);
    this.tlb = code.local(Ty.I32);
    this.entry = code.local(Ty.I32);
    this.pc = code.local(Ty.I64);
    this.va = code.local(Ty.I64);
    this.live = region.blocks.map(({ ir }) => {
      const live = new Uint8Array(ir.count);
      deadCode(ir, live, options.helpers);
      return live;
    });
    this.slots = new SlotMap(code, region.blocks, this.live, options.uncached);
    this.buildGraph();
    this.flow = new Flow(this.graph, code, (n) => this.node(n));
    this.groups = this.groupAccesses();
  }

  siteDepth(): number {
    return this.flow.depth + EXIT_SITE;
  }

  emit(): EmittedRegion {
    const { code, flow } = this;
    const fuelNeeded = this.longestPath();
    this.prologue(fuelNeeded);
    code.begin(W.block);
    code.begin(W.block, I64);
    code.begin(W.block, I64);
    code.begin(W.block, I64);
    flow.emit();
    code.end();
    // Before an instruction: a fault, or tier 0 is to do it.
    const site = code.local(Ty.I64);
    code.set(site);
    code.get(this.fuel);
    code.get(site);
    code.op(W.i32_wrap_i64);
    code.i32(SITE_PENDING_MASK);
    code.op(W.i32_and);
    code.op(W.i32_add);
    code.set(this.fuel);
    code.get(site);
    code.i64(SITE_SHIFT);
    code.op(W.i64_shr_s);
    code.end();
    code.get(this.pc);
    code.op(W.i64_add);
    maskPc(this);
    code.end();
    code.set(this.va);
    code.get(CPU);
    code.get(this.va);
    code.mem(W.i64_store, S_PC, 3);
    code.end();
    this.epilogue();
    return { body: code.finish(), fuelNeeded };
  }

  private prologue(fuelNeeded: number): void {
    const { code } = this;
    code.i32(fuelNeeded);
    code.i32(1);
    code.get(CPU);
    code.mem(W.i32_load, S_EXACT, 2);
    code.op(W.select);
    code.set(this.limit);
    code.get(CPU);
    code.mem(W.i32_load, S_FUEL, 2);
    code.set(this.fuel);
    code.get(this.fuel);
    code.get(this.limit);
    code.op(W.i32_lt_s);
    code.begin(W.if_);
    code.i32(0);
    code.op(W.return_);
    code.end();
    code.get(CPU);
    code.mem(W.i64_load, S_PC, 3);
    code.set(this.pc);
    code.get(CPU);
    code.mem(W.i32_load, S_PAGES, 2);
    code.set(this.pagesOk);
    code.get(CPU);
    code.i32(S_TLB + this.mmu * TLB_MODE_SIZE);
    code.op(W.i32_add);
    code.set(this.tlb);
    for (const slot of this.slots.cached) {
      code.get(CPU);
      code.loadSlot(slot.ty, slot.slot);
      code.set(slot.local);
    }
  }

  private epilogue(): void {
    const { code } = this;
    code.get(CPU);
    code.get(this.fuel);
    code.mem(W.i32_store, S_FUEL, 2);
    code.get(CPU);
    code.get(this.pagesOk);
    code.mem(W.i32_store, S_PAGES, 2);
    for (const slot of this.slots.cached) {
      if (!slot.written) continue;
      code.get(CPU);
      code.get(slot.local);
      code.storeSlot(slot.ty, slot.slot);
    }
    code.get(CPU);
    code.mem(W.i32_load, S_FAULT, 2);
    code.i32(0);
    code.op(W.i32_ne);
  }

  // ---- graph --------------------------------------------------------------------------------------------------------------

  private buildGraph(): void {
    const { graph, region } = this;
    for (const block of region.blocks) graph.add(NODE_BLOCK, block.weight);
    region.blocks.forEach((block, k) => {
      this.edges.push(block.targets.map((t) => (t.block >= 0 ? graph.connect(k, t.block) : null)));
    });
    const root = graph.add(region.entries.length > 1 ? NODE_DISPATCH : NODE_STUB, 0);
    graph.root = root;
    this.labels.set(root, ENTRY);
    for (const entry of region.entries) {
      const stub = graph.add(NODE_STUB, 0);
      this.stubs.set(stub, entry);
      graph.connect(root, stub);
      graph.connect(stub, entry);
    }
    makeReducible(graph);
  }

  private groupAccesses(): (SharedAccess | undefined)[][] {
    const { graph, region, live, slots, helpers } = this;
    const { order } = this.flow.shape;
    const count = region.blocks.length;
    const before: number[][] = region.blocks.map(() => []);
    const open = new Uint8Array(count);
    for (const from of order) {
      for (const { to } of graph.edges[from]!) {
        if (to >= count) continue;
        before[to]!.push(from);
        if (from >= count || this.flow.isBackEdge(from, to)) open[to] = 1;
      }
    }
    open.forEach((yes, k) => {
      if (yes) before[k]!.length = 0;
    });
    const blocks = [...order].filter((n) => n < count);
    return groupAccesses(region.blocks, live, slots, helpers, before, blocks);
  }

  /** Most instructions on a path without an edge back. */
  private longestPath(): number {
    const { shape } = this.flow;
    const longest = new Int32Array(this.graph.size);
    let most = 1;
    for (const n of shape.order) {
      if (n < this.region.blocks.length) longest[n]! += this.region.blocks[n]!.ir.insns;
      most = Math.max(most, longest[n]!);
      for (const edge of this.graph.edges[n]!) {
        if (!this.flow.isBackEdge(n, edge.to)) longest[edge.to] = Math.max(longest[edge.to]!, longest[n]!);
      }
    }
    return most;
  }

  // ---- nodes ----------------------------------------------------------------------------------------------------------------

  private node(n: number): void {
    if (n < this.region.blocks.length) this.blockNode(n);
    else if (this.graph.kind[n] === NODE_DISPATCH) this.dispatch(n);
    else {
      const entry = this.stubs.get(n);
      if (entry !== undefined) this.enter(entry);
      this.follow(n, this.graph.edges[n]![0]!);
    }
  }

  private label(dispatch: number): number {
    let local = this.labels.get(dispatch);
    if (local === undefined) {
      local = this.code.local(Ty.I32);
      this.labels.set(dispatch, local);
    }
    return local;
  }

  private dispatch(n: number): void {
    const { code, flow } = this;
    const edges = this.graph.edges[n]!;
    if (edges.length > 2) {
      code.get(this.label(n));
      code.brTable(edges.map((edge) => flow.labelDepth(edge.to)));
      return;
    }
    if (edges.length === 2) {
      code.get(this.label(n));
      code.brIf(flow.labelDepth(edges[1]!.to));
    }
    flow.jump(edges[0]!.to);
  }

  /** From the dispatcher: the base is where block 0 would start. What the block takes for known is looked at. */
  private enter(entry: number): void {
    const { code } = this;
    const block = this.region.blocks[entry]!;
    if (block.entry) {
      code.get(CPU);
      code.mem(W.i32_load, this.contextSlot, 2);
      code.i32(block.entry - 1);
      code.op(W.i32_ne);
      code.begin(W.if_);
      code.i32(0);
      code.op(W.return_);
      code.end();
    }
    if (block.disp !== 0) {
      code.get(this.pc);
      code.integer(-block.disp);
      code.op(W.i64_add);
      code.set(this.pc);
    }
    if (block.page < PAGE_BITS) {
      code.get(this.pagesOk);
      code.i32(1 << block.page);
      code.op(W.i32_or);
      code.set(this.pagesOk);
    }
  }

  private blockNode(k: number): void {
    const { code, region } = this;
    const block = region.blocks[k]!;
    const { ir } = block;
    code.get(this.fuel);
    code.i32(ir.insns);
    code.op(W.i32_sub);
    code.set(this.fuel);
    const plan = planBlock(block, this.live[k]!, this.slots, this.helpers, this.groups[k]!);
    const e = new BlockEmitter(this, block, k, this.live[k]!, plan);
    e.body();
    const last = ir.count - 1;
    switch (ir.op[last] as Op) {
      case Op.GOTO:
        this.go(k, this.targetAt(k, block.disp + ir.a[last]!), e);
        break;
      case Op.BRANCH:
        this.branch(k, e, ir.a[last]!);
        break;
      case Op.JUMP:
        this.indirect(k, e, ir.a[last]!);
        break;
      case Op.EXIT:
        code.br(this.flow.depth + EXIT_KEEP);
        break;
      default:
        throw new Error("tier 1: block without a terminator");
    }
  }

  /** Index of the target at a displacement: a branch that is decided by what the block knows at its start has two all the same. */
  private targetAt(k: number, disp: number): number {
    return this.region.blocks[k]!.targets.findIndex((target) => target.disp === disp);
  }

  private branch(k: number, e: BlockEmitter, condition: number): void {
    const { code, flow } = this;
    const last = e.ir.count - 1;
    const targets = this.region.blocks[k]!.targets;
    for (const [i, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const depth = this.plainDepth(k, i, e);
      if (depth < 0) continue;
      e.value(condition);
      e.releaseAfter(last);
      if (i === 1) code.op(W.i32_eqz);
      if (this.rare(k, targets[i]!)) code.brHinted(depth, false);
      else if (this.rare(k, targets[other]!)) code.brHinted(depth, true);
      else code.brIf(depth);
      this.go(k, other, e);
      return;
    }
    for (const [i, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      if (targets[i]!.block >= 0 || e.system) continue;
      code.integer(targets[i]!.disp);
      e.value(condition);
      e.releaseAfter(last);
      if (i === 1) code.op(W.i32_eqz);
      code.brHinted(flow.depth + EXIT_DISPLACEMENT, false);
      code.op(W.drop);
      this.go(k, other, e);
      return;
    }
    e.value(condition);
    e.releaseAfter(last);
    code.begin(W.if_);
    flow.opened();
    this.go(k, 0, e);
    code.end();
    flow.closed();
    this.go(k, 1, e);
  }

  /** Block k hardly ever goes there. */
  private rare(k: number, target: Target): boolean {
    const { blocks } = this.region;
    return target.block < 0 || blocks[target.block]!.weight < blocks[k]!.weight * RARE;
  }

  /** Depth of the label for target i of block k when a bare branch is all the edge takes, else -1. */
  private plainDepth(k: number, i: number, e: BlockEmitter): number {
    const edge = this.edges[k]![i]!;
    const target = this.region.blocks[k]!.targets[i]!;
    if (!edge || edge.label >= 0 || e.system || this.needsGuard(k, target) || this.flow.isBackEdge(k, edge.to))
      return -1;
    return this.flow.labelDepth(edge.to);
  }

  private indirect(k: number, e: BlockEmitter, value: number): void {
    const { code, flow } = this;
    const last = e.ir.count - 1;
    const targets = this.region.blocks[k]!.targets;
    if (targets.length === 0) {
      e.value(value);
      e.releaseAfter(last);
      code.br(flow.depth + EXIT_PC);
      return;
    }
    const next = code.local(Ty.I64);
    const displacement = code.local(Ty.I64);
    e.value(value);
    e.releaseAfter(last);
    code.set(next);
    code.get(next);
    code.get(this.pc);
    code.op(W.i64_sub);
    code.set(displacement);
    targets.forEach((target, i) => {
      code.get(displacement);
      code.integer(target.disp);
      code.op(W.i64_eq);
      code.begin(W.if_);
      flow.opened();
      this.go(k, i, e);
      code.end();
      flow.closed();
    });
    code.get(next);
    code.br(flow.depth + EXIT_PC);
    code.release(Ty.I64, next);
    code.release(Ty.I64, displacement);
  }

  // ---- edges ------------------------------------------------------------------------------------------------------------------

  /** Pages block k has code in. */
  private pagesOf(k: number): number[] {
    const { page, page2 } = this.region.blocks[k]!;
    return page2 === undefined ? [page] : [page, page2];
  }

  private needsGuard(k: number, target: Target): boolean {
    return target.block >= 0 && this.pagesOf(target.block).some((page) => !this.pagesOf(k).includes(page));
  }

  /** Goes to target i of block k; control does not come back. */
  private go(k: number, i: number, e: BlockEmitter): void {
    const { code, flow } = this;
    const target = this.region.blocks[k]!.targets[i]!;
    const edge = this.edges[k]![i];
    if (!edge) {
      code.integer(target.disp);
      code.br(flow.depth + EXIT_DISPLACEMENT);
      return;
    }
    if (e.system) this.systemGuard(target);
    if (e.system || this.needsGuard(k, target)) this.pageGuard(target);
    this.follow(k, edge);
  }

  /** A helper that may do anything has run: leave if the dispatcher has something to do. */
  private systemGuard(target: Target): void {
    const { code, flow } = this;
    code.integer(target.disp);
    code.get(CPU);
    code.mem(W.i32_load, S_ATTENTION, 2);
    code.get(CPU);
    code.mem(W.i32_load, S_STOP, 2);
    code.op(W.i32_or);
    code.get(CPU);
    code.mem(W.i32_load, S_MODE, 2);
    code.i32(this.mode);
    code.op(W.i32_xor);
    code.op(W.i32_or);
    if (this.region.record !== 0) {
      code.i32(this.region.record);
      code.mem(W.i32_load, R_VALID, 2);
      code.op(W.i32_eqz);
      code.op(W.i32_or);
    }
    code.brHinted(flow.depth + EXIT_DISPLACEMENT, false);
    code.op(W.drop);
  }

  /** Leaves unless the target's pages are mapped where they were when the region was made. */
  private pageGuard(target: Target): void {
    const block = this.region.blocks[target.block]!;
    const offset = block.phys % 4096;
    this.guardPage(target, block.page, 0, offset);
    if (block.page2 !== undefined) this.guardPage(target, block.page2, 4096 - offset, 0);
  }

  /** For the page that the target's byte `distance` is in, at `offset`. */
  private guardPage(target: Target, page: number, distance: number, offset: number): void {
    const { code, flow, region } = this;
    const known = page < PAGE_BITS;
    if (known) {
      code.get(this.pagesOk);
      code.i32(1 << page);
      code.op(W.i32_and);
      code.op(W.i32_eqz);
      code.begin(W.if_);
      flow.opened();
    }
    code.integer(target.disp);
    code.get(CPU);
    code.get(this.pc);
    code.integer(target.disp + distance);
    code.op(W.i64_add);
    code.i32((region.pages[page]!.host + offset) | 0);
    code.call(`exec.${this.mmu}`);
    code.op(W.i32_eqz);
    code.brHinted(flow.depth + EXIT_DISPLACEMENT, false);
    code.op(W.drop);
    if (known) {
      code.get(this.pagesOk);
      code.i32(1 << page);
      code.op(W.i32_or);
      code.set(this.pagesOk);
      code.end();
      flow.closed();
    }
  }

  private follow(from: number, edge: Edge): void {
    const { code, flow } = this;
    if (edge.label >= 0) {
      code.i32(edge.label);
      code.set(this.label(edge.to));
    }
    if (!flow.isBackEdge(from, edge.to)) {
      flow.jump(edge.to);
      return;
    }
    // Fuel is looked at here, and S_PC is the target should it not do.
    code.get(this.fuel);
    code.get(this.limit);
    code.op(W.i32_ge_s);
    code.brHinted(flow.labelDepth(edge.to), true);
    code.integer(this.region.blocks[edge.block]!.disp);
    code.br(flow.depth + EXIT_DISPLACEMENT);
  }
}
