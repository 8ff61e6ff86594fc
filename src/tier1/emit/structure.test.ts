import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ty } from "../../ir/ops.js";
import { Graph, makeReducible, NODE_BLOCK, NODE_DISPATCH } from "../form/cfg.js";
import { link } from "../link/linker.js";
import { Code } from "./code.js";
import { I32, W } from "./opcodes.js";
import { Flow } from "./structure.js";

const STEPS = 200;
const CPU = 0;
const ENTRY = 1;

interface Case {
  /** Successors of each block. */
  next: number[][];
  entries: number[];
  seed: number;
}

/** Pseudo-random choice both sides make: next state and which successor. */
function advance(state: number): number {
  return (Math.imul(state, 1103515245) + 12345) | 0;
}

function reference(c: Case, entry: number): number[] {
  const trace: number[] = [];
  let at = c.entries[entry]!;
  let state = c.seed;
  for (;;) {
    trace.push(at);
    if (trace.length === STEPS) return trace;
    const next = c.next[at]!;
    if (next.length === 0) return trace;
    state = advance(state);
    at = next[next.length === 1 ? 0 : (state >>> 16) & 1]!;
  }
}

/** Code that stores each block's number at 4 * step and leaves after STEPS blocks. */
function compile(c: Case): (entry: number) => number[] {
  const graph = new Graph();
  for (const _ of c.next) graph.add(NODE_BLOCK, 1);
  c.next.forEach((next, from) => {
    for (const to of next) graph.connect(from, to);
  });
  const root = graph.add(NODE_DISPATCH, 1);
  for (const e of c.entries) graph.connect(root, e);
  graph.root = root;
  makeReducible(graph);
  const code = new Code(2);
  const state = code.local(Ty.I32);
  const step = code.local(Ty.I32);
  const labels = new Map<number, number>([[root, ENTRY]]);
  const label = (n: number) => {
    if (!labels.has(n)) labels.set(n, code.local(Ty.I32));
    return labels.get(n)!;
  };
  const go = (from: number, i: number) => {
    const edge = graph.edges[from]![i]!;
    if (edge.label >= 0) {
      code.i32(edge.label);
      code.set(label(edge.to));
    }
    flow.jump(edge.to);
  };
  const flow: Flow = new Flow(graph, code, (n) => {
    const edges = graph.edges[n]!;
    if (graph.kind[n] === NODE_DISPATCH) {
      code.get(label(n));
      if (edges.length > 2) code.brTable(edges.map((e) => flow.labelDepth(e.to)));
      else if (edges.length === 2) {
        code.brIf(flow.labelDepth(edges[1]!.to));
        flow.jump(edges[0]!.to);
      } else {
        code.op(W.drop);
        flow.jump(edges[0]!.to);
      }
      return;
    }
    if (n < c.next.length) {
      code.get(step);
      code.i32(n);
      code.mem(W.i32_store, 0, 2);
      code.get(step);
      code.i32(4);
      code.op(W.i32_add);
      code.set(step);
      code.get(step);
      code.i32(4 * STEPS);
      code.op(W.i32_eq);
      code.brIf(flow.depth);
      if (edges.length === 0) {
        code.br(flow.depth);
        return;
      }
      code.get(state);
      code.i32(1103515245);
      code.op(W.i32_mul);
      code.i32(12345);
      code.op(W.i32_add);
      code.set(state);
    }
    if (edges.length === 1) {
      go(n, 0);
      return;
    }
    code.get(state);
    code.i32(16);
    code.op(W.i32_shr_u);
    code.i32(1);
    code.op(W.i32_and);
    code.begin(W.if_);
    flow.opened();
    go(n, 1);
    code.end();
    flow.closed();
    go(n, 0);
  });
  code.get(CPU);
  code.set(state);
  code.begin(W.block);
  flow.emit();
  code.end();
  code.get(step);
  const type = { params: [I32, I32], results: [I32] };
  const module = link(
    [code.finish()],
    type,
    (s) => {
      throw new Error(s);
    },
    { shared: false },
  );
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes as BufferSource), { e: { m: memory } });
  return (entry) => {
    const end = (instance.exports["0"] as (a: number, b: number) => number)(c.seed, entry);
    return [...new Int32Array(memory.buffer, 0, end >> 2)];
  };
}

const cases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 14 }).chain((n) =>
  fc.record({
    next: fc.array(fc.array(fc.nat(n - 1), { maxLength: 2 }), { minLength: n, maxLength: n }),
    entries: fc.uniqueArray(fc.nat(n - 1), { minLength: 1, maxLength: 4 }),
    seed: fc.integer(),
  }),
);

describe("structured control flow", () => {
  it("runs random graphs like a walk over them", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const run = compile(c);
        for (let e = 0; e < c.entries.length; e++) expect(run(e)).toEqual(reference(c, e));
      }),
      { numRuns: 600 },
    );
  });

  it("makes a loop of a loop without dispatching", () => {
    const graph = new Graph();
    for (let i = 0; i < 4; i++) graph.add(NODE_BLOCK, 1);
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 2],
      [2, 1],
      [2, 3],
    ] as const)
      graph.connect(from, to);
    makeReducible(graph);
    expect(graph.size).toBe(4);
  });

  it("keeps an inner loop direct when it is entered from outside", () => {
    // root enters the outer loop's header 1 and the inner loop's header 2.
    const graph = new Graph();
    for (let i = 0; i < 3; i++) graph.add(NODE_BLOCK, i === 2 ? 100 : 1);
    graph.connect(0, 1);
    graph.connect(0, 2);
    graph.connect(1, 2);
    const inner = graph.connect(2, 2);
    const outer = graph.connect(2, 1);
    makeReducible(graph);
    expect(inner.to).toBe(2);
    expect(graph.kind[outer.to]).toBe(NODE_DISPATCH);
  });
});
