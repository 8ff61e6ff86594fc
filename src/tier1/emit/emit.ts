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
import { NODE_DISPATCH } from "../form/cfg.js";
import { mmuOf, type Region } from "../form/region.js";
import { Code, type FunctionBody } from "./code.js";
import { Edges } from "./edges.js";
import { BlockEmitter } from "./emit-block.js";
import type { FunctionContext } from "./emit-context.js";
import { closeExits, EXIT_KEEP, EXIT_SITE, enterFrame, leaveFrame, openExits } from "./frame.js";
import { type AccessGroup, groupAccesses, type SharedAccess } from "./groups.js";
import { PAGE_BITS } from "./guards.js";
import { I32, W } from "./opcodes.js";
import { planBlock } from "./plan.js";
import { RegionGraph } from "./region-graph.js";
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
  /** The host's relaxed multiply-add rounds once. */
  readonly fused: boolean;
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

class RegionEmitter implements FunctionContext {
  readonly code = new Code(2);
  readonly helpers: readonly HelperDef[];
  readonly uncached: readonly SlotRange[];
  readonly fused: boolean;
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
  readonly limit: number;
  private readonly contextSlot: number;
  private readonly live: Uint8Array[];
  private readonly graph: RegionGraph;
  private readonly flow: Flow;
  private readonly ends: Edges;
  /** The TLB check that each access of each block shares with others. */
  private readonly groups: readonly (readonly (SharedAccess | undefined)[])[];
  readonly hosts = new Map<AccessGroup, number>();

  constructor(
    private readonly region: Region,
    options: EmitOptions,
  ) {
    this.helpers = options.helpers;
    this.uncached = options.uncached;
    this.fused = options.fused;
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
    this.slots = new SlotMap(code, region.blocks, this.live, options.uncached, options.helpers);
    this.graph = new RegionGraph(region);
    this.flow = new Flow(this.graph.nodes, code, (n) => this.node(n));
    this.ends = new Edges(this, region, this.graph, this.flow, ENTRY);
    const before = this.graph.predecessors(this.flow);
    const order = [...this.flow.shape.order].filter((n) => n < region.blocks.length);
    this.groups = groupAccesses(region.blocks, this.live, this.slots, this.helpers, before, order);
  }

  siteDepth(): number {
    return this.flow.depth + EXIT_SITE;
  }

  emit(): EmittedRegion {
    const fuelNeeded = this.graph.longestPath(this.flow);
    enterFrame(this, fuelNeeded);
    openExits(this.code);
    this.flow.emit();
    closeExits(this);
    leaveFrame(this);
    return { body: this.code.finish(), fuelNeeded };
  }

  private node(n: number): void {
    if (n < this.region.blocks.length) this.blockNode(n);
    else if (this.graph.nodes.kind[n] === NODE_DISPATCH) this.ends.dispatch(n);
    else {
      const entry = this.graph.stubs.get(n);
      if (entry !== undefined) this.enter(entry);
      this.ends.follow(n, this.graph.nodes.edges[n]![0]!);
    }
  }

  /** From the dispatcher: the base is where block 0 would start. What the block takes for known is looked at. */
  private enter(entry: number): void {
    const { code } = this;
    const block = this.region.blocks[entry]!;
    if (block.entry) {
      code.get(this.cpu);
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
        this.ends.go(k, this.graph.targetAt(k, block.disp + ir.a[last]!), e);
        break;
      case Op.BRANCH:
        this.ends.branch(k, e, ir.a[last]!);
        break;
      case Op.JUMP:
        this.ends.indirect(k, e, ir.a[last]!);
        break;
      case Op.EXIT:
        code.br(this.flow.depth + EXIT_KEEP);
        break;
      default:
        throw new Error("tier 1: block without a terminator");
    }
  }
}
