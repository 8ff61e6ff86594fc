// Instantiates the core of a guest and gives its exports their types. Helpers are put into core's own function table, so that tier 0
// reaches them by number.

import type { HelperDef } from "../ir/helpers.js";
import { E_HELPERS } from "../layout/engine.js";
import type { EncodeCall } from "../tier0/encode.js";
import { fenceFunction } from "./fence.js";
import type { EngineMemory } from "./memory.js";

/** What the core of every guest calls (core/engine/host.ts). 32-bit values arrive as signed numbers. */
export interface HostImports {
  mmioRead(lo: number, hi: number, size: number): number;
  mmioWrite(lo: number, hi: number, size: number, value: number): void;
  mmioUnanswered(): number;
  now(): number;
  random(): number;
  log(kind: number, a: number, b: number, c: number): void;
}

/** What the core of one guest calls beside that (core/arch/<guest>/host.ts). */
export type ArchImports = Record<string, (...values: number[]) => unknown>;

export interface Core {
  run(cpu: number): number;
  tier0_encode: EncodeCall;
  installBlock(block: number, flags: number): void;
  dmaWritten(lo: number, hi: number, length: number): void;
  evict(from: number, to: number): void;
  removeSpan(span: number): void;
  forgetRegions(): void;
  forgetCode(): void;
  secondPage(cpu: number): number;
  initTlb(cpu: number): void;
  flushTlb(cpu: number, keepGlobal: number): void;
  debugTranslate(cpu: number, lo: number, hi: number, mmu: number): number;
  readonly table: WebAssembly.Table;
  readonly exports: Record<string, unknown>;
}

export function instantiateCore(
  module: WebAssembly.Module,
  memory: EngineMemory,
  imports: { host: HostImports; arch?: ArchImports },
  helpers: readonly HelperDef[],
): Core {
  const instance = new WebAssembly.Instance(module, {
    env: {
      memory: memory.memory,
      abort: () => {
        throw new Error("the core aborted");
      },
    },
    host: { ...imports.host, fence: fenceFunction() },
    arch: imports.arch ?? {},
  });
  const exports = instance.exports;
  const table = exports.table as WebAssembly.Table;
  const first = table.grow(helpers.length);
  for (let k = 0; k < helpers.length; k++) {
    const name = helpers[k]!.name;
    const f = exports[name];
    if (f === undefined) throw new Error(`the core has no helper ${name}`);
    table.set(first + k, f);
  }
  memory.setEngine(E_HELPERS, first);
  return { ...(exports as unknown as Core), table, exports };
}
