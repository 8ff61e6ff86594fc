// The ends of blocks: branches, jumps, and the edges of the graph they take.

import { Ty } from "../../ir/ops.js";
import { RARE } from "../../tuning/regions.js";
import type { Edge } from "../form/cfg.js";
import type { Region, Target } from "../form/region.js";
import type { Code } from "./code.js";
import type { BlockEmitter } from "./emit-block.js";
import type { FunctionContext } from "./emit-context.js";
import { EXIT_DISPLACEMENT, EXIT_PC } from "./frame.js";
import { Guards } from "./guards.js";
import { W } from "./opcodes.js";
import type { RegionGraph } from "./region-graph.js";
import type { Flow } from "./structure.js";

export class Edges {
  private readonly code: Code;
  private readonly guards: Guards;
  /** The local that says where a dispatch node goes. */
  private readonly labels = new Map<number, number>();

  /** `entry`: the local that says which entry of the region is taken. */
  constructor(
    private readonly f: FunctionContext,
    private readonly region: Region,
    private readonly graph: RegionGraph,
    private readonly flow: Flow,
    entry: number,
  ) {
    this.code = f.code;
    this.guards = new Guards(f, region, flow);
    this.labels.set(graph.nodes.root, entry);
  }

  branch(k: number, e: BlockEmitter, condition: number): void {
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
    const edge = this.graph.edges[k]![i]!;
    const target = this.region.blocks[k]!.targets[i]!;
    if (!edge || edge.label >= 0 || e.system || this.guards.needed(k, target) || this.flow.isBackEdge(k, edge.to))
      return -1;
    return this.flow.labelDepth(edge.to);
  }

  indirect(k: number, e: BlockEmitter, value: number): void {
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
    code.get(this.f.pc);
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

  /** Goes to target i of block k; control does not come back. */
  go(k: number, i: number, e: BlockEmitter): void {
    const { code, flow } = this;
    const target = this.region.blocks[k]!.targets[i]!;
    const edge = this.graph.edges[k]![i];
    if (!edge) {
      code.integer(target.disp);
      code.br(flow.depth + EXIT_DISPLACEMENT);
      return;
    }
    if (e.system) this.guards.system(target);
    if (e.system || this.guards.needed(k, target)) this.guards.pages(target);
    this.follow(k, edge);
  }

  /** Takes an edge of the graph. */
  follow(from: number, edge: Edge): void {
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
    code.get(this.f.fuel);
    code.get(this.f.limit);
    code.op(W.i32_ge_s);
    code.brHinted(flow.labelDepth(edge.to), true);
    code.integer(this.region.blocks[edge.block]!.disp);
    code.br(flow.depth + EXIT_DISPLACEMENT);
  }

  private label(dispatch: number): number {
    let local = this.labels.get(dispatch);
    if (local === undefined) {
      local = this.code.local(Ty.I32);
      this.labels.set(dispatch, local);
    }
    return local;
  }

  /** Goes to the successor that the node's label names. */
  dispatch(n: number): void {
    const { code, flow } = this;
    const edges = this.graph.nodes.edges[n]!;
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
}
