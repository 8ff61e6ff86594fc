// Makes the host compile the functions of a module in this thread. V8 compiles a function at its first call, in the calling thread, and
// the code serves all threads that share the module. Done in the helper, the guest does not wait for it.

import { Code, type FunctionBody } from "../emit/code.js";
import { W } from "../emit/opcodes.js";
import type { FunctionType } from "../emit/symbols.js";
import { type Import, link } from "./linker.js";

export class Baseline {
  /** A guest's state that is all 0 has no fuel: regions look at that first, and return. */
  private readonly memory: WebAssembly.Memory;
  /** What stands for functions of core, by type. Functions of JavaScript would each need code for going there. */
  private readonly stubs = new Map<string, CallableFunction>();

  /** Throws a RangeError when the host has no room for another memory. */
  constructor(private readonly shared: boolean) {
    this.memory = new WebAssembly.Memory(shared ? { initial: 1, maximum: 65536, shared } : { initial: 1 });
  }

  /** Compiles the exported functions of a module of regions. */
  compile(module: WebAssembly.Module, imports: readonly Import[]): void {
    const functions: Record<string, CallableFunction> = {};
    for (const { name, type } of imports) functions[name] = this.stub(type);
    const { exports } = new WebAssembly.Instance(module, { e: { m: this.memory }, c: functions });
    for (const region of Object.values(exports)) (region as (cpu: number, entry: number) => number)(0, 0);
  }

  private stub(type: FunctionType): CallableFunction {
    const key = `${type.params.join()}>${type.results.join()}`;
    let stub = this.stubs.get(key);
    if (!stub) {
      const { bytes } = link([unreachable(type)], type, noSymbol, { shared: this.shared });
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: this.memory } });
      stub = exports["0"] as CallableFunction;
      this.stubs.set(key, stub);
    }
    return stub;
  }
}

function unreachable({ params }: FunctionType): FunctionBody {
  const code = new Code(params.length);
  code.op(W.unreachable);
  return code.finish();
}

function noSymbol(symbol: string): never {
  throw new Error(`a stub calls ${symbol}`);
}
