// Structured control flow from a reducible graph, after Ramsey, "Beyond Relooper" (2022): the dominator tree gives the
// nesting, a node with several forward predecessors follows a `block`, a loop header opens a `loop`. Beyond the paper:
// what leaves a loop is placed behind the loop's end (the compiler below takes everything up to `end` for loop body), and
// nodes a br_table jumps to always follow a block.

import { type Graph, NODE_DISPATCH } from "../form/cfg.js";
import type { Code } from "./code.js";
import { W } from "./opcodes.js";

export interface Shape {
  /** Nodes in reverse postorder from the root. */
  readonly order: Int32Array;
  /** Position in `order`, -1 where not reachable. */
  readonly position: Int32Array;
  readonly idom: Int32Array;
  readonly isHeader: Uint8Array;
}

/** Reverse postorder, dominators (Cooper, Harvey, Kennedy) and loop headers of a reducible graph. */
export function analyse(graph: Graph): Shape {
  const n = graph.size;
  const position = new Int32Array(n).fill(-1);
  const post: number[] = [];
  const cursor = new Int32Array(n);
  const seen = new Uint8Array(n);
  const path = [graph.root];
  seen[graph.root] = 1;
  while (path.length > 0) {
    const at = path[path.length - 1]!;
    const edges = graph.edges[at]!;
    if (cursor[at]! < edges.length) {
      const to = edges[cursor[at]!++]!.to;
      if (!seen[to]) {
        seen[to] = 1;
        path.push(to);
      }
    } else {
      post.push(at);
      path.pop();
    }
  }
  const order = Int32Array.from(post.reverse());
  for (let i = 0; i < order.length; i++) position[order[i]!] = i;

  const preds: number[][] = Array.from({ length: n }, () => []);
  for (const from of order) for (const edge of graph.edges[from]!) preds[edge.to]!.push(from);
  const idom = new Int32Array(n).fill(-1);
  idom[graph.root] = graph.root;
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 1; i < order.length; i++) {
      const node = order[i]!;
      let best = -1;
      for (const p of preds[node]!) {
        if (idom[p] === -1) continue;
        best = best === -1 ? p : intersect(best, p, idom, position);
      }
      if (idom[node] !== best) {
        idom[node] = best;
        changed = true;
      }
    }
  }
  const isHeader = new Uint8Array(n);
  for (const from of order) {
    for (const edge of graph.edges[from]!) if (position[edge.to]! <= position[from]!) isHeader[edge.to] = 1;
  }
  return { order, position, idom, isHeader };
}

function intersect(a: number, b: number, idom: Int32Array, position: Int32Array): number {
  while (a !== b) {
    while (position[a]! > position[b]!) a = idom[a]!;
    while (position[b]! > position[a]!) b = idom[b]!;
  }
  return a;
}

/** innermost[n]: header of the innermost loop that contains n (a header is in its own loop), -1 if none; outer[h]: header
 *  of the loop around the loop of h. */
function loops(graph: Graph, shape: Shape): { innermost: Int32Array; outer: Int32Array } {
  const n = graph.size;
  const innermost = new Int32Array(n).fill(-1);
  const outer = new Int32Array(n).fill(-1);
  const preds: number[][] = Array.from({ length: n }, () => []);
  for (const from of shape.order) for (const edge of graph.edges[from]!) preds[edge.to]!.push(from);
  // Inner headers come later in reverse postorder: from the back, each loop claims what no inner loop has.
  for (let i = shape.order.length - 1; i >= 0; i--) {
    const header = shape.order[i]!;
    if (!shape.isHeader[header]) continue;
    const work = preds[header]!.filter((p) => shape.position[p]! >= i);
    innermost[header] = header;
    while (work.length > 0) {
      let node = work.pop()!;
      // Up to the outermost loop known so far that contains the node.
      if (innermost[node] !== -1) {
        node = innermost[node]!;
        while (outer[node] !== -1) node = outer[node]!;
        if (node === header) continue;
        outer[node] = header;
      } else {
        innermost[node] = header;
      }
      work.push(...preds[node]!);
    }
  }
  return { innermost, outer };
}

