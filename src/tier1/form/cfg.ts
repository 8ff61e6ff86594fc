// Control flow of a region as a graph, made reducible.
//
// Nodes are numbers; the first ones are the region's blocks. A loop with several entries gets a dispatch node: edges into
// the loop from outside set the dispatch node's label and go there, and so do the loop's own edges to one chosen entry
// (its coldest, so the price is paid where it is least). Other edges stay: inner loops are not slowed by being entered
// from the dispatcher. What remains below the dispatch node is treated the same way.

export const NODE_BLOCK = 0;
/** Jumps to the target its label says (edge number = label). */
export const NODE_DISPATCH = 1;
/** No code but what its single edge needs. */
export const NODE_STUB = 2;

export interface Edge {
  to: number;
  /** Value the dispatch node `to` expects, -1 if `to` is the target itself. */
  label: number;
  /** The block meant in the end. */
  readonly block: number;
}

export class Graph {
  readonly kind: number[] = [];
  readonly edges: Edge[][] = [];
  /** How often a node runs, for choosing where a dispatch costs least. */
  readonly weight: number[] = [];
  root = 0;

  add(kind: number, weight: number): number {
    this.kind.push(kind);
    this.edges.push([]);
    this.weight.push(weight);
    return this.kind.length - 1;
  }

  connect(from: number, to: number): Edge {
    const edge: Edge = { to, label: -1, block: to };
    this.edges[from]!.push(edge);
    return edge;
  }

  get size(): number {
    return this.kind.length;
  }
}

/** Adds dispatch nodes until every loop has one entry. Nodes not reachable from the root are left alone. */
export function makeReducible(graph: Graph): void {
  const nodes = reachable(graph);
  reduce(graph, nodes, -1);
  // A dispatch node's edges must be plain, as they become a br_table.
  for (let n = 0, size = graph.size; n < size; n++) {
    if (graph.kind[n] !== NODE_DISPATCH) continue;
    for (const edge of graph.edges[n]!) {
      if (edge.label < 0) continue;
      const stub = graph.add(NODE_STUB, 0);
      graph.edges[stub]!.push({ ...edge });
      edge.to = stub;
      edge.label = -1;
    }
  }
}

function reachable(graph: Graph): number[] {
  const seen = new Uint8Array(graph.size);
  const list = [graph.root];
  seen[graph.root] = 1;
  for (let i = 0; i < list.length; i++) {
    for (const edge of graph.edges[list[i]!]!) {
      if (seen[edge.to]) continue;
      seen[edge.to] = 1;
      list.push(edge.to);
    }
  }
  return list;
}

function reduce(graph: Graph, nodes: readonly number[], header: number): void {
  for (const component of components(graph, nodes, header)) {
    const inside = new Set(component);
    const entries = new Set<number>();
    for (const n of graphNodes(graph, nodes, header)) {
      if (inside.has(n)) continue;
      for (const edge of graph.edges[n]!) if (inside.has(edge.to)) entries.add(edge.to);
    }
    if (entries.size === 0) entries.add(graph.root);
    let top = entries.values().next().value as number;
    if (entries.size > 1) {
      for (const n of entries) if (graph.weight[n]! < graph.weight[top]!) top = n;
      addDispatch(graph, nodes, header, inside, entries, top);
    }
    reduce(graph, component, top);
  }
}

/** The nodes that may have edges into `nodes`: themselves, the loop's header, and dispatch nodes made meanwhile. */
function graphNodes(graph: Graph, nodes: readonly number[], header: number): number[] {
  const list = [...nodes];
  if (header >= 0 && !list.includes(header)) list.push(header);
  for (let n = 0; n < graph.size; n++) if (graph.kind[n] === NODE_DISPATCH && !list.includes(n)) list.push(n);
  return list;
}

function addDispatch(
  graph: Graph,
  nodes: readonly number[],
  header: number,
  inside: ReadonlySet<number>,
  entries: ReadonlySet<number>,
  top: number,
): void {
  const targets = [top, ...[...entries].filter((n) => n !== top)];
  const sources = graphNodes(graph, nodes, header);
  const dispatch = graph.add(NODE_DISPATCH, graph.weight[top]!);
  for (const n of sources) {
    for (const edge of graph.edges[n]!) {
      if (edge.label >= 0 || !inside.has(edge.to)) continue;
      if (inside.has(n) && edge.to !== top) continue;
      edge.label = targets.indexOf(edge.to);
      edge.to = dispatch;
    }
  }
  for (const to of targets) graph.connect(dispatch, to);
}

/** Strongly connected components with a cycle, among `nodes`, without edges to `header` (Tarjan, iterative). */
function components(graph: Graph, nodes: readonly number[], header: number): number[][] {
  const member = new Uint8Array(graph.size);
  for (const n of nodes) member[n] = 1;
  const index = new Int32Array(graph.size).fill(-1);
  const low = new Int32Array(graph.size);
  const onStack = new Uint8Array(graph.size);
  const cursor = new Int32Array(graph.size);
  const stack: number[] = [];
  const result: number[][] = [];
  let counter = 0;
  for (const start of nodes) {
    if (index[start]! >= 0) continue;
    const path = [start];
    index[start] = low[start] = counter++;
    stack.push(start);
    onStack[start] = 1;
    while (path.length > 0) {
      const n = path[path.length - 1]!;
      const edges = graph.edges[n]!;
      if (cursor[n]! < edges.length) {
        const to = edges[cursor[n]!++]!.to;
        if (!member[to] || to === header) continue;
        if (index[to]! < 0) {
          index[to] = low[to] = counter++;
          stack.push(to);
          onStack[to] = 1;
          path.push(to);
        } else if (onStack[to]) low[n] = Math.min(low[n]!, index[to]!);
        continue;
      }
      path.pop();
      if (path.length > 0) {
        const parent = path[path.length - 1]!;
        low[parent] = Math.min(low[parent]!, low[n]!);
      }
      if (low[n] !== index[n]) continue;
      const component: number[] = [];
      for (;;) {
        const m = stack.pop()!;
        onStack[m] = 0;
        component.push(m);
        if (m === n) break;
      }
      if (component.length > 1 || (n !== header && edges.some((edge) => edge.to === n))) result.push(component);
    }
  }
  return result;
}
