// Follows values through the instructions of a function, along all its paths: what may be on the stack, and in each local.

import { type Instruction, type Signature, signature, type WasmFunction, type WasmText } from "./wat.js";

/** What is known of a value. */
export interface Value {
  /** It may be a host address of guest memory. */
  readonly host: boolean;
  readonly constant?: number;
  /** Sum of the constants in it, if it is a sum. */
  readonly plus: number;
  /** What else is added up in it. */
  readonly terms: readonly Term[];
}

/** A load from an address that ends in `+ load`; half a 64-bit value; a page number made a distance in bytes; anything. */
export type Term = { load: number } | "address" | "pages" | "other";

export const UNKNOWN: Value = { host: false, plus: 0, terms: ["other"] };
export const HOST: Value = { host: true, plus: 0, terms: ["other"] };

/** Called for every instruction but those of control and locals, with its operands, the last on top; gives its result. */
export type Evaluate = (instruction: Instruction, operands: readonly Value[]) => Value;

/** Functions whose result (`name`), and parameters of functions (`name 0`) that, may be a host address. */
export type Facts = Set<string>;

type State = Map<string, Value>;

interface Label {
  readonly name: string | undefined;
  readonly results: number;
  readonly height: number;
  /** Of the paths that lead there. */
  state: State | undefined;
  result: Value | undefined;
}

interface Node extends Instruction {
  readonly inside: Node[];
  readonly otherwise: Node[];
}

/** True when something was learnt of other functions. */
export function walk(f: WasmFunction, text: WasmText, facts: Facts, evaluate: Evaluate): boolean {
  const before = facts.size;
  new Walk(f, text, facts, evaluate).run();
  return facts.size !== before;
}

class Walk {
  private stack: Value[] = [];
  private readonly labels: Label[] = [];
  /** Undefined where control does not come. */
  private state: State | undefined;

  constructor(
    private readonly f: WasmFunction,
    private readonly text: WasmText,
    private readonly facts: Facts,
    private readonly evaluate: Evaluate,
  ) {}

  run(): void {
    const { f, facts } = this;
    this.state = new Map();
    for (let k = 0; k < f.params; k++) this.state.set(`$${k}`, facts.has(`${f.name} ${k}`) ? HOST : UNKNOWN);
    this.sequence(nodes(f.body));
    if (this.state) this.returned();
  }

  private sequence(list: readonly Node[]): void {
    for (const node of list) {
      if (!this.state) return;
      this.step(node, this.state);
    }
  }