/** Emits a graph as nested blocks and loops. */
export class Flow {
  readonly shape: Shape;
  private readonly inside: number[][] = [];
  private readonly behind: number[][] = [];
  /** Open blocks and loops: the node their label leads to, -1 for those the emitter opened itself. */
  private readonly frames: number[] = [];

  /** `emitNode` writes a node's code and leaves it on every path by `jump` or a branch of its own. */
  constructor(
    private readonly graph: Graph,
    private readonly code: Code,
    private readonly emitNode: (node: number) => void,
  ) {
    this.shape = analyse(graph);
    this.place();
  }

  /** Writes everything; control does not come out at the end. */
  emit(): void {
    this.tree(this.graph.root);
    this.code.op(W.unreachable);
  }

  /** Blocks open around the current point, counted from emit(). */
  get depth(): number {
    return this.frames.length;
  }

  /** The emitter has opened (closed) a block, loop or if of its own. */
  opened(): void {
    this.frames.push(-1);
  }
  closed(): void {
    this.frames.pop();
  }

  /** Goes to a node: a branch where it has a label here, else its code follows at this place. */
  jump(to: number): void {
    const depth = this.labelDepth(to);
    if (depth >= 0) this.code.br(depth);
    else this.tree(to);
  }

  /** Depth of the label that leads to `to`, -1 if its code is to follow in place. */
  labelDepth(to: number): number {
    for (let i = this.frames.length - 1; i >= 0; i--) if (this.frames[i] === to) return this.frames.length - 1 - i;
    return -1;
  }

  /** The edge goes back to the header of a loop that is open. */
  isBackEdge(from: number, to: number): boolean {
    return this.shape.position[to]! <= this.shape.position[from]!;
  }

  private place(): void {
    const { graph, shape } = this;
    const { innermost, outer } = loops(graph, shape);
    const forward = new Int32Array(graph.size);
    const forced = new Uint8Array(graph.size);
    for (let n = 0; n < graph.size; n++) {
      this.inside.push([]);
      this.behind.push([]);
    }
    for (const from of shape.order) {
      const edges = graph.edges[from]!;
      const table = graph.kind[from] === NODE_DISPATCH;
      edges.forEach((edge, i) => {
        if (!this.isBackEdge(from, edge.to)) forward[edge.to]!++;
        if (table && (i > 0 || edges.length > 2)) forced[edge.to] = 1;
      });
    }
    const within = (node: number, header: number): boolean => {
      for (let h = innermost[node]!; h !== -1; h = outer[h]!) if (h === header) return true;
      return false;
    };
    // From the last to the first, so that lists are in the order blocks are opened.
    for (let i = shape.order.length - 1; i > 0; i--) {
      const node = shape.order[i]!;
      const parent = shape.idom[node]!;
      let left = -1;
      for (let h = innermost[parent]!; h !== -1; h = outer[h]!) if (!within(node, h)) left = h;
      if (left !== -1) this.behind[left]!.push(node);
      else if (forward[node]! > 1 || forced[node]) this.inside[parent]!.push(node);
    }
  }

  private tree(node: number): void {
    const { code, frames } = this;
    const behind = this.behind[node]!;
    const inside = this.inside[node]!;
    const loop = this.shape.isHeader[node] === 1;
    for (const next of behind) this.open(next, W.block);
    if (loop) this.open(node, W.loop);
    for (const next of inside) this.open(next, W.block);
    this.emitNode(node);
    for (let i = inside.length - 1; i >= 0; i--) {
      code.end();
      frames.pop();
      this.tree(inside[i]!);
    }
    if (loop) {
      code.end();
      frames.pop();
    }
    for (let i = behind.length - 1; i >= 0; i--) {
      code.end();
      frames.pop();
      this.tree(behind[i]!);
    }
  }

  private open(node: number, kind: W.block | W.loop): void {
    this.code.begin(kind);
    this.frames.push(node);
  }
}
