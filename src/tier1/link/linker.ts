// Puts function bodies together into a module: imports for what they call in core, local copies of the small routines
// they share, one export per region function. Bodies are position-independent, so they can be linked again into a larger
// module at any time.

import { Bytes, u32Size } from "../emit/bytes.js";
import type { FunctionBody } from "../emit/code.js";
import type { FunctionType, SymbolDef } from "../emit/symbols.js";

/** Finds a symbol's definition. */
export type Resolve = (symbol: string) => SymbolDef;

export interface MemoryType {
  shared: boolean;
}

/** A function of core that a module imports (from "c"). */
export interface Import {
  readonly name: string;
  readonly type: FunctionType;
}

export interface LinkedModule {
  bytes: Uint8Array;
  imports: Import[];
}

/** The section's head, and what a number reserves beyond its own bytes. */
const LEB128_ROOM = 16;

/** Function i of `functions` (all of type `type`) becomes export "i". */
export function link(
  functions: readonly FunctionBody[],
  type: FunctionType,
  resolve: Resolve,
  memory: MemoryType,
): LinkedModule {
  const defs = new Map<string, SymbolDef>();
  const work: FunctionBody[] = [...functions];
  for (let i = 0; i < work.length; i++) {
    for (const { symbol } of work[i]!.relocations) {
      if (defs.has(symbol)) continue;
      const def = resolve(symbol);
      defs.set(symbol, def);
      if (def.kind === "local") work.push(def.body);
    }
  }
  const types = new TypeTable();
  const index = new Map<string, number>();
  const imports: Import[] = [];
  for (const [symbol, def] of defs) {
    if (def.kind !== "import") continue;
    index.set(symbol, imports.length);
    imports.push({ name: def.name, type: def.type });
    // The table is written before the imports are.
    types.of(def.type);
  }
  const bodies: FunctionBody[] = [];
  const bodyTypes: number[] = [];
  for (const [symbol, def] of defs) {
    if (def.kind !== "local") continue;
    index.set(symbol, imports.length + bodies.length);
    bodies.push(def.body);
    bodyTypes.push(types.of(def.type));
  }
  const firstExport = imports.length + bodies.length;
  const regionType = types.of(type);
  for (const body of functions) {
    bodies.push(body);
    bodyTypes.push(regionType);
  }

  const out = new Bytes(1024);
  out.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  section(out, 1, types.encode());
  section(out, 2, importSection(imports, types, memory));
  const section3 = new Bytes();
  section3.u32(bodies.length);
  for (const t of bodyTypes) section3.u32(t);
  section(out, 3, section3);
  const section7 = new Bytes();
  section7.u32(functions.length);
  functions.forEach((_, i) => {
    section7.name(String(i));
    section7.u8(0);
    section7.u32(firstExport + i);
  });
  section(out, 7, section7);
  section(out, 0, branchHints(bodies, imports.length));
  const codeSize = bodies.reduce(
    (sum, { bytes }) => sum + u32Size(bytes.length) + bytes.length,
    u32Size(bodies.length),
  );
  // Megabytes, written where they stay: what a growing buffer leaves behind the process keeps.
  out.reserve(codeSize + LEB128_ROOM);
  out.u8(10);
  out.u32(codeSize);
  out.u32(bodies.length);
  for (const body of bodies) {
    out.u32(body.bytes.length);
    const start = out.length;
    out.bytes(body.bytes);
    for (const { at, symbol } of body.relocations) {
      const f = index.get(symbol)!;
      out.data[start + at] = (f & 0x7f) | 0x80;
      out.data[start + at + 1] = f >> 7;
    }
  }
  return { bytes: out.data.subarray(0, out.length), imports };
}

function section(out: Bytes, id: number, content: Bytes): void {
  out.u8(id);
  out.u32(content.length);
  out.bytes(content.data.subarray(0, content.length));
}

/** Tells what branches do nearly always (WebAssembly core specification, appendix on code metadata). */
function branchHints(bodies: readonly FunctionBody[], firstFunction: number): Bytes {
  const out = new Bytes();
  out.name("metadata.code.branch_hint");
  out.u32(bodies.reduce((sum, { hints }) => sum + (hints.length > 0 ? 1 : 0), 0));
  bodies.forEach(({ hints }, i) => {
    if (hints.length === 0) return;
    out.u32(firstFunction + i);
    out.u32(hints.length);
    for (const { at, taken } of hints) {
      out.u32(at);
      out.u8(1);
      out.u8(taken ? 1 : 0);
    }
  });
  return out;
}

function importSection(imports: readonly Import[], types: TypeTable, memory: MemoryType): Bytes {
  const out = new Bytes();
  out.u32(imports.length + 1);
  out.name("e");
  out.name("m");
  out.u8(2);
  if (memory.shared) {
    out.u8(3);
    out.u32(1);
    out.u32(65536);
  } else {
    out.u8(0);
    out.u32(1);
  }
  for (const { name, type } of imports) {
    out.name("c");
    out.name(name);
    out.u8(0);
    out.u32(types.of(type));
  }
  return out;
}

class TypeTable {
  private readonly keys = new Map<string, number>();
  private readonly types: FunctionType[] = [];

  of(type: FunctionType): number {
    const key = `${type.params.join()}>${type.results.join()}`;
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    this.keys.set(key, this.types.length);
    this.types.push(type);
    return this.types.length - 1;
  }

  encode(): Bytes {
    const out = new Bytes();
    out.u32(this.types.length);
    for (const { params, results } of this.types) {
      out.u8(0x60);
      out.u32(params.length);
      for (const p of params) out.u8(p);
      out.u32(results.length);
      for (const r of results) out.u8(r);
    }
    return out;
  }
}