  private step(node: Node, state: State): void {
    const { op, rest } = node;
    switch (op) {
      case "block":
        this.block(node);
        return;
      case "loop":
        this.loop(node, state);
        return;
      case "if":
        this.branches(node, state);
        return;
      case "br":
      case "br_table":
        if (op === "br_table") this.pop();
        for (const name of rest) if (name.startsWith("$")) this.leadTo(name, state);
        this.state = undefined;
        return;
      case "br_if":
        this.pop();
        this.leadTo(rest[0]!, state);
        return;
      case "return":
        this.returned();
        this.state = undefined;
        return;
      case "unreachable":
        this.state = undefined;
        return;
      case "drop":
      case "global.set":
        this.pop();
        return;
      case "local.set":
        state.set(rest[0]!, this.pop());
        return;
      case "local.tee":
        state.set(rest[0]!, this.stack.at(-1) ?? UNKNOWN);
        return;
      case "local.get":
        this.stack.push(state.get(rest[0]!) ?? UNKNOWN);
        return;
      case "call":
        this.call(rest[0]!);
        return;
      case "call_indirect":
        this.pop();
        this.apply(this.text.types.get(rest.at(-1)!.replace(/\)+$/, ""))!);
        return;
      default: {
        const result = this.evaluate(node, this.take(operandsOf(op)));
        if (!givesNothing(op)) this.stack.push(result);
      }
    }
  }

  private open({ rest }: Node): Label {
    const label: Label = {
      name: rest.find((word) => word.startsWith("$")),
      results: signature(rest.join(" ")).results,
      height: this.stack.length,
      state: undefined,
      result: undefined,
    };
    this.labels.push(label);
    return label;
  }

  /** The end of what a label names: what led there, and what came to its end, go on together. */
  private close(label: Label): void {
    this.labels.pop();
    this.end(label);
    this.state = label.state;
    if (label.results > 0) this.stack.push(label.result ?? UNKNOWN);
  }

  private end(label: Label): void {
    if (this.state) {
      if (label.results > 0) label.result = join(label.result, this.pop());
      label.state = merge(label.state, this.state);
    }
    this.stack.length = label.height;
  }

  private block(node: Node): void {
    const label = this.open(node);
    this.sequence(node.inside);
    this.close(label);
  }

  private branches(node: Node, state: State): void {
    this.pop();
    const other = new Map(state);
    const label = this.open(node);
    this.sequence(node.inside);
    this.end(label);
    this.state = other;
    this.sequence(node.otherwise);
    this.close(label);
  }

  private loop(node: Node, state: State): void {
    let entry = state;
    for (;;) {
      this.state = new Map(entry);
      const label = this.open(node);
      this.sequence(node.inside);
      this.labels.pop();
      const next = merge(new Map(entry), label.state ?? entry);
      if (same(next, entry)) {
        const result = this.state && label.results > 0 ? this.pop() : UNKNOWN;
        this.stack.length = label.height;
        if (label.results > 0) this.stack.push(result);
        return;
      }
      this.stack.length = label.height;
      entry = next;
    }
  }

  private leadTo(name: string, state: State): void {
    const label = [...this.labels].reverse().find((each) => each.name === name);
    if (!label) throw new Error(`${this.f.name}: no label ${name}`);
    label.state = merge(label.state, state);
    if (label.results > 0) label.result = join(label.result, this.stack.at(-1) ?? UNKNOWN);
  }

  private returned(): void {
    if (this.f.results > 0 && this.stack.at(-1)?.host) this.facts.add(this.f.name);
  }

  private call(name: string): void {
    const called = this.text.functions.get(name) ?? this.text.imports.get(name);
    if (!called) throw new Error(`${this.f.name} calls ${name}, which is not there`);
    this.apply(called, name.slice(1));
  }

  private apply({ params, results }: Signature, name?: string): void {
    const operands = this.take(params);
    if (name !== undefined) for (const [k, { host }] of operands.entries()) if (host) this.facts.add(`${name} ${k}`);
    if (results > 0) this.stack.push(name !== undefined && this.facts.has(name) ? HOST : UNKNOWN);
  }

  private pop(): Value {
    const value = this.stack.pop();
    if (!value) throw new Error(`${this.f.name}: nothing on the stack`);
    return value;
  }

  private take(count: number): Value[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }
}

function nodes(body: readonly Instruction[]): Node[] {
  const open: Node[][] = [[]];
  for (const { op, rest } of body) {
    if (op === "end") open.pop();
    else if (op === "else") {
      open.pop();
      open.push(open.at(-1)!.at(-1)!.otherwise);
    } else {
      const node: Node = { op, rest, inside: [], otherwise: [] };
      open.at(-1)!.push(node);
      if (op === "block" || op === "loop" || op === "if") open.push(node.inside);
    }
  }
  return open[0]!;
}

function join(a: Value | undefined, b: Value): Value {
  if (!a || equal(a, b)) return b;
  return a.host || b.host ? HOST : UNKNOWN;
}

function equal(a: Value, b: Value): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** A local that only one of them knows is 0 in the other. */
function merge(into: State | undefined, from: State): State {
  if (!into) return new Map(from);
  for (const [local, value] of from) into.set(local, join(into.get(local), value));
  return into;
}

function same(a: State, b: State): boolean {
  return a.size === b.size && [...a].every(([local, value]) => equal(b.get(local) ?? UNKNOWN, value));
}

function givesNothing(op: string): boolean {
  return /\.store\d*(_lane)?$|^memory\.(copy|fill)$/.test(op);
}

const UNARY =
  /\.(load\w*|clz|ctz|popcnt|eqz|wrap_\w+|extend\w*|trunc\w*|convert\w*|demote\w*|promote\w*|reinterpret\w*|abs|neg|ceil|floor|nearest|sqrt|splat|extract_lane\w*|bitmask|any_true|all_true|not|extadd\w*)$/;

function operandsOf(op: string): number {
  if (/\.const$|^global\.get$/.test(op)) return 0;
  if (op === "select" || op === "v128.bitselect" || op.startsWith("memory.")) return 3;
  if (/_lane$/.test(op) && /\.(load|store)/.test(op)) return 2;
  return UNARY.test(op) ? 1 : 2;
}
