// Makes WebAssembly of chosen regions. It needs nothing of the running machine, so it may be in another thread (helper.ts).

import type { Frontend } from "../../arch/frontend.js";
import type { SlotRange } from "../../ir/helpers.js";
import type { FunctionBody } from "../emit/code.js";
import { emitRegion, REGION_TYPE } from "../emit/emit.js";
import { Runtime } from "../emit/runtime.js";
import { BlockDecoder } from "../form/decode.js";
import { propagate } from "../form/propagate.js";
import type { Draft } from "../form/region.js";
import { fusesMultiplyAdd } from "./fused.js";
import { type Import, link } from "./linker.js";

/** A region's function, or the number of one that a helper keeps. */
export type RegionCode = FunctionBody | number;

export interface Linked {
  readonly module: WebAssembly.Module;
  /** The functions of core it imports. */
  readonly imports: readonly Import[];
  /** Bytes of each function, in order. */
  readonly sizes: readonly number[];
}

export interface RegionCompiler {
  /** Begins a region's function. The draft's IR and code are not looked at afterwards. */
  emit(draft: Draft): RegionCode;
  /** Makes a module that exports function i as "i"; `done` may be called at once, with undefined when functions are lost. */
  link(codes: readonly RegionCode[], done: (linked: Linked | undefined) => void): void;
  /** The function will not be linked again. */
  forget(code: RegionCode): void;
  close(): void;
}

export interface CompilerOptions {
  /** The memory is a SharedArrayBuffer. */
  shared: boolean;
  /** State that core changes without a helper's declaration saying so. */
  uncached?: readonly SlotRange[];
}

/** Compiles in this thread. */
export class Compiler implements RegionCompiler {
  readonly decoder: BlockDecoder;
  readonly shared: boolean;
  private readonly runtime: Runtime;
  private readonly fused = fusesMultiplyAdd();

  constructor(
    private readonly frontend: Frontend,
    private readonly options: CompilerOptions,
  ) {
    this.shared = options.shared;
    this.decoder = new BlockDecoder(frontend);
    this.runtime = new Runtime(frontend.helpers);
  }

  emit(draft: Draft): FunctionBody {
    const { helpers, contextSlot } = this.frontend;
    propagate(draft, this.decoder);
    const { uncached = [] } = this.options;
    return emitRegion(draft, { helpers, contextSlot, uncached, fused: this.fused }).body;
  }

  link(codes: readonly RegionCode[], done: (linked: Linked) => void): void {
    // What it is given is its own.
    const bodies = codes as readonly FunctionBody[];
    const { bytes, imports } = link(bodies, REGION_TYPE, this.runtime.resolve, { shared: this.shared });
    done({ module: new WebAssembly.Module(bytes), imports, sizes: bodies.map((body) => body.bytes.length) });
  }

  forget(): void {}

  close(): void {}
}
