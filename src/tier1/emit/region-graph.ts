// The graph of a region's blocks: a node for each block, a stub for each entry, and a dispatch node where there are several.

import { type Edge, Graph, makeReducible, NODE_BLOCK, NODE_DISPATCH, NODE_STUB } from "../form/cfg.js";
import type { Region } from "../form/region.js";
import type { Flow } from "./structure.js";

export class RegionGraph {
  readonly nodes = new Graph();
  /** Edges by block and target; null where the target is outside. */
  readonly edges: (Edge | null)[][] = [];
  /** Block entered, by stub. */
  readonly stubs = new Map<number, number>();

  constructor(private readonly region: Region) {
    const graph = this.nodes;
    for (const block of region.blocks) graph.add(NODE_BLOCK, block.weight);
    region.blocks.forEach((block, k) => {
      this.edges.push(block.targets.map((t) => (t.block >= 0 ? graph.connect(k, t.block) : null)));
    });
    const root = graph.add(region.entries.length > 1 ? NODE_DISPATCH : NODE_STUB, 0);
    graph.root = root;
    for (const entry of region.entries) {
      const stub = graph.add(NODE_STUB, 0);
      this.stubs.set(stub, entry);
      graph.connect(root, stub);
      graph.connect(stub, entry);
    }
    makeReducible(graph);
  }

  /** Index of a block's target at a displacement: a branch that is decided by what the block knows at its start has two all the same. */
  targetAt(k: number, disp: number): number {
    return this.region.blocks[k]!.targets.findIndex((target) => target.disp === disp);
  }

  /** Most instructions on a path without an edge back. */
  longestPath(flow: Flow): number {
    const { shape } = flow;
    const longest = new Int32Array(this.nodes.size);
    let most = 1;
    for (const n of shape.order) {
      if (n < this.region.blocks.length) longest[n]! += this.region.blocks[n]!.ir.insns;
      most = Math.max(most, longest[n]!);
      for (const edge of this.nodes.edges[n]!) {
        if (!flow.isBackEdge(n, edge.to)) longest[edge.to] = Math.max(longest[edge.to]!, longest[n]!);
      }
    }
    return most;
  }

  /** Per block, the blocks that control comes from, if all of them are emitted before it; none otherwise. */
  predecessors(flow: Flow): number[][] {
    const { region } = this;
    const { order } = flow.shape;
    const count = region.blocks.length;
    const before: number[][] = region.blocks.map(() => []);
    const open = new Uint8Array(count);
    for (const from of order) {
      for (const { to } of this.nodes.edges[from]!) {
        if (to >= count) continue;
        before[to]!.push(from);
        if (from >= count || flow.isBackEdge(from, to)) open[to] = 1;
      }
    }
    open.forEach((yes, k) => {
      if (yes) before[k]!.length = 0;
    });
    return before;
  }
}
